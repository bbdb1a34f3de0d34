"""What a presigner gives: a link, or a form that uploads."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

_SECRET_PARAMETERS = re.compile(r"(?i)((?:x-oss-)?(?:signature|security-token)=|[?&](?:auth_key|sign)=)[^&#\s]+")
# What a CDN checks: a hash as the whole value of a parameter, whose name is configured, or in front of the path, before
# a time in hexadecimal (type C) or behind one in decimals (type B).
_CDN_HASHES = (
    re.compile(r"(?i)([?&][\w.-]+=)[0-9a-f]{32}(?=[&#\s]|$)"),
    re.compile(r"(?i)(/\d{12}/)[0-9a-f]{32}(?=/)"),
    re.compile(r"(?i)(/)[0-9a-f]{32}(?=/[0-9a-f]{8}/)"),
)


@dataclass(frozen=True, init=False)
class PresignedURL:
    """One link, and the truth about it.

    :ivar url: the link; ``str(link)`` is the same. Its ``repr`` masks the signature and the token.
    :ivar expires_at: aware UTC; the moment at which OSS stops serving it, by the link or by the token.
    :ivar signed_headers: what the client must send, byte for byte; empty for a browser's GET.
    :ivar clipped: whether the token's end cut the lifetime that was asked for.
    """

    url: str
    method: str
    expires_at: datetime
    signed_headers: dict[str, str]
    clipped: bool

    def __init__(
        self, url: str, method: str, expires_at: datetime, signed_headers: dict[str, str], clipped: bool
    ) -> None:
        # The generated one of a frozen dataclass costs a fifth of a whole link.
        values = self.__dict__
        values["url"] = url
        values["method"] = method
        values["expires_at"] = expires_at
        values["signed_headers"] = signed_headers
        values["clipped"] = clipped

    def __str__(self) -> str:
        return self.url

    def __repr__(self) -> str:
        return (
            f"PresignedURL(url={mask_url(self.url)!r}, method={self.method!r}, "
            f"expires_at={self.expires_at:%Y-%m-%dT%H:%M:%SZ}, clipped={self.clipped})"
        )


@dataclass(frozen=True, slots=True)
class PresignedPost:
    """A form that may upload: POST ``fields`` and then the file, as ``multipart/form-data``, to ``url``.

    :ivar fields: in the order to send them; ``file`` comes last. Not in the ``repr``: they carry the signature.
    """

    url: str
    fields: dict[str, str] = field(repr=False)
    expires_at: datetime
    clipped: bool


def mask_url(url: str) -> str:
    """``url`` with its signature (OSS's, or a CDN's) and security token replaced, fit for a log."""
    for pattern in (_SECRET_PARAMETERS, *_CDN_HASHES):
        url = pattern.sub(r"\1***", url)
    return url
