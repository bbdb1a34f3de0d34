"""Tokens: the last part of a share's address, derived from its row and a secret, never stored.

27 bytes, as 36 characters of urlsafe base64 that nothing is left over in, so that each token has one spelling::

    public id (9, random) | version (2) | HMAC-SHA256 over both (the first 16)
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Model

from ..conf import conf
from ..models import FileRequest, Share
from ..oss import OSSShareError
from .keyring import mac

# A token of one kind is none of the other's.
_PURPOSES: Mapping[type[Model], str] = {Share: "token", FileRequest: "token of a file request"}
_ID = slice(0, 9)
_VERSION = slice(9, 11)
_SIGNED = slice(0, 11)
_MAC = slice(11, 27)
_SHAPE = re.compile(r"[A-Za-z0-9_-]{36}").fullmatch


class BadToken(OSSShareError, ValueError):
    """Malformed or forged; the text is not repeated."""


@dataclass(frozen=True, slots=True)
class Token:
    """A genuine one, though its share may be gone or have moved on to another version."""

    public_id: str = field(repr=False)
    version: int


def make(subject: Share | FileRequest) -> str:
    """The token that opens ``subject`` now."""
    signed = bytes.fromhex(subject.public_id) + subject.token_version.to_bytes(2)
    return urlsafe_b64encode(signed + _tag(conf.token_keys[0], type(subject), signed)).decode()


def parse(text: str, kind: type[Share | FileRequest] = Share) -> Token:
    """What a token of a ``kind`` says, if one of the present keys made it. Needs no database.

    :raises BadToken: it is malformed, or forged.
    """
    if _SHAPE(text) is None:
        raise BadToken("A token has 36 characters of A-Z, a-z, 0-9, '-' and '_'; this is not one.")
    raw = urlsafe_b64decode(text)
    signed, given = raw[_SIGNED], raw[_MAC]
    if not any(hmac.compare_digest(_tag(key, kind, signed), given) for key in conf.token_keys):
        raise BadToken("The token was not made with any key of OSS_SHARE['TOKEN_KEYS'].")
    return Token(raw[_ID].hex(), int.from_bytes(raw[_VERSION]))


def _tag(secret: str, kind: type[Model], signed: bytes) -> bytes:
    return mac(secret, _PURPOSES[kind], signed)[:16]
