"""The admin of shares, of buckets, of exports and of the audit."""

from .audit import AuditEventAdmin
from .credentials import StoredCredentialsAdmin
from .exports import ExportJobAdmin
from .grants import GrantAdmin
from .mixins import ShareFileAdminMixin
from .shares import ShareAdmin

__all__ = [
    "AuditEventAdmin",
    "ExportJobAdmin",
    "GrantAdmin",
    "ShareAdmin",
    "ShareFileAdminMixin",
    "StoredCredentialsAdmin",
]
