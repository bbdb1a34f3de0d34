"""Storages travel between processes without their secrets in the clear."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from .options import StorageMisconfigured


def seal(secrets: Mapping[str, Any]) -> bytes:
    """``secrets`` (JSON values), encrypted under ``SECRET_KEY``."""
    return _fernet().encrypt(json.dumps(dict(secrets)).encode())


def unseal(sealed: bytes) -> dict[str, Any]:
    """What :func:`seal` was given.

    :raises StorageMisconfigured: it was sealed under a key that is neither ``SECRET_KEY`` nor one of its fallbacks.
    """
    try:
        opened: dict[str, Any] = json.loads(_fernet().decrypt(sealed))
    except InvalidToken:
        raise StorageMisconfigured(
            "A pickled storage was made under another SECRET_KEY; share the key, or add it to SECRET_KEY_FALLBACKS."
        ) from None
    return opened


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [
            Fernet(urlsafe_b64encode(sha256(b"django_oss_share.storage.pickling" + str(key).encode()).digest()))
            for key in keys
        ]
    )
