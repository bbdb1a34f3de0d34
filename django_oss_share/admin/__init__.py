"""The admin of shares, of buckets, of exports and of the audit."""

from .audit import AuditEventAdmin
from .credentials import StoredCredentialsAdmin
from .exports import ExportJobAdmin
from .file_requests import FileRequestAdmin
from .grants import GrantAdmin
from .mixins import ShareFileAdminMixin
from .shares import ShareAdmin

__all__ = [
    "AuditEventAdmin",
    "ExportJobAdmin",
    "FileRequestAdmin",
    "GrantAdmin",
    "ShareAdmin",
    "ShareFileAdminMixin",
    "StoredCredentialsAdmin",
]
