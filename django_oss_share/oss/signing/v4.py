"""Signature V4, step by step: scope, canonical request, string to sign, signing key, signature.

Source of the rules: the vendor's page "Signature Version 4" and the behaviour of its SDKs, whose signatures the tests
hold as literals.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from ..credentials import Credentials
from ..encoding import encode, encode_path
from ..errors import InvalidArgument
from .hmac_state import HMACState

ALGORITHM = "OSS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
#: Query parameters that the signature itself brings.
RESERVED = frozenset(
    {
        "x-oss-additional-headers",
        "x-oss-credential",
        "x-oss-date",
        "x-oss-expires",
        "x-oss-security-token",
        "x-oss-signature",
        "x-oss-signature-version",
    }
)
_ALWAYS_SIGNED = frozenset({"content-type", "content-md5"})


def timestamp(now: datetime) -> str:
    """``20260102T030405Z``."""
    return f"{now:%Y%m%dT%H%M%SZ}"


def scope(date: str, region: str, product: str = "oss") -> str:
    """``20260102/cn-hangzhou/oss/aliyun_v4_request``."""
    return f"{date}/{region}/{product}/aliyun_v4_request"


def signing_key(secret: str, date: str, region: str, product: str = "oss") -> bytes:
    """The key of one day, region and product: 32 bytes."""
    key = b"aliyun_v4" + secret.encode()
    for step in (date, region, product, "aliyun_v4_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    return key


def is_signed_by_default(header: str) -> bool:
    """Whether the header (lower case) is signed wherever it is sent."""
    return header.startswith("x-oss-") or header in _ALWAYS_SIGNED


def additional_names(headers: Mapping[str, str], wanted: Iterable[str]) -> list[str]:
    """Names to sign beyond those signed by default: lower case, sorted.

    :raises InvalidArgument: a name that ``headers`` gives no value for, so that nobody could send what was signed.
    """
    names = sorted({name.lower() for name in wanted} - {name for name in headers if is_signed_by_default(name)})
    for name in names:
        if name not in headers:
            raise InvalidArgument(
                f"additional header {name!r} has no value in headers; a header can only be signed with its value.",
                field="additional_headers",
                value=name,
            )
    return names


def canonical_uri(bucket: str, key: str) -> str:
    """``/bucket/key`` encoded, whatever the addressing: the host is not signed."""
    return encode_path(f"/{bucket}/{key}")


def canonical_query(pairs: Iterable[tuple[str, str]]) -> str:
    """``pairs`` (raw names and values) encoded, then sorted; an empty value is the bare name."""
    encoded = sorted((encode(name), encode(value)) for name, value in pairs)
    return "&".join(f"{name}={value}" if value else name for name, value in encoded)


def canonical_headers(headers: Mapping[str, str], additional: Sequence[str]) -> str:
    """The signed ones of ``headers`` (lower-case names), each line ended by its own newline."""
    signed = sorted(name for name in headers if is_signed_by_default(name) or name in additional)
    return "".join(f"{name}:{headers[name]}\n" for name in signed)


def canonical_request(method: str, uri: str, query: str, headers: Mapping[str, str], additional: Sequence[str]) -> str:
    """What is hashed, from its parts in canonical form."""
    return f"{method}\n{uri}\n{_after_uri(query, headers, additional)}"


def _after_uri(query: str, headers: Mapping[str, str], additional: Sequence[str]) -> str:
    payload = headers.get("x-oss-content-sha256", UNSIGNED_PAYLOAD)
    return f"{query}\n{canonical_headers(headers, additional)}\n{';'.join(additional)}\n{payload}"


def string_to_sign(when: str, scope_: str, request: str) -> str:
    """``request`` hashed, below the algorithm, the time and the scope."""
    return f"{ALGORITHM}\n{when}\n{scope_}\n{sha256(request.encode()).hexdigest()}"


def authorization(
    credentials: Credentials,
    method: str,
    bucket: str,
    key: str,
    *,
    region: str,
    now: datetime,
    query: Mapping[str, str | None] | None = None,
    headers: Mapping[str, str] | None = None,
    additional_headers: Iterable[str] = (),
) -> dict[str, str]:
    """The headers to send for a request signed in its headers: those given (lower-case names) and the signature's.

    :param key: empty for a request to the bucket itself.
    :param now: aware UTC; OSS refuses a clock that is more than 15 minutes off.
    :raises InvalidArgument: an additional header without a value.
    """
    when = timestamp(now)
    sent = {**(headers or {}), "x-oss-date": when, "x-oss-content-sha256": UNSIGNED_PAYLOAD}
    if credentials.security_token:
        sent["x-oss-security-token"] = credentials.security_token
    additional = additional_names(sent, additional_headers)
    pairs = ((name, value or "") for name, value in (query or {}).items())
    request = canonical_request(method, canonical_uri(bucket, key), canonical_query(pairs), sent, additional)
    scope_ = scope(when[:8], region)
    signature = hmac.digest(
        signing_key(credentials.access_key_secret, when[:8], region),
        string_to_sign(when, scope_, request).encode(),
        "sha256",
    ).hex()
    names = f",AdditionalHeaders={';'.join(additional)}" if additional else ""
    sent["authorization"] = f"{ALGORITHM} Credential={credentials.access_key_id}/{scope_}{names},Signature={signature}"
    return sent


# No repr: an error report shows the variables of frames, and the token is in here.
@dataclass(frozen=True, slots=True, repr=False)
class LinkSigner:
    """A presigned link but for its key: what a thousand links of one second share is computed once.

    Build it with :meth:`prepare`; :meth:`url` then costs one SHA-256 and one HMAC.
    """

    _base: str
    _suffix: str
    _before_key: str
    _after_key: str
    _hmac: HMACState

    @classmethod
    def prepare(
        cls,
        credentials: Credentials,
        day_key: bytes,
        *,
        base_url: str,
        bucket: str,
        region: str,
        method: str,
        signed_at: datetime,
        expires: int,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        additional: Sequence[str],
    ) -> LinkSigner:
        """
        :param day_key: :func:`signing_key` for the date of ``signed_at``.
        :param base_url: what stands before the key in the URL.
        :param signed_at: aware UTC, whole seconds.
        :param expires: seconds, 1 to 604,800.
        :param query: raw names and values, none of :data:`RESERVED`.
        :param headers: lower-case names; ``additional``: from :func:`additional_names`.
        """
        when = timestamp(signed_at)
        scope_ = scope(when[:8], region)
        pairs = {
            **query,
            "x-oss-signature-version": ALGORITHM,
            "x-oss-credential": f"{credentials.access_key_id}/{scope_}",
            "x-oss-date": when,
            "x-oss-expires": str(expires),
        }
        if credentials.security_token:
            pairs["x-oss-security-token"] = credentials.security_token
        if additional:
            pairs["x-oss-additional-headers"] = ";".join(additional)
        canonical = canonical_query(pairs.items())
        return cls(
            _base=base_url,
            _suffix=f"?{canonical}&x-oss-signature=",
            _before_key=f"{method}\n{canonical_uri(bucket, '')}",
            _after_key=f"\n{_after_uri(canonical, headers, additional)}",
            _hmac=HMACState(day_key, sha256, f"{ALGORITHM}\n{when}\n{scope_}\n".encode()),
        )

    def url(self, key: str, encoded: str) -> str:
        """The link for ``key``, which is ``encoded`` for a path."""
        request = f"{self._before_key}{encoded}{self._after_key}"
        digest = sha256(request.encode()).hexdigest()
        return f"{self._base}{encoded}{self._suffix}{self._hmac.hexdigest(digest.encode())}"
