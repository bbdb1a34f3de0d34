"""The admin of shares, of buckets and of the audit."""

from .shares import ShareAdmin

__all__ = ["ShareAdmin"]
