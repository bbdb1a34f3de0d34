"""Who may export what, and whose exports are whose."""

from __future__ import annotations

from typing import Any

from ...models import ExportJob, Output, Share
from ...models.export import CHANGE_ALL_EXPORTS
from ..errors import NotAllowed
from ..policy import BROWSE_BUCKET, CHANGE_ALL, EXPORT, SHARE_OBJECT
from ..reach import require_reach
from .sources import Inventory, Objects, Prefix, Shares, Source


def may_export(user: Any) -> bool:
    """Whether the user may write lists of links."""
    return bool(user.has_perm(EXPORT))


def may_control(user: Any, job: ExportJob) -> bool:
    """Whether the user may watch, cancel, retry and download ``job``."""
    own = job.created_by_id is not None and job.created_by_id == user.pk
    return own or bool(user.has_perm(CHANGE_ALL_EXPORTS))


def require_control(user: Any, job: ExportJob) -> None:
    """:raises NotAllowed: the export is somebody else's. None, which stands for code, may."""
    if user is not None and not may_control(user, job):
        raise NotAllowed(f"{_name(user)} neither owns export {job.pk} nor has the permission {CHANGE_ALL_EXPORTS!r}.")


def require_export(user: Any, source: Source, output: str, storage: str) -> None:
    """:raises NotAllowed: the user may not export, not make shares of it, not look into the bucket, does not reach
    all of it, or may not hand out one of the shares. None, which stands for code, may.
    """
    if user is None:
        return
    needed = [EXPORT]
    if output == Output.SHARES and not isinstance(source, Shares):
        needed.append(SHARE_OBJECT)
    if not isinstance(source, Shares) and (not isinstance(source, Objects) or _has_folder(source)):
        needed.append(BROWSE_BUCKET)
    for permission in needed:
        if not user.has_perm(permission):
            raise NotAllowed(f"{_name(user)} lacks the permission {permission!r}.")
    if isinstance(source, Shares):
        _require_shares(user, source)
    else:
        require_reach(user, storage, *_reached(source))


def _reached(source: Objects | Prefix | Inventory) -> tuple[str, ...]:
    if isinstance(source, Objects):
        return source.keys
    # An inventory is of the whole bucket.
    return (source.prefix,) if isinstance(source, Prefix) else ("",)


def _has_folder(source: Objects) -> bool:
    return any(key.endswith("/") for key in source.keys)


def _require_shares(user: Any, source: Shares) -> None:
    # Those who could make a new link, as everywhere that links are shown.
    allowed = Share.objects.changeable_by(user).filter(pk__in=source.ids).count()
    if allowed < len(source.ids):
        raise NotAllowed(
            f"{_name(user)} may hand out {allowed} of the {len(source.ids)} chosen shares; the others are gone, or "
            f"need the permission {CHANGE_ALL!r}."
        )


def _name(user: Any) -> str:
    return user.get_username() or "An anonymous user"
