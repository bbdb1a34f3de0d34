"""Requests as the server would hand them over, without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django_oss_share.testing.emulator.accounts import Accounts, Identity, Signatory
from django_oss_share.testing.emulator.body import SizedBody
from django_oss_share.testing.emulator.errors import OSSError
from django_oss_share.testing.emulator.request import Request, addressed, parse_query

#: Bucket by custom domain.
CNAMES = {"static.example.com": "examplebucket"}
_VECTORS = Path(__file__).parents[1] / "vectors"


def asked(
    method: str, url: str, headers: Mapping[str, str] | None = None, *, body: bytes = b"", remote: str = "127.0.0.1"
) -> Request:
    """The request by which a client asks for ``url``."""
    # As the server reads it: a character that a client did not escape is two or three of Latin-1.
    parts = urlsplit(url.encode().decode("latin-1"))
    bucket, key = addressed(parts.netloc, parts.path or "/", cnames=CNAMES)
    return Request(
        method=method,
        scheme=parts.scheme,
        host=parts.netloc,
        raw_path=parts.path or "/",
        raw_query=parts.query,
        query=parse_query(parts.query),
        headers={"host": parts.netloc} | {name.lower(): value for name, value in (headers or {}).items()},
        bucket=bucket,
        key=key,
        remote_addr=remote,
        body=SizedBody(BytesIO(body), len(body)),
    )


class Believing(Accounts):
    """Knows one key, with any token: vectors of the SDKs are signed with tokens that no STS gave out."""

    def signatory(self, access_key_id: str, security_token: str | None, now: object) -> Signatory:
        assert access_key_id == self.owner.access_key_id
        return Signatory(self.owner.access_key_secret, Identity(access_key_id))


def vectors(form: str) -> list[dict[str, Any]]:
    """What the official SDKs signed; how the files come about says ``tests/vectors/make_vectors.py``."""
    document = json.loads((_VECTORS / f"{form}.json").read_text(encoding="utf-8"))
    return [{**vector, "given": {**document["defaults"], **vector["given"]}} for vector in document["vectors"]]


def refusal(error: OSSError) -> tuple[int, str, str]:
    """Status, Code and EC: what OSS says of a refusal."""
    return error.status, error.code, error.ec
