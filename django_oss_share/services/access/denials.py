"""Why a visitor is refused, and what a page says of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from ...models import Share
from ...oss import InvalidArgument, OSSShareError

logger = logging.getLogger("django_oss_share")

_P = ParamSpec("_P")
_T = TypeVar("_T")

#: Seconds after which to ask again when something of ours is down.
RETRY_AFTER = 30


class Reason(TextChoices):
    """Kept in the audit; the label is for people."""

    UNKNOWN = "unknown", _("There is no such link.")
    ROTATED = "rotated", _("This link was replaced by a new one.")
    REVOKED = "revoked", _("This link was taken back.")
    EXPIRED = "expired", _("This link has expired.")
    EXHAUSTED = "exhausted", _("The download limit of this link is reached.")
    SCHEDULED = "scheduled", _("This link does not work yet.")
    NETWORK = "network", _("This link does not open from your network.")
    OWNER = "owner", _("Whoever shared this may no longer do so.")
    PASSWORD = "password", _("This link needs a password.")
    WRONG_PASSWORD = "wrong_password", _("That is not the password.")
    THROTTLED = "throttled", _("Too many tries; wait a while.")
    ITEM = "item", _("There is no such file in this share.")
    GONE = "gone", _("The file is no longer there.")
    REPLACED = "replaced", _("The file is no longer the one that was shared.")
    ZIP = "zip", _("These files cannot be had as one zip.")
    UNAVAILABLE = "unavailable", _("The file cannot be had right now; try again in a moment.")

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return _STATUS.get(self, 403)


_STATUS: Mapping[Reason, int] = {
    Reason.UNKNOWN: 404,
    Reason.ROTATED: 404,
    Reason.ITEM: 404,
    Reason.REVOKED: 410,
    Reason.EXPIRED: 410,
    Reason.EXHAUSTED: 410,
    Reason.GONE: 410,
    Reason.REPLACED: 410,
    Reason.THROTTLED: 429,
    Reason.UNAVAILABLE: 503,
}


class Denied(OSSShareError, PermissionError):
    """A visitor is refused.

    :ivar reason: what to tell the visitor; the audit may know better, as where ``OSS_SHARE["HIDE_REVOKED"]`` hides it.
    :ivar status: the HTTP status. :ivar retry_after: seconds, for that header; 0: none.
    :ivar share: None where the visitor must not learn that there is one.
    """

    def __init__(self, reason: Reason, *, share: Share | None = None, retry_after: int = 0) -> None:
        super().__init__(str(reason.label))
        self.reason = reason
        self.status = reason.status
        self.share = share
        self.retry_after = retry_after


def unavailable_on_failure(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """What is down on our side is a Denied too, and logged: no redirect, no traceback."""

    @wraps(function)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return function(*args, **kwargs)
        except (Denied, InvalidArgument):
            raise
        except (DatabaseError, InterfaceError, OSSShareError) as error:
            logger.exception("A share could not be served: %s", type(error).__name__)
            raise Denied(Reason.UNAVAILABLE, retry_after=getattr(error, "retry_after", RETRY_AFTER)) from error

    return guarded
