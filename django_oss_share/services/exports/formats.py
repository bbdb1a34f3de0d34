"""How links are written: a page of them at a time, as it comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol

from ...oss import InvalidArgument
from .signing import Link

Write = Callable[[str], object]


class Format(Protocol):
    """Writes pages of links, each whole, and then its end."""

    def page(self, links: list[Link]) -> None:
        """Write these; there is at least one."""

    def end(self) -> None:
        """No more follow."""


class Raw:
    """A URL a line, as ossutil writes them; what could break a line is encoded in a URL."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def page(self, links: list[Link]) -> None:
        self._write("\n".join([link.url for link in links]) + "\n")

    def end(self) -> None:
        """Nothing closes lines."""


class JSONLines:
    """An object a line: ``key``, ``url``, ``expires_at``."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def page(self, links: list[Link]) -> None:
        self._write("\n".join(map(_facts, links)) + "\n")

    def end(self) -> None:
        """Nothing closes lines."""


class JSON:
    """One array of what :class:`JSONLines` writes."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._between = "[\n"

    def page(self, links: list[Link]) -> None:
        self._write(self._between + ",\n".join(map(_facts, links)))
        self._between = ",\n"

    def end(self) -> None:
        self._write("[]\n" if self._between == "[\n" else "\n]\n")


FORMATS: Mapping[str, Callable[[Write], Format]] = {"raw": Raw, "json": JSON, "jsonl": JSONLines}


def format_named(name: str, write: Write) -> Format:
    """:param write: takes text. :raises InvalidArgument: there is no such format."""
    if name not in FORMATS:
        raise InvalidArgument(
            f"output format {name!r} is unknown; known are {', '.join(FORMATS)}.", field="output_format", value=name
        )
    return FORMATS[name](write)


def _facts(link: Link) -> str:
    # All in ASCII, which no terminal's or pipe's encoding can break.
    return json.dumps({"key": link.key, "url": link.url, "expires_at": _iso(link.expires_at)})


@lru_cache(maxsize=8)
def _iso(moment: object) -> str:
    # All links of a second end in the same one.
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
