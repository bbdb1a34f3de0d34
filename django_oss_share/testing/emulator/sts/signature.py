"""Who calls STS: ACS3-HMAC-SHA256 in the header, or the older RPC signature (HMAC-SHA1) in the parameters."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from urllib.parse import quote

from ..accounts import SESSION_PREFIX, Accounts, Identity, Signatory
from ..errors import OSSError
from ..request import Request
from .errors import (
    STSError,
    access_key_not_found,
    missing_access_key,
    missing_security_token,
    security_token_malformed,
    security_token_mismatch,
    security_token_over,
    signature_does_not_match,
    timestamp_expired,
    timestamp_malformed,
)

_ALGORITHM = "ACS3-HMAC-SHA256"
_MAX_SKEW = timedelta(minutes=15)
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
#: OSS's word for what is wrong with a key or token, and STS's.
_WORDED: Mapping[str, Callable[[], STSError]] = {
    "InvalidAccessKeyId": access_key_not_found,
    "InvalidSecurityToken": security_token_malformed,
    "SecurityTokenExpired": security_token_over,
    "AccessKeyIdAndSecurityTokenNotMatch": security_token_mismatch,
}


def verify(request: Request, body: bytes, given: Mapping[str, str], accounts: Accounts, now: datetime) -> Identity:
    """Who signed the call.

    :param given: the parameters of query and body.
    :raises STSError: nobody whom we believe.
    """
    if "authorization" in request.headers:
        return _verify_header(request, body, accounts, now)
    return _verify_parameters(request.method, given, accounts, now)


def _verify_header(request: Request, body: bytes, accounts: Accounts, now: datetime) -> Identity:
    algorithm, _, rest = request.headers["authorization"].partition(" ")
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    if algorithm != _ALGORITHM or not {"Credential", "SignedHeaders", "Signature"} <= parts.keys():
        raise missing_access_key()
    signatory = _signatory(accounts, parts["Credential"], request.headers.get("x-acs-security-token"), now)
    _check_time(request.headers.get("x-acs-date", ""), now)
    canonical = _canonical_request(request, body, parts["SignedHeaders"])
    text = f"{_ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}"
    expected = hmac_digest(signatory.access_key_secret.encode(), text.encode(), "sha256").hex()
    if not compare_digest(expected.encode(), parts["Signature"].encode()):
        raise signature_does_not_match(text)
    return signatory.identity


def _canonical_request(request: Request, body: bytes, signed_headers: str) -> str:
    headers = "".join(f"{name}:{request.headers.get(name, '')}\n" for name in signed_headers.split(";"))
    query = _canonical_query({name: value or "" for name, value in request.query})
    return "\n".join((request.method, request.raw_path, query, headers, signed_headers, sha256(body).hexdigest()))


def _canonical_query(pairs: Mapping[str, str]) -> str:
    return "&".join(f"{_encode(name)}={_encode(pairs[name])}" for name in sorted(pairs))


def _verify_parameters(method: str, given: Mapping[str, str], accounts: Accounts, now: datetime) -> Identity:
    if not given.get("AccessKeyId"):
        raise missing_access_key()
    signatory = _signatory(accounts, given["AccessKeyId"], given.get("SecurityToken"), now)
    _check_time(given.get("Timestamp", ""), now)
    signed = {name: value for name, value in given.items() if name != "Signature"}
    text = f"{method}&%2F&{_encode(_canonical_query(signed))}"
    expected = b64encode(hmac_digest(f"{signatory.access_key_secret}&".encode(), text.encode(), "sha1"))
    if not compare_digest(expected, given.get("Signature", "").encode()):
        raise signature_does_not_match(text)
    return signatory.identity


def _signatory(accounts: Accounts, access_key_id: str, token: str | None, now: datetime) -> Signatory:
    if access_key_id.startswith(SESSION_PREFIX) and not token:
        raise missing_security_token()
    try:
        return accounts.signatory(access_key_id, token, now)
    except OSSError as error:
        raise _WORDED[error.code]() from None


def _check_time(text: str, now: datetime) -> None:
    try:
        moment = datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise timestamp_malformed() from None
    if abs(now - moment) > _MAX_SKEW:
        raise timestamp_expired()


def _encode(text: str) -> str:
    return quote(text, safe="~")
