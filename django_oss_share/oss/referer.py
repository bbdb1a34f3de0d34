"""Hotlink protection: which pages may lead to a bucket's objects, by the Referer that browsers send.

OSS asks only of anonymous requests and of links, never of who signs in a header. Browsers say where they come from by
their own will, and every other program can make it up: it keeps thieves of traffic off, not thieves of files.

Source: the vendor's pages "Hotlink protection" and "PutBucketReferer".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from .errors import InvalidArgument

#: A guard of ours; OSS refuses a configuration over 20 KB.
MAX_PATTERNS = 200
_MAX_LENGTH = 1000
_MAX_TOTAL = 20_000
# What a Referer can hold, with the wildcards among it; a comma or blank is most likely a second pattern.
_PATTERN = re.compile(r"[\x21-\x2b\x2d-\x7e]+").fullmatch
_ORIGIN = re.compile(r"((?:[^/?:]*://)?[^/?]*)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefererRule:
    """What a bucket takes.

    :param allowed: patterns with ``*`` (any characters) and ``?`` (one) that a Referer must begin with; empty: any.
    :param denied: patterns that it must not begin with; they are looked at first.
    :param allow_empty: whether those who send no Referer are let in, as those are who type or paste an address.
    :param truncate_query: compare without the query. :param truncate_path: compare scheme and host alone.

    Whatever a bucket has can be one of these; what is fit to be set, :meth:`checked` tells.
    """

    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    allow_empty: bool = True
    truncate_query: bool = True
    truncate_path: bool = False

    def checked(self) -> Self:
        """The rule itself; :raises InvalidArgument: a pattern that matches nothing, or too many."""
        for field in ("allowed", "denied"):
            _check(field, getattr(self, field))
        if sum(map(len, self.allowed + self.denied)) > _MAX_TOTAL:
            raise InvalidArgument(f"The patterns are over {_MAX_TOTAL} characters, more than OSS takes.")
        return self

    @property
    def is_set(self) -> bool:
        """Whether anybody is refused at all: OSS looks at nothing while both lists are empty."""
        return bool(self.allowed or self.denied)

    @property
    def refuses_empty(self) -> bool:
        """Whether who sends no Referer is refused; OSS lets them in where no list of those allowed is kept."""
        return bool(self.allowed) and not self.allow_empty

    def why_refused(self, referer: str) -> str:
        """The pattern, or lack of one, by which OSS refuses ``referer`` ("" for none); "": it does not."""
        if not referer:
            return "no Referer is sent, and allow_empty is off" if self.refuses_empty else ""
        compared = self._compared(referer)
        for pattern in self.denied:
            if _begins(pattern, compared):
                return f"it begins with {pattern!r}, which is denied"
        if self.allowed and not any(_begins(pattern, compared) for pattern in self.allowed):
            return "it begins with nothing that is allowed"
        return ""

    def _compared(self, referer: str) -> str:
        if self.truncate_path:
            return _ORIGIN.sub(r"\1", referer, count=1)
        return referer.partition("?")[0] if self.truncate_query else referer


def _check(field: str, patterns: Iterable[str]) -> None:
    patterns = tuple(patterns)
    if len(patterns) > MAX_PATTERNS:
        raise InvalidArgument(f"{field} has {len(patterns)} patterns; allowed are {MAX_PATTERNS}.", field=field)
    for pattern in patterns:
        if not isinstance(pattern, str) or _PATTERN(pattern) is None or len(pattern) > _MAX_LENGTH:
            raise InvalidArgument(
                f"{field}: {pattern!r} is no pattern; write 'https://www.example.com' or '*.example.com', 1 to "
                f"{_MAX_LENGTH} visible ASCII characters without a comma, names from another script as xn--….",
                field=field,
                value=pattern,
            )


def _begins(pattern: str, referer: str) -> bool:
    # One that names no scheme means both.
    address = referer if "://" in pattern else referer.partition("://")[2] or referer
    first, *others = _between_stars(pattern)
    found = first.match(address)
    # The earliest place leaves the most for what follows; one regular expression would try all places, for ever.
    for part in others:
        found = part.search(address, found.end()) if found else None
    return found is not None


@lru_cache(maxsize=512)
def _between_stars(pattern: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(re.escape(part).replace(r"\?", "."), re.DOTALL) for part in pattern.split("*"))
