"""Who sees what of shares; who may change it is decided by the services that do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_backends
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission, PermissionsMixin
from django.db.models import Q

from ..models import Share
from . import policy

#: Any one of them opens the list of shares, which then holds one's own, or everybody's with ``view_all_shares``.
OPENING = ("oss_share.view_share", policy.SHARE_OBJECT, policy.BROWSE_BUCKET, policy.VIEW_ALL, policy.CHANGE_ALL)


def may_open(user: Any) -> bool:
    """Whether the user has any business with shares."""
    return any(user.has_perm(permission) for permission in OPENING)


def may_see(user: Any, share: Share) -> bool:
    """Whether the user may read of ``share`` and its audit, though not open it."""
    return policy.may_change(user, share) or bool(user.has_perm(policy.VIEW_ALL))


def may_see_link(user: Any, share: Share) -> bool:
    """Whether the user is shown the link, which opens the files to whoever has it: those who could make a new one."""
    return share.revoked_at is None and policy.may_change(user, share)


def holds(user: Any, permission: str) -> bool:
    """As ``user.has_perm``, for permissions of ours and where each query counts.

    Django asks twice, for a user's own permissions and for their groups'. Where its backend alone decides, one query
    finds both; as with Django, they are kept with the object.
    """
    if not _is_usual(user):
        return bool(user.has_perm(permission))
    return bool(user.is_active) and (bool(user.is_superuser) or permission in _held(user))


def _is_usual(user: Any) -> bool:
    """Whether nobody but Django's own backend has a say in what the user may."""
    asked = getattr(user.has_perm, "__func__", None)
    return asked is PermissionsMixin.has_perm and all(type(backend) is ModelBackend for backend in get_backends())


def _held(user: Any) -> frozenset[str]:
    if not hasattr(user, "_oss_share_held"):
        own = user.user_permissions.all()
        either = Q(pk__in=own) | Q(group__in=user.groups.all())
        ours = Permission.objects.using(own.db).filter(either, content_type__app_label="oss_share")
        user._oss_share_held = frozenset(f"oss_share.{name}" for name in ours.values_list("codename", flat=True))
    held: frozenset[str] = user._oss_share_held
    return held
