"""Users by the name that they log in with."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model


def user_named(name: str) -> Any:
    """None: there is none."""
    users: Any = get_user_model()
    return users._default_manager.filter(**{users.USERNAME_FIELD: name}).first()
