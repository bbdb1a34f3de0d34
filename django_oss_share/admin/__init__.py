"""The admin of shares, of buckets and of the audit."""

from .audit import AuditEventAdmin
from .credentials import StoredCredentialsAdmin
from .grants import GrantAdmin
from .mixins import ShareFileAdminMixin
from .shares import ShareAdmin

__all__ = ["AuditEventAdmin", "GrantAdmin", "ShareAdmin", "ShareFileAdminMixin", "StoredCredentialsAdmin"]
