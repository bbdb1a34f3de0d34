"""The admin of shares, of buckets and of the audit."""

from .credentials import StoredCredentialsAdmin
from .grants import GrantAdmin
from .mixins import ShareFileAdminMixin
from .shares import ShareAdmin

__all__ = ["GrantAdmin", "ShareAdmin", "ShareFileAdminMixin", "StoredCredentialsAdmin"]
