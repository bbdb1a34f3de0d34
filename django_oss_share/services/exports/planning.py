"""Into which shards an export is split: stretches of keys, or of an inventory's files.

OSS tells how many keys there are only by listing them, so keys are guessed that lie evenly between the first and the
last, by the characters that keys at such places have. Where keys are unevenly spread, shards are; there are more of
them than workers for that.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from string import digits
from typing import Any

from ...models import ExportJob
from ...oss.listing import BucketLister
from ...storage import OSSStorage
from ...storage.bulk import lister_of
from ..objects import storage_of
from . import inventories, sources
from .reading import selection_for
from .selection import Selection
from .sources import Inventory, Prefix

#: What "auto" makes of a long list; of a list of one page, it makes one.
AUTO_SHARDS = 16
# What OSS orders last of all that keys hold.
_LAST = "\U0010ffff"
# Behind most characters of most keys.
_USUAL = 0x80
_SURROGATES = range(0xD800, 0xE000)
# Characters of a key, behind what all have in common, that are guessed.
_DEPTH = 6

Stretch = dict[str, Any]


def stretches(job: ExportJob) -> list[Stretch]:
    """One for each shard, in the order of their rows.

    :raises InvalidArgument: an inventory that is none. :raises ServiceError: OSS does not tell.
    """
    source = sources.from_json(job.source)
    storage = storage_of(job.storage)
    if isinstance(source, Inventory):
        return _of_files(source, storage, job)
    if isinstance(source, Prefix) and job.wanted_shards != 1:
        return list(_of_keys(storage, selection_for(storage, source, {}), job.wanted_shards or AUTO_SHARDS))
    return [{}]


def _of_files(source: Inventory, storage: OSSStorage, job: ExportJob) -> list[Stretch]:
    manifest = inventories.manifest_of(source, storage)
    inventories.check_told(manifest, job.columns, source.filters)
    count = min(job.wanted_shards or AUTO_SHARDS, len(manifest.files))
    if count <= 1 or job.wanted_shards == 1:
        return [{}]
    ends = [len(manifest.files) * number // count for number in range(count + 1)]
    return [{"files": [start, end]} for start, end in pairwise(ends)]


def _of_keys(storage: OSSStorage, chosen: Selection, count: int) -> Iterator[Stretch]:
    lister = lister_of(storage)
    bounds = _bounds(lister, chosen, count)
    for start, end in pairwise([chosen.start_after, *bounds, chosen.end_with]):
        yield {"start_after": start, "end_with": end}


def _bounds(lister: BucketLister, chosen: Selection, count: int) -> list[str]:
    """Keys, in order, at which one stretch ends and the next begins."""
    page = lister.page(chosen.prefix, start_after=chosen.start_after)
    if page.next_token is None or not page.keys:
        return []
    first = page.keys[0]
    common = _common(lister, chosen.prefix, first)
    ends_inside = chosen.end_with and chosen.end_with.startswith(common)
    last = chosen.end_with if ends_inside else common + _last(lister, common)
    window = slice(len(common), len(common) + _DEPTH)
    alphabet = _alphabet(key[window] for key in (*page.keys, last))
    low, high = (_as_number(key[window], alphabet) for key in (first, last))
    guesses = {_as_text(low + (high - low) * number // count, alphabet) for number in range(1, count)}
    found = {_next_key(lister, chosen.prefix, common + guess) for guess in guesses}
    return sorted(key for key in found if key is not None and first < key < (chosen.end_with or common + _LAST))


def _next_key(lister: BucketLister, prefix: str, key: str) -> str | None:
    return next(iter(lister.page(prefix, start_after=key, page_size=1).keys), None)


def _common(lister: BucketLister, prefix: str, first: str) -> str:
    """What all keys from ``first`` on begin with; by halving, in ten questions at the most."""
    shared, differs = len(prefix), len(first) + 1
    while differs - shared > 1:
        middle = (shared + differs) // 2
        if _next_key(lister, prefix, first[:middle] + _LAST) is None:
            shared = middle
        else:
            differs = middle
    return first[:shared]


def _last(lister: BucketLister, common: str) -> str:
    """How the last key goes on behind ``common``, for a few characters; each is found by halving."""
    found = ""
    while len(found) < _DEPTH and (key := _next_key(lister, common, common + found)) is not None:
        low, high = _place(key[len(common + found)]), _place(_LAST)
        while low < high:
            middle = _USUAL if low < _USUAL < high else (low + high + 1) // 2
            key = _next_key(lister, common, common + found + _character(middle - 1) + _LAST)
            if key is None:
                high = middle - 1
            else:
                # A key that goes on behind the very last character comes from below the middle.
                low = max(middle, _place(key[len(common + found)]))
        found += _character(low)
    return found


def _place(character: str) -> int:
    """Its place among the characters that UTF-8 has: all but the surrogates."""
    number = ord(character)
    return number if number < _SURROGATES.start else number - len(_SURROGATES)


def _character(place: int) -> str:
    return chr(place if place < _SURROGATES.start else place + len(_SURROGATES))


def _alphabet(texts: Iterable[str]) -> list[str]:
    """The characters that occur, in order; where one digit does, all might."""
    seen = {character for text in texts for character in text}
    return sorted(seen | set(digits) if seen & set(digits) else seen)


def _as_number(text: str, alphabet: list[str]) -> int:
    number = 0
    for at in range(_DEPTH):
        number = number * len(alphabet) + (bisect_left(alphabet, text[at]) if at < len(text) else 0)
    return number


def _as_text(number: int, alphabet: list[str]) -> str:
    found = []
    for _ in range(_DEPTH):
        number, digit = divmod(number, len(alphabet))
        found.append(alphabet[digit])
    return "".join(reversed(found))
