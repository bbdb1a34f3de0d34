"""What a storage must be given and must not show."""

from __future__ import annotations

import pickle
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from ..oss.secret import Secret
from .options import StorageMisconfigured

#: Options that no repr, pickle or migration shows; a proxy's URL may hold a password.
SECRETS = ("access_key", "secret_key", "security_token", "cdn", "proxies")


def hidden(options: Mapping[str, Any]) -> dict[str, Any]:
    """``options`` with what is secret in :data:`SECRETS` made a :class:`Secret`."""
    return {name: _hidden(name, value) if name in SECRETS else value for name, value in options.items()}


def _hidden(option: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: Secret(each) if isinstance(each, str) and (option != "cdn" or name == "key") else each
            for name, each in value.items()
        }
    return Secret(value) if isinstance(value, str) else value


def seal(values: Any) -> bytes:
    """``values`` (anything that pickles), encrypted under ``SECRET_KEY``: storages travel between processes."""
    return _fernet().encrypt(pickle.dumps(values))


def unseal(sealed: bytes) -> Any:
    """What :func:`seal` was given.

    :raises StorageMisconfigured: it was sealed under a key that is neither ``SECRET_KEY`` nor one of its fallbacks.
    """
    try:
        opened = _fernet().decrypt(sealed)
    except InvalidToken:
        raise StorageMisconfigured(
            "A pickled storage was made under another SECRET_KEY; share the key, or add it to SECRET_KEY_FALLBACKS."
        ) from None
    # Only what seal() wrote gets here: Fernet authenticates.
    return pickle.loads(opened)  # noqa: S301


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(_PURPOSE + str(key).encode()).digest())) for key in keys])


_PURPOSE = b"django_oss_share.storage.secret"
