"""The records: shares and their items, the audit and its seals, tries at passwords."""

from .attempts import PasswordAttempt
from .audit import AuditEvent, AuditSeal
from .choices import Action, Disposition, Kind, Mode, Pin, State
from .credentials import StoredCredentials, TokenState
from .export import ExportJob, ExportShard, ExportState, Output
from .file_request import FileRequest, FileState, ReceivedFile
from .grant import Grant
from .idempotency import IdempotencyKey
from .notification import Notification
from .share import Share, ShareItem

__all__ = [
    "Action",
    "AuditEvent",
    "AuditSeal",
    "Disposition",
    "ExportJob",
    "ExportShard",
    "ExportState",
    "FileRequest",
    "FileState",
    "Grant",
    "IdempotencyKey",
    "Kind",
    "Mode",
    "Notification",
    "Output",
    "PasswordAttempt",
    "Pin",
    "ReceivedFile",
    "Share",
    "ShareItem",
    "State",
    "StoredCredentials",
    "TokenState",
]
