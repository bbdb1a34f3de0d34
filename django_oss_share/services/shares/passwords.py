"""A password on its way into a share, or into many."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password

from .. import inputs
from ..policy import policy_of


@dataclass(frozen=True, slots=True)
class HashedPassword:
    """For :func:`~.changing.set_password`, which would hash a password for each share anew; ``""``: none."""

    encoded: str = field(repr=False)


def hashed_password(password: str | None, *, by: Any = None) -> HashedPassword:
    """Checked by the policy of ``by``, and hashed, which takes a fifth of a second.

    :raises PolicyViolation: too short, too long, or missing where one is required.
    """
    checked = inputs.checked_password(inputs.veiled(password), policy_of(by))
    return HashedPassword(make_password(checked) if checked else "")
