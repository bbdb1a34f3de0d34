"""The records: shares and their items, the audit and its seals, tries at passwords."""

from .attempts import PasswordAttempt
from .audit import AuditEvent, AuditSeal
from .choices import Action, Disposition, Kind, Mode, Pin, State
from .credentials import StoredCredentials, TokenState
from .grant import Grant
from .notification import Notification
from .share import Share, ShareItem

__all__ = [
    "Action",
    "AuditEvent",
    "AuditSeal",
    "Disposition",
    "Grant",
    "Kind",
    "Mode",
    "Notification",
    "PasswordAttempt",
    "Pin",
    "Share",
    "ShareItem",
    "State",
    "StoredCredentials",
    "TokenState",
]
