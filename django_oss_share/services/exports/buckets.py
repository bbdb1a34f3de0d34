"""The storage that stands for a bucket, as ``oss://bucket/…`` names it."""

from __future__ import annotations

from dataclasses import dataclass

from ...oss import InvalidArgument
from ...oss.validate import check_bucket
from ...storage import OSSStorage
from ..errors import UnknownStorage
from ..objects import linkable_storages, storage_of


@dataclass(frozen=True, slots=True)
class Place:
    """:ivar path: a key, or what keys begin with; ``""``: the bucket."""

    bucket: str
    path: str

    def __str__(self) -> str:
        return f"oss://{self.bucket}/{self.path}"


def parse(url: str) -> Place:
    """:raises InvalidArgument: not ``oss://bucket[/path]``, or not UTF-8."""
    scheme, found, rest = url.partition("://")
    if scheme != "oss" or not found:
        raise InvalidArgument(f"{url!r} names no bucket; write oss://bucket[/prefix].", field="url", value=url)
    if any("\ud800" <= character <= "\udfff" for character in rest):
        raise InvalidArgument(f"{url!r} is not UTF-8, in which all keys are.", field="url", value=url)
    bucket, _, path = rest.partition("/")
    return Place(check_bucket(bucket), path)


def storage_for(bucket: str, alias: str = "") -> OSSStorage:
    """The storage on ``bucket``: that of ``alias``, else the only one there is.

    :raises UnknownStorage: there is no such storage. :raises InvalidArgument: it has another bucket, or there are two.
    """
    if alias:
        return _on(bucket, alias)
    linkable = linkable_storages()
    aliases = [name for name, storage in linkable.items() if storage.bucket_name == bucket]
    if not aliases:
        known = ", ".join(sorted({f"oss://{storage.bucket_name}" for storage in linkable.values()})) or "none"
        raise UnknownStorage(f"No storage in STORAGES is on the bucket {bucket!r}; known: {known}.")
    if len(aliases) > 1:
        raise InvalidArgument(
            f"{' and '.join(map(repr, aliases))} are both on the bucket {bucket!r}; say whose credentials and links "
            f"to use, as in --storage {aliases[0]}.",
            field="storage",
        )
    return linkable[aliases[0]]


def _on(bucket: str, alias: str) -> OSSStorage:
    storage = storage_of(alias)
    if storage.bucket_name != bucket:
        raise InvalidArgument(
            f"The storage {alias!r} is on the bucket {storage.bucket_name!r}, not on {bucket!r}.",
            field="storage",
            value=alias,
        )
    return storage
