"""Which object a visitor means, and what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ... import signals
from ...models import Action, Kind, Pin, Share, ShareItem
from ...models.lookups import last_part
from ...oss import InvalidArgument
from ...oss.disposition import check_filename
from ...oss.errors import ObjectNotFound
from .. import audit, objects
from ..inputs import checked_key
from ..transactions import atomic, send_on_commit
from .denials import Reason, unavailable_on_failure
from .opening import Visit, denied

if TYPE_CHECKING:
    from ...oss.client import ObjectInfo


@dataclass(frozen=True, slots=True)
class Target:
    """One object of a share.

    :ivar name: what people call it. :ivar item: what :func:`resolve` finds it by: None, a position, or a path below
        the shared folder.
    """

    key: str
    name: str
    item: int | str | None = None
    version_id: str = ""
    etag: str = ""

    @property
    def filename(self) -> str | None:
        """What to save it as; None where its name is nothing to save under, and OSS's default has to do."""
        try:
            return check_filename(self.name)
        except InvalidArgument:
            return None


@unavailable_on_failure
def resolve(visit: Visit, item: int | str | None = None) -> Target:
    """The object that ``item`` means: None for a single one, the position in a selection, a path below the folder.

    :raises Denied: ITEM; there is no such thing in the share. Whether the object exists is not asked.
    """
    share = visit.share
    if share.kind == Kind.OBJECT and item is None:
        return Target(share.key, share.filename or last_part(share.key), None, share.version_id, share.etag)
    if share.kind == Kind.SELECTION and isinstance(item, int):
        found = ShareItem.objects.filter(share=share, position=item).first() if 0 <= item < 2**31 else None
        if found is not None:
            return _of_item(found)
    if share.kind == Kind.PREFIX and isinstance(item, str) and is_file_below(share, item):
        return Target(share.key + item, last_part(item), item)
    raise denied(visit, Reason.ITEM)


@unavailable_on_failure
def targets_of(visit: Visit) -> list[Target]:
    """The files of a selection, in their order; of a single object, that one. A folder is browsed."""
    if visit.share.kind == Kind.SELECTION:
        return [_of_item(item) for item in visit.share.items.all()]
    return [resolve(visit)]


@unavailable_on_failure
def browse(
    visit: Visit, path: str = "", *, token: str | None = None, search: str = "", page_size: int = 100
) -> objects.Page:
    """A page of a shared folder, or of the folder ``path`` (ending in a slash) below it; see ``objects.browse``.

    The keys on it are whole: cut ``len(visit.share.key)`` characters off for a path below the folder. Keys that no path
    leads to, as with an empty segment, are left out.

    :raises Denied: ITEM; the share is no folder, or ``path`` is not below it.
    :raises InvalidArgument: as ``objects.browse``.
    """
    share = visit.share
    if share.kind != Kind.PREFIX or (path and not (path.endswith("/") and _is_below(share, path))):
        raise denied(visit, Reason.ITEM)
    page = objects.browse(share.storage, share.key + path, token=token, search=search, page_size=page_size)
    folders = [folder for folder in page.folders if _is_below(share, folder.key[len(share.key) :])]
    files = [file for file in page.files if is_file_below(share, file.key[len(share.key) :])]
    return objects.Page(folders, files, page.next_token)


@unavailable_on_failure
def inspect(visit: Visit, target: Target | None = None) -> ObjectInfo:
    """What the object is by now, asked of OSS: size, type, time.

    :param target: from :func:`resolve`; the single object unless given.
    :raises Denied: GONE; it was deleted. REPLACED; it is another one, and the share is pinned to its ETag.
    """
    share, target = visit.share, target or resolve(visit)
    try:
        info = objects.describe(share.storage, target.key, target.version_id)
    except ObjectNotFound:
        raise denied(visit, Reason.GONE, key=target.key) from None
    if target.etag and info.etag != target.etag:
        if share.pin == Pin.ETAG:
            raise denied(visit, Reason.REPLACED, key=target.key)
        if share.pin == Pin.REPORT:
            _report(visit, target, info.etag)
    return info


def _report(visit: Visit, target: Target, etag: str) -> None:
    """Once for each change: of those who see it at once, the one whose update takes writes it down."""
    rows = (
        Share.objects.filter(pk=visit.share.pk, etag=target.etag)
        if target.item is None
        else ShareItem.objects.filter(share=visit.share, position=target.item, etag=target.etag)
    )
    with atomic():
        if rows.update(etag=etag):
            event = audit.record(
                Action.OBJECT_CHANGED, share=visit.share, key=target.key, data={"etag": [target.etag, etag]}
            )
            send_on_commit(signals.share_object_changed, share=visit.share, event=event)


def _of_item(item: ShareItem) -> Target:
    return Target(item.key, item.label, item.position, item.version_id, item.etag)


def is_file_below(share: Share, path: str) -> bool:
    """Whether ``path`` below a shared folder names a file, and says which by itself."""
    return _is_below(share, path) and not path.endswith("/")


def _is_below(share: Share, path: str) -> bool:
    """A path that says, segment by segment, what it leads to: no way up, no empty segment."""
    try:
        return bool(path) and "" not in path.rstrip("/").split("/") and checked_key(share.key + path) != share.key
    except InvalidArgument:
        return False
