"""Keys for single purposes, derived from the secrets in the settings."""

from __future__ import annotations

import hmac
from functools import lru_cache


@lru_cache(maxsize=64)
def derived_key(secret: str, purpose: str) -> bytes:
    """32 bytes that tell nothing of ``secret`` nor of its keys for other purposes."""
    return hmac.digest(secret.encode(), b"django_oss_share " + purpose.encode(), "sha256")


def mac(secret: str, purpose: str, message: bytes) -> bytes:
    """HMAC-SHA256 of ``message``, 32 bytes."""
    return hmac.digest(derived_key(secret, purpose), message, "sha256")
