"""The facts of a link, fit for JSON, with secrets masked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ...oss.credentials import mask
from ...oss.reading import words
from ...oss.reading.cdn_links import CDNSignature
from . import cdn
from .case import Case

_NETWORKS = {
    "public": "OSS's own domain",
    "internal": "OSS's internal domain, which answers inside the same region alone",
    "accelerate": "transfer acceleration",
    "accelerate-overseas": "transfer acceleration outside mainland China",
    "dualstack": "OSS's own domain with IPv6",
    "custom": "a custom domain",
    "cdn": "a CDN's domain",
    "local": "an address, or this machine",
}
# Seconds: what the security practices of the vendor's page call long.
_LONG = 86_400


def describe(case: Case) -> dict[str, Any]:
    """What the link is, whatever is the matter with it."""
    link = case.link
    facts = {
        "kind": _kind(case),
        "url": link.masked,
        "scheme": link.scheme,
        "host": link.place.netloc,
        "endpoint": link.place.network,
        "endpoint_in_words": _NETWORKS[link.place.network],
        "addressing": link.place.addressing,
        "bucket": case.bucket or None,
        "region": case.region or None,
        "key": case.key or None,
        "version_id": link.parameter("versionId"),
        "storage": case.alias or None,
    }
    if link.signature:
        facts |= _signed(case)
    if case.cdn_signature:
        facts |= _of_cdn(case, case.cdn_signature)
    return facts | {
        "parameters": words.parameters(link),
        "repairs": list(link.repairs),
        "notes": [*case.known.notes, *case.notes, *_practices(case)],
    }


def iso(at: datetime | None) -> str | None:
    """``2026-01-02T03:04:05Z``."""
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _kind(case: Case) -> str:
    if case.link.signature:
        return case.link.signature.version.lower()
    return "cdn" if case.cdn_signature else "plain"


def _signed(case: Case) -> dict[str, Any]:
    signature, finding = case.link.signature, case.finding
    assert signature is not None  # noqa: S101 - callers have seen to it
    ends = [end for end in (signature.expires_at, case.token_ends_at) if end]
    checked = {None: "not checked", True: "right", False: "wrong"}[finding.matches if finding else None]
    return {
        "signature_version": signature.version,
        "signature": checked,
        "method": finding.method or None if finding else None,
        "access_key_id": mask(signature.access_key_id) if signature.access_key_id else None,
        "signed_by": case.signer.name if case.signer else None,
        "temporary_credentials": signature.is_temporary,
        "signing_region": signature.region or None,
        "signed_at": iso(signature.signed_at),
        "expires_in": signature.expires_in,
        "expires_at": iso(signature.expires_at),
        "token_expires_at": iso(case.token_ends_at),
        "ends_at": iso(min(ends)) if ends else None,
        "signed_headers": list(signature.additional),
    }


def _of_cdn(case: Case, signature: CDNSignature) -> dict[str, Any]:
    right = None if case.cdn is None else signature.is_of(case.cdn.key)
    return {
        "signature_version": f"CDN {signature.type}",
        "signature": {None: "not checked", True: "right", False: "wrong"}[right],
        "signed_at": iso(signature.signed_at),
        "expires_at": iso(signature.expires_at(cdn.validity(case))),
        "expires_in": cdn.validity(case),
    }


def _practices(case: Case) -> list[str]:
    """What the vendor advises against, though it works."""
    link, signature, notes = case.link, case.link.signature, []
    if link.scheme == "http" and link.place.network != "local":
        notes.append("It is plain http: whoever is on the way can take the link, and the file. Use https.")
    if link.place.network == "internal":
        notes.append("Its host answers inside the same region alone: give people a link on the public one.")
    if signature and signature.version == "V1":
        notes.append("It is signed by V1, which the vendor maintains no longer; V4 is the default here.")
    if signature and signature.expires_at and (signature.expires_at - case.now).total_seconds() > _LONG:
        notes.append("It lives for more than a day, and cannot be taken back; a share could be.")
    if signature and signature.access_key_id.startswith("TMP."):
        notes.append("It was made in OSS's console, whose links live 9 hours at most.")
    if signature and signature.is_temporary and not case.token_ends_at:
        notes.append("It ends with its security token, whose end is not known here, if that is sooner.")
    if "+" in link.path:
        notes.append("Its path holds a '+', which in OSS is a plus sign, not a space.")
    if case.finding and case.finding.matches and case.finding.method != "GET":
        notes.append(f"It was signed for {case.finding.method}.")
    return notes
