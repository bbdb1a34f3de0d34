"""Handing out a link: counted, written down, and only then given away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ... import signals
from ...conf import conf
from ...models import Action, Disposition, Kind, Pin, Share
from ...models.statements import add_downloads
from ...oss import PresignedURL
from ...oss.cdn import CDNLink
from ...storage import OSSStorage
from .. import audit, objects
from ..previews import inline_type
from ..transactions import atomic, send_on_commit
from .denials import RETRY_AFTER, Reason, unavailable_on_failure
from .opening import Visit, denied, reread
from .targets import Target, inspect, resolve

#: A link ends this long before the token that signed it.
TOKEN_MARGIN = timedelta(seconds=30)
# The share would have to be changed as often in the moments between our reading and our counting.
_TRIES = 20


@unavailable_on_failure
def issue(visit: Visit, item: int | str | None = None, *, preview: bool = False, charset: str = "") -> PresignedURL:
    """A link to one object of the share, for :attr:`conf.link_lifetime` seconds at most.

    The download is counted and the audit row written in one transaction; whatever of the share was changed and
    committed before that, a revocation above all, decides. OSS is asked whether the object is there where there is a
    limit to spend or an ETag to keep, and for a file of a folder, whose name is the visitor's word.

    :param item: as in :func:`resolve`.
    :param preview: to show it rather than save it. What browsers might run is saved all the same.
    :param charset: of a text that is shown, such as ``gb18030``.
    :raises Denied: for one of the reasons; nothing was counted.
    """
    target = resolve(visit, item)
    share = visit.share
    if share.is_limited or share.pin == Pin.ETAG or share.kind == Kind.PREFIX:
        inspect(visit, target)
    data = {"preview": True} if preview else {}

    def facts(visit: Visit) -> dict[str, Any]:
        link = _presign(visit, target, preview, charset)
        by_cdn = {"cdn": True} if isinstance(link, CDNLink) else {}
        return {"key": target.key, "link": link, "data": {**data, **by_cdn}}

    link: PresignedURL = _charge(visit, 1, facts)["link"]
    return link


@unavailable_on_failure
def link_origin(visit: Visit) -> str:
    """Scheme and host of the links that :func:`issue` makes for the share."""
    storage = objects.storage_of(visit.share.storage)
    is_versioned = visit.share.pin == Pin.VERSION or visit.share.version_id
    return storage.link_origin if is_versioned else storage.visitor_origin


def charge(visit: Visit, count: int, **facts: Any) -> None:
    """Count ``count`` downloads and write them down as one row, with ``facts`` as ``audit.record`` takes them.

    :raises Denied: there are not as many left, or the share was changed and is no longer good for the visitor.
    """
    _charge(visit, count, lambda visit: facts)


def _charge(visit: Visit, count: int, facts: Callable[[Visit], dict[str, Any]]) -> dict[str, Any]:
    """``facts`` of the visit as it was counted; made outside of the transaction, which holds the row."""
    for _ in range(_TRIES):
        made = facts(visit)
        with atomic():
            if add_downloads(visit.share, count):
                event = audit.record(Action.ISSUED, share=visit.share, actor=visit.user, client=visit.client, **made)
                send_on_commit(signals.share_accessed, share=visit.share, event=event)
                return made
        visit = reread(visit)
        left = visit.share.downloads_left
        if left is not None and left < count:
            raise denied(visit, Reason.EXHAUSTED)
    raise denied(visit, Reason.UNAVAILABLE, retry_after=RETRY_AFTER)


def _presign(visit: Visit, target: Target, preview: bool, charset: str) -> PresignedURL:
    storage = objects.storage_of(visit.share.storage)
    return storage.deliver(
        target.key,
        expires_in=_lifetime(visit, storage, target),
        version_id=target.version_id or None,
        filename=target.filename,
        **_shown_or_saved(visit.share, target, preview, charset),
    )


def _shown_or_saved(share: Share, target: Target, preview: bool, charset: str) -> Mapping[str, Any]:
    content_type = inline_type(target.name)
    if content_type is None or not (preview or share.disposition == Disposition.INLINE):
        return {"download": True}
    if charset and content_type.startswith("text/"):
        content_type += f"; charset={charset}"
    return {"download": False, "content_type": content_type}


def _lifetime(visit: Visit, storage: OSSStorage, target: Target) -> int:
    """Seconds: what the setting says, but no longer than the share, nor than the token that signs less a margin.

    A CDN signs with no token.
    """
    now = timezone.now()
    seconds = conf.link_lifetime
    if visit.share.expires_at is not None:
        seconds = min(seconds, (visit.share.expires_at - now) // timedelta(seconds=1))
        if seconds < 1:
            raise denied(visit, Reason.EXPIRED)
    is_signed_by_oss = storage.cdn_for(target.version_id) is None
    if is_signed_by_oss and (token_end := storage.token_expires_at) is not None:
        seconds = min(seconds, (token_end - TOKEN_MARGIN - now) // timedelta(seconds=1))
        if seconds < 1:
            raise denied(visit, Reason.UNAVAILABLE, retry_after=RETRY_AFTER)
    return seconds
