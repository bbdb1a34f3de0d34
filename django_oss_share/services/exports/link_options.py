"""How the links of an export are made: presigned, or as shares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ...models import Disposition, Mode, Output
from ...oss import InvalidArgument
from ...oss.disposition import check_filename, fitted_filename
from ..presigning import Host

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
#: What a file-name pattern may hold, in braces.
PLACEHOLDERS = ("name", "stem", "suffix", "folder", "version")


@dataclass(frozen=True, slots=True)
class URLOptions:
    """:ivar expires_in: seconds that each link lives, 60 to ``OSS_SHARE["MAX_PRESIGN"]``.
    :ivar host: where links point, see :class:`~django_oss_share.services.presigning.Host`.
    :ivar https: False: plain http; None: as the storage is set up.
    :ivar download: True saves the file, False shows it; None leaves that to the object.
    :ivar filename: what it is saved as: a pattern of :data:`PLACEHOLDERS` such as ``{folder}-{name}``; "": its name.
    :ivar process: ``x-oss-process``, such as ``image/resize,w_100``.
    """

    expires_in: int = 3600
    host: str = Host.USUAL
    https: bool | None = None
    download: bool | None = None
    filename: str = ""
    process: str = ""


@dataclass(frozen=True, slots=True)
class ShareOptions:
    """Of each share, as :func:`~django_oss_share.services.shares.create` has them.

    :ivar expires_in: seconds; None: as the policy has it.
    """

    expires_in: int | None = None
    max_downloads: int | None = None
    allowed_networks: tuple[str, ...] = ()
    disposition: str = Disposition.ATTACHMENT
    mode: str = Mode.PAGE
    note: str = ""


Options = URLOptions | ShareOptions


def usual(output: str) -> Options:
    """What holds where nothing else is asked for."""
    return URLOptions() if output == Output.URLS else ShareOptions()


def as_json(options: Options) -> dict[str, Any]:
    """``options`` for the database; :func:`from_json` reads it."""
    return asdict(options)


def from_json(output: str, facts: Mapping[str, Any]) -> Options:
    """What :func:`as_json` was given."""
    if output == Output.URLS:
        return URLOptions(**facts)
    return ShareOptions(**{**facts, "allowed_networks": tuple(facts["allowed_networks"])})


def check_pattern(pattern: str) -> str:
    """:raises InvalidArgument: it names something else than :data:`PLACEHOLDERS`, or leaves a brace open."""
    for name in _PLACEHOLDER.findall(pattern):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            raise InvalidArgument(
                f"filename={pattern!r}: {{{name}}} is unknown; known are {known}.", field="filename", value=pattern
            )
    if re.search(r"[{}]", _PLACEHOLDER.sub("", pattern)):
        raise InvalidArgument(f"filename={pattern!r} has a brace without its other half.", field="filename")
    if pattern:
        check_filename(_PLACEHOLDER.sub("x", pattern))
    return pattern


def named_by(pattern: str, key: str, version: str) -> str:
    """The file name that ``pattern`` makes of ``key``, with ``_`` for what no file's name may hold."""
    folders, _, name = key.rstrip("/").rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    facts = {
        "name": name,
        "stem": stem or name,
        "suffix": dot + suffix if stem else "",
        "folder": folders.rpartition("/")[2],
        "version": version,
    }
    return fitted_filename(_PLACEHOLDER.sub(lambda found: facts[found[1]], pattern))
