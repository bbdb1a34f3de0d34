"""Objects as people see them: what one is, and what is in a folder, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import DEFAULT_STORAGE_ALIAS
from django.core.files.storage import InvalidStorageError, Storage, default_storage, storages
from django.utils.module_loading import import_string

from ..models.lookups import last_part
from ..oss import InvalidArgument
from ..storage import OSSStorage
from .errors import UnknownStorage
from .reach import require_reach, steps_below

if TYPE_CHECKING:
    from ..oss.client import ObjectInfo, Version
    from ..oss.listed import ListedObject

#: Entries of one page, folders and files together; OSS lists no more at once.
MAX_PAGE_SIZE = 1000
# Seconds: a visitor is waiting.
_TIMEOUT = 5


@dataclass(frozen=True, slots=True)
class Folder:
    """What a delimiter makes of the keys below it; ``key`` ends in a slash."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class File:
    """An object in a folder.

    :ivar key: its name in the storage. :ivar size: bytes. :ivar modified: aware UTC.
    """

    name: str
    key: str
    size: int
    modified: datetime
    etag: str
    storage_class: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a folder.

    :ivar next_token: for :func:`browse`, to get the next one; None: this is the last.
    """

    folders: list[Folder]
    files: list[File]
    next_token: str | None


def storage_of(alias: str) -> OSSStorage:
    """:raises UnknownStorage: ``STORAGES`` has no such alias, or its backend makes no links."""
    try:
        storage = storages[alias]
    except InvalidStorageError:
        known = ", ".join(repr(name) for name in linkable_storages()) or "none"
        raise UnknownStorage(f"storage={alias!r} is no alias of STORAGES that makes links; known: {known}.") from None
    if not isinstance(storage, OSSStorage):
        raise UnknownStorage(
            f"storage={alias!r} is a {type(storage).__name__}; shares need an OSSStorage, which makes signed links."
        )
    return storage


def linkable_storages() -> Mapping[str, OSSStorage]:
    """The storages that shares can be made of, by alias."""
    # Others are not even made: what they lack, such as STATIC_URL, is no concern of shares.
    found = {alias: storages[alias] for alias, given in storages.backends.items() if _may_be_ours(given)}
    return {alias: storage for alias, storage in found.items() if isinstance(storage, OSSStorage)}


def _may_be_ours(given: Any) -> bool:
    """:param given: what ``STORAGES`` says of it."""
    try:
        backend = import_string(given["BACKEND"])
    except (ImportError, KeyError):
        # Django says what is wrong with it.
        return True
    return not isinstance(backend, type) or issubclass(backend, OSSStorage)


def alias_of(storage: Storage) -> str:
    """The alias in ``STORAGES`` of the storage that a model's file field uses, by which shares know it.

    :raises UnknownStorage: it has none, since the field was given an instance of its own.
    """
    # A stand-in that equals nothing, and is not to be made where a form asks for its name at import: its credentials
    # would be none that the other processes know of.
    if storage is default_storage:
        return DEFAULT_STORAGE_ALIAS
    for alias in storages.backends:
        if storages[alias] is storage:
            return alias
    raise UnknownStorage(
        f"This {type(storage).__name__} is not in STORAGES, by whose aliases shares know their files: put it there, "
        "and give the field storages['alias']."
    )


def describe(storage: str, key: str, version_id: str = "", *, by: Any = None) -> ObjectInfo:
    """What the object is, asked of OSS in one short try.

    :raises NotAllowed: ``by`` does not reach it. :raises ObjectNotFound: there is none.
    :raises ServiceError: OSS does not tell.
    """
    backend = storage_of(storage)
    require_reach(by, storage, key)
    return backend.client.head(backend.object_key(key), version_id=version_id or None, attempts=1, timeout=_TIMEOUT)


def versions(storage: str, key: str, *, by: Any = None) -> list[Version]:
    """The versions that the bucket keeps of an object, the newest first, at most a hundred.

    :raises NotAllowed: ``by`` does not reach it. :raises ServiceError: OSS does not tell.
    """
    backend = storage_of(storage)
    require_reach(by, storage, key)
    return backend.client.versions(backend.object_key(key))


def browse(
    storage: str,
    prefix: str = "",
    *,
    token: str | None = None,
    search: str = "",
    page_size: int = 100,
    by: Any = None,
) -> Page:
    """A page of the folder ``prefix`` (``""``, or ending in a slash): what is directly in it, by one call to OSS.

    Above the folders that ``by`` reaches, it shows the way there and nothing else, without a call.

    :param token: the ``next_token`` of the page before.
    :param search: what the names must begin with, in their own case: OSS can look for nothing else.
    :raises NotAllowed: ``by`` reaches nothing in it.
    :raises InvalidArgument: a prefix that is no folder, a search with a slash, a page size that is not 1 to 1,000.
    :raises ServiceError: OSS does not tell.
    """
    _check(prefix, search, page_size)
    backend = storage_of(storage)
    if steps := steps_below(by, storage, prefix):
        return Page([Folder(last_part(key), key) for key in steps if last_part(key).startswith(search)], [], None)
    require_reach(by, storage, prefix)
    start = backend.object_key(prefix)
    listed = backend.client.page(start + search, delimiter="/", token=token, page_size=page_size)
    location = len(backend.object_key(""))
    return Page(
        [Folder(last_part(key), key[location:]) for key in listed.prefixes],
        # An object of the folder's own name is how consoles make an empty folder.
        [_file(each, each.key[location:]) for each in listed.objects if each.key != start],
        listed.next_token,
    )


def _check(prefix: str, search: str, page_size: int) -> None:
    if prefix and not prefix.endswith("/"):
        raise InvalidArgument(f"prefix={prefix!r} is no folder: it must end in '/'.", field="prefix", value=prefix)
    if "/" in search:
        raise InvalidArgument(
            f"search={search!r} holds a slash; search within one folder.", field="search", value=search
        )
    if not 1 <= page_size <= MAX_PAGE_SIZE:
        raise InvalidArgument(
            f"page_size={page_size!r} is out of range; allowed are 1 to {MAX_PAGE_SIZE}.",
            field="page_size",
            value=page_size,
        )


def _file(listed: ListedObject, key: str) -> File:
    return File(last_part(key), key, listed.size, listed.modified, listed.etag, listed.storage_class)
