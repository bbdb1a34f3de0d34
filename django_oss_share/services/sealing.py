"""Tokens as the database holds them: encrypted, authenticated, and bound to the set that they belong to."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ..conf import conf
from ..oss import Credentials, OSSShareError
from ..oss.secret import Secret, SecretDict
from ..providers.token import Token, utc
from .keyring import derived_key

_PURPOSE = "stored credentials"


class Unreadable(OSSShareError, ValueError):
    """It was sealed under another key, for something else, or was changed since."""


def seal(name: str, fingerprint: str, token: Token) -> str:
    """``token``, so that only :func:`unseal` reads it, and only for the same set with the same settings."""
    credentials = token.credentials
    values = SecretDict(
        of=[name, fingerprint],
        keys=[credentials.access_key_id, credentials.access_key_secret, credentials.security_token],
        ends_at=token.ends_at,
        asked_at=token.asked_at,
        number=token.number,
    )
    return _fernet().encrypt(json.dumps(values).encode()).decode()


def unseal(name: str, fingerprint: str, sealed: str) -> Token:
    """The token in ``sealed``.

    :raises Unreadable: none of the present keys opens it, or it is another set's.
    """
    try:
        values: SecretDict = json.loads(_fernet().decrypt(sealed), object_hook=SecretDict)
    except InvalidToken:
        raise Unreadable(
            f"The stored credentials {name!r} are encrypted under a key that is not among "
            "OSS_SHARE['ENCRYPTION_KEYS'], or were changed since."
        ) from None
    if values["of"] != [name, fingerprint]:
        raise Unreadable(f"What is stored as the credentials {name!r} was not stored as such.")
    key_id, secret, security_token = map(Secret, values["keys"])
    fetched = Credentials(key_id, secret, security_token, utc(values["ends_at"]))
    return Token.of(fetched, values["asked_at"], values["number"])


def reseal(sealed: str) -> str:
    """``sealed`` under the first of the present keys.

    :raises Unreadable: none of the present keys opens it.
    """
    try:
        return _fernet().rotate(sealed).decode()
    except InvalidToken:
        raise Unreadable("None of OSS_SHARE['ENCRYPTION_KEYS'] opens it.") from None


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(derived_key(key, _PURPOSE))) for key in conf.encryption_keys])
