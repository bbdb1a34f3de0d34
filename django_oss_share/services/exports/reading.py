"""What an export is of, batch by batch, from wherever it had been read to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NamedTuple

from ...conf import conf
from ...models import ExportJob, Share
from ...oss.errors import ObjectNotFound
from ...oss.listed import ListedObject
from ...storage import OSSStorage
from ...storage.bulk import lister_of
from ..objects import storage_of
from . import inventories, sources
from .selection import Selection
from .sources import Filters, Inventory, Objects, Prefix, Shares

_SHARES = 200  # of a batch
_OBJECTS = 100  # chosen ones, of a batch
_ASKED = 8  # at once, what chosen objects are


class Batch(NamedTuple):
    """:ivar listed: objects that were looked at. :ivar chosen: listed objects, or shares.
    :ivar missing: chosen ones that are not there.
    :ivar position: for :func:`read`, to go on behind them.
    """

    listed: int
    chosen: list[Any]
    missing: int
    position: dict[str, Any]


def read(job: ExportJob, stretch: Mapping[str, Any], position: Mapping[str, Any]) -> Iterator[Batch]:
    """The batches of ``stretch`` behind ``position``; {} stands for all of it.

    :raises ServiceError: OSS does not tell, or breaks a list off. :raises InvalidArgument: an inventory that is none.
    """
    source = sources.from_json(job.source)
    if position.get("end"):
        return iter(())
    if isinstance(source, Shares):
        return _shares(source, position)
    storage = storage_of(job.storage)
    shown = Selection(hidden=_results(job, storage))
    if isinstance(source, Objects):
        return _objects(storage, source, shown, position)
    if isinstance(source, Inventory):
        return _inventory(storage, source, shown, stretch, position)
    return _prefix(storage, source, shown, stretch, position)


def selection_of(storage: OSSStorage, prefix: str, filters: Filters, **more: Any) -> Selection:
    """What is wanted of a list of ``storage``; ``prefix``, and the keys of ``filters``, are names in it."""
    begin = storage.object_key("")
    return Selection(
        prefix=begin + prefix,
        start_after=filters.start_after and begin + filters.start_after,
        end_with=filters.end_with and begin + filters.end_with,
        rules=sources.rules_of(filters),
        min_size=filters.min_size,
        max_size=filters.max_size,
        modified_from=filters.modified_from,
        modified_until=filters.modified_until,
        **more,
    )


def selection_for(storage: OSSStorage, source: Prefix, stretch: Mapping[str, Any]) -> Selection:
    """Of one shard; ``stretch`` holds whole keys."""
    chosen = selection_of(storage, source.prefix, source.filters, recursive=source.recursive, versions=source.versions)
    return replace(chosen, **stretch)


def _prefix(
    storage: OSSStorage, source: Prefix, shown: Selection, stretch: Mapping[str, Any], position: Mapping[str, Any]
) -> Iterator[Batch]:
    limit, taken = source.filters.limit, int(position.get("taken", 0))
    chosen = selection_for(storage, source, stretch)
    chosen = replace(chosen, limit=limit and limit - taken, hidden=shown.hidden)
    for page in chosen.pages(lister_of(storage), token=position.get("token")):
        taken += len(page.objects)
        behind = {"end": True} if page.next_token is None else {"token": page.next_token, "taken": taken}
        yield Batch(page.listed, page.objects, 0, behind)


def _objects(storage: OSSStorage, source: Objects, shown: Selection, position: Mapping[str, Any]) -> Iterator[Batch]:
    at = int(position.get("at", 0))
    token = position.get("token")
    with ThreadPoolExecutor(_ASKED, thread_name_prefix="oss-head") as pool:
        while at < len(source.keys):
            if source.keys[at].endswith("/"):
                folder = replace(shown, prefix=storage.object_key(source.keys[at]))
                yield from _folder(storage, folder, at, token)
                at, token = at + 1, None
                continue
            keys = _until_folder(source.keys[at : at + _OBJECTS])
            at += len(keys)
            found = list(pool.map(lambda key: _described(storage, key), keys))
            there = [each for each in found if each is not None]
            yield Batch(len(keys), list(shown.wanted(there)), len(keys) - len(there), {"at": at})


def _folder(storage: OSSStorage, folder: Selection, at: int, token: str | None) -> Iterator[Batch]:
    for page in folder.pages(lister_of(storage), token=token):
        behind = {"at": at + 1} if page.next_token is None else {"at": at, "token": page.next_token}
        yield Batch(page.listed, page.objects, 0, behind)


def _until_folder(keys: tuple[str, ...]) -> list[str]:
    return [*keys[: next((at for at, key in enumerate(keys) if key.endswith("/")), len(keys))]]


def _described(storage: OSSStorage, name: str) -> ListedObject | None:
    key = storage.object_key(name)
    try:
        info = storage.client.head(key)
    except ObjectNotFound:
        return None
    return ListedObject(key, info.size, info.etag, info.modified, info.storage_class)


def _inventory(
    storage: OSSStorage, source: Inventory, shown: Selection, stretch: Mapping[str, Any], position: Mapping[str, Any]
) -> Iterator[Batch]:
    begin, limit, taken = storage.object_key(""), source.filters.limit, int(position.get("taken", 0))
    chosen = selection_of(storage, "", source.filters, hidden=shown.hidden)
    manifest = inventories.manifest_of(source, storage)
    first, last = stretch.get("files", [0, len(manifest.files)])
    at, row = position.get("file", first), int(position.get("row", 0))
    for number in range(at, last):
        for objects in inventories.batches(manifest, number, row):
            row += objects.rows
            named = [each for each in objects.listed if each.key.startswith(begin)]
            wanted = [each for each in chosen.wanted(named) if each.key > chosen.start_after]
            if limit is not None:
                wanted = wanted[: limit - taken]
            taken += len(wanted)
            if limit is not None and taken >= limit:
                yield Batch(objects.rows, wanted, 0, {"end": True})
                return
            yield Batch(objects.rows, wanted, 0, {"file": number, "row": row, "taken": taken})
        row = 0


def _shares(source: Shares, position: Mapping[str, Any]) -> Iterator[Batch]:
    for at in range(int(position.get("at", 0)), len(source.ids), _SHARES):
        ids = source.ids[at : at + _SHARES]
        found = Share.objects.in_bulk(ids)
        there = [found[each] for each in ids if each in found]
        yield Batch(len(ids), there, len(ids) - len(there), {"at": at + len(ids)})


def _results(job: ExportJob, storage: OSSStorage) -> str:
    """What keys of results in the listed bucket begin with; "": there are none."""
    results = storage_of(job.result_storage)
    return results.object_key(conf.export_prefix) if results.bucket_name == storage.bucket_name else ""
