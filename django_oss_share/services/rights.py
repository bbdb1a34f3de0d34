"""Who sees what of shares; who may change it is decided by the services that do."""

from __future__ import annotations

from typing import Any

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
