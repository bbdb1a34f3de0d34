"""Users by the name that they log in with."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from ..problems import Problem


def user_named(name: str) -> Any:
    """None: there is none."""
    users: Any = get_user_model()
    return users._default_manager.filter(**{users.USERNAME_FIELD: name}).first()


def of_user(rows: QuerySet[Any], field: str, name: str) -> QuerySet[Any]:
    """Those whose ``field`` is the user of that name; where there is none, none, rather than those without a user."""
    user = user_named(name)
    return rows.none() if user is None else rows.filter(**{field: user})


def receiver(name: str) -> Any:
    """The user of that name, to whom something is handed over; :raises Problem: there is none."""
    user = user_named(name)
    if user is None:
        raise Problem(400, f"to={name!r}: there is no such user.", field="to")
    return user
