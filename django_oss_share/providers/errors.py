"""What goes wrong between a set of credentials and its source."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from ..oss import OSSShareError


class UnknownProvider(OSSShareError, ImproperlyConfigured):
    """Credentials or a provider that do not exist, or are set up wrong."""


class RefreshFailed(OSSShareError, ConnectionError):
    """The source gave no usable token, and why: in words that hold none of what it said in secret."""


class StoreUnavailable(OSSShareError, ConnectionError):
    """The place where tokens are shared could not be read or written."""
