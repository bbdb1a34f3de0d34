"""The admin of shares, of buckets and of the audit."""

from .mixins import ShareFileAdminMixin
from .shares import ShareAdmin

__all__ = ["ShareAdmin", "ShareFileAdminMixin"]
