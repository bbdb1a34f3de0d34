"""Who sent a request: V4 or V1, signed in the query or in the header, or nobody.

This is the emulator's own reading of the vendor's rules. It shares no code with ``django_oss_share.oss.signing``, so
that a mistake there is a refused request here and not two mistakes that agree.
"""

from __future__ import annotations

from datetime import datetime

from ..accounts import Accounts, Identity
from ..errors import malformed_authorization
from ..request import Request
from . import v1, v4

__all__ = ["authenticate"]

_EC_UNKNOWN_VERSION = "0002-00000066"


def authenticate(request: Request, accounts: Accounts, now: datetime) -> Identity:
    """Who sent ``request``; the anonymous identity where nothing is signed.

    A request that tries to sign and fails is refused: it never counts as anonymous.

    :param now: aware UTC.
    :raises OSSError: the signature is not right, not yet or no longer good, or of an unknown key.
    """
    by_v4, by_v1, by_header = v4.is_link(request), v1.is_link(request), "authorization" in request.headers
    if by_v4 + by_v1 + by_header > 1:
        raise malformed_authorization("Only one auth mechanism allowed.", "Authorization", "")
    if by_v4:
        return v4.verify_link(request, accounts, now)
    if by_v1:
        return v1.verify_link(request, accounts, now)
    return _verify_header(request, accounts, now) if by_header else Identity()


def _verify_header(request: Request, accounts: Accounts, now: datetime) -> Identity:
    scheme, _, rest = request.headers["authorization"].partition(" ")
    if scheme == v4.ALGORITHM:
        return v4.verify_header(rest, request, accounts, now)
    if scheme == "OSS":
        return v1.verify_header(rest, request, accounts, now)
    raise malformed_authorization("Authorization header is invalid.", "Authorization", scheme, _EC_UNKNOWN_VERSION)
