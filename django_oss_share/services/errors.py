"""What the services refuse, and why."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured, PermissionDenied

from ..oss import InvalidArgument, OSSShareError


class NotAllowed(OSSShareError, PermissionDenied):
    """The user lacks the permission; Django answers it with a 403."""


class PolicyViolation(InvalidArgument):
    """A value that ``OSS_SHARE`` does not allow (to this user).

    :ivar field: the argument. :ivar value: what was given; never a password.
    """


class WrongState(OSSShareError, ValueError):
    """The share is in a state from which there is no such step.

    :ivar state: that state.
    """

    def __init__(self, message: str, state: str) -> None:
        super().__init__(message)
        self.state = state


class UnknownStorage(OSSShareError, ImproperlyConfigured):
    """No storage of that alias, or one that makes no links."""


class Unconfirmed(OSSShareError, ValueError):
    """A change with consequences, which nobody has said yes to yet; nothing was done.

    :ivar warnings: what it would bring about, a sentence or two each.
    """

    def __init__(self, what: str, warnings: Sequence[str]) -> None:
        super().__init__(f"{what} was not confirmed: {' '.join(warnings)}")
        self.warnings = tuple(warnings)
