"""POST policies: what an HTML form may upload, signed (the vendor's page "PostObject")."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..credentials import Credentials
from .v4 import ALGORITHM, scope, signing_key, timestamp

#: One condition: ``{"bucket": "b"}``, ``["starts-with", "$key", "in/"]``, ``["content-length-range", 1, 1024]``, …
Condition = dict[str, str] | Sequence[Any]


def encode_policy(expires_at: datetime, conditions: Sequence[Condition]) -> str:
    """The policy document in base64.

    :param expires_at: aware UTC, whole seconds.
    """
    document = {"expiration": f"{expires_at:%Y-%m-%dT%H:%M:%S.000Z}", "conditions": list(conditions)}
    return b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()


def fields_v4(
    credentials: Credentials, conditions: Sequence[Condition], *, region: str, now: datetime, expires_at: datetime
) -> dict[str, str]:
    """The form fields that carry the policy, signed by V4; the conditions on them are added here."""
    when = timestamp(now)
    fields = {
        "x-oss-signature-version": ALGORITHM,
        "x-oss-credential": f"{credentials.access_key_id}/{scope(when[:8], region)}",
        "x-oss-date": when,
    }
    if credentials.security_token:
        fields["x-oss-security-token"] = credentials.security_token
    policy = encode_policy(expires_at, [*conditions, *({name: value} for name, value in fields.items())])
    key = signing_key(credentials.access_key_secret, when[:8], region)
    signature = hmac.digest(key, policy.encode(), "sha256").hex()
    return {**fields, "policy": policy, "x-oss-signature": signature}


def fields_v1(credentials: Credentials, conditions: Sequence[Condition], *, expires_at: datetime) -> dict[str, str]:
    """The form fields that carry the policy, signed by V1."""
    policy = encode_policy(expires_at, conditions)
    signature = hmac.digest(credentials.access_key_secret.encode(), policy.encode(), "sha1")
    fields = {
        "OSSAccessKeyId": credentials.access_key_id,
        "policy": policy,
        "Signature": b64encode(signature).decode(),
    }
    if credentials.security_token:
        fields["x-oss-security-token"] = credentials.security_token
    return fields
