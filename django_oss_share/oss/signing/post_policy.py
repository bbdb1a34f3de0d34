"""POST policies: what an HTML form may upload, signed (the vendor's page "PostObject")."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..credentials import Credentials
from ..errors import InvalidArgument, InvalidKey
from ..validate import check_header
from . import v4
from .v4 import ALGORITHM, scope, signing_key, timestamp

_FILENAME = "${filename}"
_RESERVED = v4.RESERVED | {"bucket", "file", "key", "ossaccesskeyid", "policy", "signature"}

#: One condition: ``{"bucket": "b"}``, ``["starts-with", "$key", "in/"]``, ``["content-length-range", 1, 1024]``, …
Condition = dict[str, str] | Sequence[Any]


def key_condition(key: str) -> Condition:
    """What the form may upload to: ``key``, or with ``${filename}`` at its end anything below it.

    :raises InvalidKey: the variable elsewhere, where OSS would fill it in and then refuse the key.
    """
    prefix = key.removesuffix(_FILENAME)
    if _FILENAME in prefix:
        raise InvalidKey(f"key {key!r} has {_FILENAME} elsewhere than at its end.", field="key", value=key)
    return ["eq", "$key", key] if prefix == key else ["starts-with", "$key", prefix]


def check_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """``fields`` with their names in lower case.

    :raises InvalidHeader: a name that is no token (a leading ``x:`` aside), or a control character in a value.
    :raises InvalidArgument: a field that the form brings itself.
    """
    checked = {}
    for name, value in fields.items():
        variable = isinstance(name, str) and name.startswith("x:")
        bare, text = check_header(name[2:] if variable else name, value)
        if bare in _RESERVED:
            raise InvalidArgument(f"field {name!r} cannot be given: the form brings it.", field="fields", value=name)
        checked[f"x:{bare}" if variable else bare] = text
    return checked


def encode_policy(expires_at: datetime, conditions: Sequence[Condition]) -> str:
    """The policy document in base64.

    :param expires_at: aware UTC, whole seconds.
    """
    document = {"expiration": f"{expires_at:%Y-%m-%dT%H:%M:%S.000Z}", "conditions": list(conditions)}
    return b64encode(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()).decode()


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
