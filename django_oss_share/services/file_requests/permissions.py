"""Who may request files, and change which requests."""

from __future__ import annotations

from typing import Any

from ...models import FileRequest
from ...models.file_request import CHANGE_ALL_REQUESTS
from ..errors import NotAllowed

REQUEST = "oss_share.request_files"


def may_request(user: Any) -> bool:
    """Whether the user may make file requests."""
    return bool(user.has_perm(REQUEST))


def may_change(user: Any, request: FileRequest) -> bool:
    """Whether the user may change or revoke ``request``: its owner, or ``change_all_requests``."""
    own = request.created_by_id is not None and request.created_by_id == user.pk
    return own or bool(user.has_perm(CHANGE_ALL_REQUESTS))


def require_request(user: Any) -> None:
    """:raises NotAllowed: the user may not make file requests. None, which stands for code, may."""
    if user is not None and not may_request(user):
        raise NotAllowed(f"{_named(user)} lacks the permission {REQUEST!r}.")


def require_change(user: Any, request: FileRequest) -> None:
    """:raises NotAllowed: the user may not change ``request``. None, which stands for code, may."""
    if user is not None and not may_change(user, request):
        raise NotAllowed(
            f"{_named(user)} neither owns file request {request.pk} nor has the permission {CHANGE_ALL_REQUESTS!r}."
        )


def _named(user: Any) -> str:
    return user.get_username() or "An anonymous user"
