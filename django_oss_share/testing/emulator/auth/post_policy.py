"""Form uploads: who signed the policy, and whether the form keeps to it (the vendor's page "PostObject")."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Any

from ..accounts import Accounts, Identity
from ..errors import (
    OSSError,
    entity_too_large,
    entity_too_small,
    invalid_policy_document,
    malformed_authorization,
    policy_condition_failed,
    policy_expired,
    request_time_too_skewed,
    signature_mismatch,
)
from .scope import ECs, read_scope, read_time
from .v4 import ALGORITHM, MAX_SKEW

_EXPIRATION = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", re.ASCII)
_SIGNING_FIELDS = frozenset({"policy", "signature", "ossaccesskeyid", "x-oss-signature", "x-oss-credential"})
_FORM_ECS = ECs(malformed="", date="0002-00000709", region="0002-00000715")
_EC_NO_KEY = "0002-00000706"
_EC_V4_MISMATCH = "0002-00000201"
_EC_V1_MISMATCH = "0002-00000040"

#: ``("eq", "$key", "a.txt")``; for the size ``("content-length-range", 1, 1024)``.
_Condition = tuple[str, Any, Any]
_TESTS: Mapping[str, Callable[[str, Any], bool]] = {
    "eq": lambda given, wanted: given == wanted,
    "starts-with": lambda given, wanted: given.startswith(wanted),
    "in": lambda given, wanted: given in wanted,
    "not-in": lambda given, wanted: given not in wanted,
}


@dataclass(frozen=True, slots=True)
class FormAuthorization:
    """Who uploads, and how much they may.

    :ivar minimum: bytes of the file; :ivar maximum: likewise, None for no limit of the policy's.
    """

    identity: Identity
    minimum: int = 0
    maximum: int | None = None

    def check_size(self, size: int) -> None:
        """:raises OSSError: the file is smaller or larger than the policy says."""
        if size < self.minimum:
            raise entity_too_small(self.minimum, size)
        if self.maximum is not None and size > self.maximum:
            raise entity_too_large(self.maximum, size)


def authenticate_form(
    fields: Mapping[str, str], *, bucket: str, accounts: Accounts, now: datetime
) -> FormAuthorization:
    """Who signed the form; nobody where it has no signature and no policy.

    :param fields: names in lower case, the key as it will be.
    :param now: aware UTC.
    :raises OSSError: the signature is not right, or the form is not what the policy allows.
    """
    if not _SIGNING_FIELDS & fields.keys():
        return FormAuthorization(Identity())
    policy = _required(fields, "policy")
    identity = _verify(fields, policy, accounts, now)
    document = _read_policy(policy)
    if _read_expiration(document) < now:
        raise policy_expired()
    conditions = [_normalized(each) for each in document["conditions"]]
    _check_fields(conditions, {**fields, "bucket": bucket})
    ranges = [(low, high) for operator, low, high in conditions if operator == "content-length-range"]
    return FormAuthorization(
        identity, max((low for low, _ in ranges), default=0), min((high for _, high in ranges), default=None)
    )


def _check_fields(conditions: Sequence[_Condition], fields: Mapping[str, str]) -> None:
    for operator, name, wanted in conditions:
        test = _TESTS.get(operator)
        if test and not test(fields.get(name.removeprefix("$").lower(), ""), wanted):
            raise policy_condition_failed(json.dumps([operator, name, wanted], ensure_ascii=False))


def _verify(fields: Mapping[str, str], policy: str, accounts: Accounts, now: datetime) -> Identity:
    if "x-oss-signature-version" in fields or "x-oss-signature" in fields:
        return _verify_v4(fields, policy, accounts, now)
    return _verify_v1(fields, policy, accounts, now)


def _verify_v4(fields: Mapping[str, str], policy: str, accounts: Accounts, now: datetime) -> Identity:
    version, when = _required(fields, "x-oss-signature-version"), _required(fields, "x-oss-date")
    if version != ALGORITHM:
        raise _malformed("x-oss-signature-version", version)
    signed_at = read_time(when, _malformed("x-oss-date", when))
    credential = _required(fields, "x-oss-credential")
    scope = read_scope(credential, signed_at, accounts, name="x-oss-credential", ecs=_FORM_ECS)
    signatory = accounts.signatory(scope.access_key_id, fields.get("x-oss-security-token"), now)
    if signed_at - now > MAX_SKEW:
        raise request_time_too_skewed(signed_at, now)
    provided = _required(fields, "x-oss-signature")
    if not compare_digest(scope.sign(signatory.access_key_secret, policy).encode(), provided.encode()):
        raise signature_mismatch(scope.access_key_id, provided, policy, ec=_EC_V4_MISMATCH)
    return signatory.identity


def _verify_v1(fields: Mapping[str, str], policy: str, accounts: Accounts, now: datetime) -> Identity:
    access_key_id, provided = _required(fields, "OSSAccessKeyId"), _required(fields, "Signature")
    signatory = accounts.signatory(access_key_id, fields.get("x-oss-security-token"), now)
    expected = b64encode(hmac_digest(signatory.access_key_secret.encode(), policy.encode(), "sha1"))
    if not compare_digest(expected, provided.encode()):
        raise signature_mismatch(access_key_id, provided, policy, ec=_EC_V1_MISMATCH)
    return signatory.identity


def _required(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name.lower(), "")
    if not value:
        raise malformed_authorization(
            f"The bucket POST must contain the specified '{name}'. "
            "If it is specified, please check the order of the fields",
            name,
            "",
            _EC_NO_KEY if name == "OSSAccessKeyId" else "",
        )
    return value


def _malformed(name: str, value: str) -> OSSError:
    return malformed_authorization(f"Invalid {name}.", name, value)


def _read_policy(policy: str) -> dict[str, Any]:
    try:
        document = json.loads(b64decode(policy, validate=True))
    except (ValueError, RecursionError):
        raise invalid_policy_document("Invalid Policy: Invalid JSON or base64.") from None
    if not isinstance(document, dict) or not isinstance(document.get("conditions"), list):
        raise invalid_policy_document("Invalid Policy: The conditions must be a list.")
    return document


def _read_expiration(document: Mapping[str, Any]) -> datetime:
    expiration = document.get("expiration")
    if not isinstance(expiration, str) or not _EXPIRATION.fullmatch(expiration):
        raise invalid_policy_document("Invalid Policy: The expiration must be like 2026-11-24T22:05:09.000Z.")
    try:
        return datetime.fromisoformat(expiration).astimezone(UTC)
    except ValueError:
        raise invalid_policy_document(f"Invalid Policy: {expiration} is no date.") from None


def _normalized(condition: Any) -> _Condition:
    if isinstance(condition, dict) and len(condition) == 1:
        ((name, wanted),) = condition.items()
        condition = ["eq", f"${name}", wanted]
    if not isinstance(condition, list) or len(condition) != 3 or not _is_sound(*condition):
        raise invalid_policy_document(f"Invalid Policy: {json.dumps(condition)} is no condition.")
    return condition[0], condition[1], condition[2]


def _is_sound(operator: Any, name: Any, wanted: Any) -> bool:
    if operator == "content-length-range":
        return type(name) is int and type(wanted) is int and 0 <= name <= wanted
    if not isinstance(name, str):
        return False
    if operator in ("in", "not-in"):
        return isinstance(wanted, list)
    return operator in ("eq", "starts-with") and isinstance(wanted, str)
