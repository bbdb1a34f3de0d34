"""The mark that a visitor knew the password of a share or a file request: a signed value for a cookie."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from ..conf import conf
from ..models import FileRequest, Share
from .keyring import mac

_PURPOSE = "unlocked"
_SHAPE = re.compile(r"[A-Za-z0-9_-]{32}").fullmatch


def make_mark(share: Share | FileRequest, now: datetime) -> str:
    """Good for ``OSS_SHARE["UNLOCK_LIFETIME"]``, for this link and this password of ``share`` alone."""
    end = (int(now.timestamp()) + conf.unlock_lifetime).to_bytes(8)
    return urlsafe_b64encode(end + _tag(conf.token_keys[0], share, end)).decode()


def opens(mark: str, share: Share | FileRequest, now: datetime) -> bool:
    """Whether ``mark`` was made for the share as it is now, and has not run out."""
    if _SHAPE(mark) is None:
        return False
    raw = urlsafe_b64decode(mark)
    end, given = raw[:8], raw[8:]
    genuine = any(hmac.compare_digest(_tag(key, share, end), given) for key in conf.token_keys)
    return genuine and int.from_bytes(end) > now.timestamp()


def _tag(secret: str, share: Share | FileRequest, end: bytes) -> bytes:
    facts = f"{share.public_id}|{share.token_version}|{share.password_version}|".encode()
    return mac(secret, _PURPOSE, facts + end)[:16]
