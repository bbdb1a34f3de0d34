"""What ``OSS_SHARE`` lets a user do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ..conf import conf
from ..models import Share
from .errors import NotAllowed

SHARE_OBJECT = "oss_share.share_object"
BROWSE_BUCKET = "oss_share.browse_bucket"
VIEW_ALL = "oss_share.view_all_shares"
CHANGE_ALL = "oss_share.change_all_shares"
EXPORT = "oss_share.export_links"
GRANT = "oss_share.grant_access"
UPLOAD = "oss_share.upload_object"


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits of one user's shares; None as an expiry stands for ever."""

    default_expiry: timedelta | None
    max_expiry: timedelta | None
    password_required: bool
    password_min_length: int
    allow_zip: bool


def policy_of(user: Any = None) -> Policy:
    """The project's policy, with what the user's groups have differently; of several groups, the most generous.

    :param user: None for shares that code makes for nobody.
    """
    groups = groups_of(user)
    max_expiry = _most_generous("MAX_EXPIRY", groups, conf.max_expiry)
    default_expiry = _most_generous("DEFAULT_EXPIRY", groups, conf.default_expiry)
    return Policy(
        default_expiry=min(default_expiry, max_expiry, key=_length),
        max_expiry=max_expiry,
        password_required=_most_generous("PASSWORD_REQUIRED", groups, conf.password_required),
        password_min_length=_most_generous("PASSWORD_MIN_LENGTH", groups, conf.password_min_length),
        allow_zip=_most_generous("ALLOW_ZIP", groups, conf.allow_zip),
    )


def may_share(user: Any) -> bool:
    """Whether the user may make shares."""
    return bool(user.has_perm(SHARE_OBJECT))


def may_browse(user: Any) -> bool:
    """Whether the user may look into buckets."""
    return bool(user.has_perm(BROWSE_BUCKET))


def may_change(user: Any, share: Share) -> bool:
    """Whether the user may extend, revoke or otherwise change ``share``: its owner, or ``change_all_shares``."""
    return (share.created_by_id is not None and share.created_by_id == user.pk) or bool(user.has_perm(CHANGE_ALL))


def may_set_access(user: Any) -> bool:
    """Whether the user may say who reads a bucket's objects without any link: those who may change all shares."""
    return may_share(user) and bool(user.has_perm(CHANGE_ALL))


def require_set_access(user: Any) -> None:
    """:raises NotAllowed: the user may not change ACLs and Referer rules. None, which stands for code, may."""
    if user is not None and not may_set_access(user):
        raise NotAllowed(
            f"{user.get_username() or 'An anonymous user'} lacks one of the permissions {SHARE_OBJECT!r} and "
            f"{CHANGE_ALL!r}, which ACLs and Referer rules take."
        )


def require_share(user: Any) -> None:
    """:raises NotAllowed: the user may not make shares. None, which stands for code, may."""
    if user is not None and not may_share(user):
        raise NotAllowed(f"{user.get_username() or 'An anonymous user'} lacks the permission {SHARE_OBJECT!r}.")


def require_change(user: Any, share: Share) -> None:
    """:raises NotAllowed: the user may not change ``share``. None, which stands for code, may."""
    if user is not None and not may_change(user, share):
        raise NotAllowed(
            f"{user.get_username() or 'An anonymous user'} neither owns share {share.pk} nor has the permission "
            f"{CHANGE_ALL!r}."
        )


def groups_of(user: Any) -> list[Mapping[str, Any]]:
    """What ``OSS_SHARE["GROUPS"]`` says of the groups that the user is in."""
    groups = conf.groups
    if not groups or user is None or user.pk is None:
        return []
    return [groups[name] for name in user.groups.values_list("name", flat=True) if name in groups]


def _most_generous(name: str, groups: list[Mapping[str, Any]], default: Any) -> Any:
    read, choose = _GENEROUS[name]
    values = [read(name, group) for group in groups if name in group]
    return choose(values) if values else default


def _length(expiry: timedelta | None) -> timedelta:
    return timedelta.max if expiry is None else expiry


def _longest(values: list[timedelta | None]) -> timedelta | None:
    return max(values, key=_length)


def _expiry(name: str, group: Mapping[str, Any]) -> timedelta | None:
    return conf.expiry(name, group, None)


def _as_is(name: str, group: Mapping[str, Any]) -> Any:
    return group[name]


_GENEROUS: Mapping[str, tuple[Callable[[str, Mapping[str, Any]], Any], Callable[[list[Any]], Any]]] = {
    "MAX_EXPIRY": (_expiry, _longest),
    "DEFAULT_EXPIRY": (_expiry, _longest),
    "PASSWORD_REQUIRED": (_as_is, all),
    "PASSWORD_MIN_LENGTH": (_as_is, min),
    "ALLOW_ZIP": (_as_is, any),
}
