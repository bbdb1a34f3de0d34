"""Making, changing and ending shares: one verb, one function, one transaction with its audit row.

::

    share = shares.create("reports/q3.pdf", created_by=user, expires_in=timedelta(days=30), max_downloads=3)
    shares.get_url(share, request)
    shares.revoke(share, by=user)

``by`` is who does it and must be allowed to; None stands for code, which is. ``client`` is whence, for the audit.
A change acts on the row as it is in the database, held until the transaction ends, and afterwards the instance
that was passed says the same.
"""

from ..inputs import NEVER, Expiry
from .changing import extend, hand_over, revive, revoke, rotate, set_password, update
from .creating import create
from .links import get_url
from .passwords import HashedPassword, hashed_password
from .purging import purge

__all__ = [
    "NEVER",
    "Expiry",
    "HashedPassword",
    "create",
    "extend",
    "get_url",
    "hand_over",
    "hashed_password",
    "purge",
    "revive",
    "revoke",
    "rotate",
    "set_password",
    "update",
]
