"""What is the matter with a bucket, asked of OSS with the storage's own credentials.

::

    for finding in examine("default").findings:
        finding.check, finding.level, finding.cause, finding.explanation, finding.cure
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...oss import OSSShareError
from ...oss.errors import PermissionDenied, ServiceError, Unreachable
from ...storage import OSSStorage
from ..objects import storage_of
from . import bucket_findings as judged
from .bucket_findings import Finding, Level
from .probing import Probe, clock_offset

if TYPE_CHECKING:
    from ...oss.bucket_settings import SettingsClient

#: Below which the probe is written, unless told otherwise.
PREFIX = "oss-share-probe/"
# OSS says no to whoever signs so, whatever they ask for.
_OF_THE_SIGNER = {
    "InvalidAccessKeyId": ("unknown_access_key", "Set the storage's credentials to a key that is there and enabled."),
    "InvalidSecurityToken": ("unknown_access_key", "Fetch a new one: manage.py oss_refresh_credentials --force."),
    "SecurityTokenExpired": ("token_expired", "Fetch a new one: manage.py oss_refresh_credentials --force."),
    "SignatureDoesNotMatch": ("wrong_secret", "Set the secret that belongs to the access key."),
    "RequestTimeTooSkewed": ("clock_skew", "Have the clock set by NTP, such as by chrony."),
    "NoSuchBucket": ("no_bucket", "Set bucket_name to a bucket that is there."),
}
# What OSS says, by no code of its own, where a signature names another region, or an endpoint lies in one.
_OF_ANOTHER_REGION = ("Invalid signing region", "must be addressed using the specified endpoint")


@dataclass(frozen=True, slots=True)
class Examination:
    """Of one storage's bucket."""

    storage: str
    bucket: str
    findings: tuple[Finding, ...]

    @property
    def is_ok(self) -> bool:
        """Whether nothing is worse than advice."""
        return all(each.level not in (Level.WARNING, Level.ERROR) for each in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Fit for JSON; nothing in it is secret."""
        findings = [each.as_dict() for each in self.findings]
        return {"storage": self.storage, "bucket": self.bucket, "is_ok": self.is_ok, "findings": findings}


def examine(alias: str, *, prefix: str = PREFIX) -> Examination:
    """Look at the clock, the bucket's settings, and what the storage's credentials may do.

    A probe of some bytes is stored, read, opened by a link as a visitor would, and removed with all its versions.

    :param prefix: of the probe's name in the storage.
    :raises UnknownStorage: no such alias, or one that makes no links. :raises InvalidKey: a prefix that no name has.
    """
    storage = storage_of(alias)
    probe = Probe.below(prefix, storage)
    return Examination(alias, storage.bucket_name, (*_findings(storage, probe),))


def _findings(storage: OSSStorage, probe: Probe) -> Iterator[Finding]:
    from ...oss.bucket_settings import SettingsClient

    client = storage.connected(SettingsClient)
    for first in (_clock, _region):
        found, goes_on = first(storage, client)
        yield found
        if not goes_on:
            # All else would fail likewise.
            return
    looks: tuple[tuple[str, str, Callable[[], Iterable[Finding]]], ...] = (
        ("acl", "oss:GetBucketAcl", lambda: [judged.of_acl(client.bucket_acl())]),
        ("policy", "oss:GetBucketPolicy", lambda: judged.of_policy(client.policy())),
        ("referer", "oss:GetBucketReferer", lambda: [judged.of_referer(client.referer_rule())]),
        ("cors", "oss:GetBucketCors", lambda: judged.of_cors(client.cors())),
        ("versioning", "oss:GetBucketVersioning", lambda: [judged.of_versioning(client.versioning())]),
    )
    for check, permission, look in looks:
        yield from _looked(check, permission, look)
    yield from probe.findings(client)


def _clock(storage: OSSStorage, client: SettingsClient) -> tuple[Finding, bool]:
    """What is found, and whether anything else can be."""
    try:
        return judged.of_clock(clock_offset(client, storage)), True
    except Unreachable as error:
        found = Finding(
            "clock",
            Level.ERROR,
            "unreachable",
            f"{client.endpoint.url} does not answer: {error}",
            "Look at the endpoint (io_endpoint_url, endpoint_url), the network, and proxies.",
        )
        return found, False


def _region(storage: OSSStorage, client: SettingsClient) -> tuple[Finding, bool]:
    """As :func:`_clock`."""
    try:
        return judged.of_region(client.region(), client.endpoint.region), True
    except ServiceError as error:
        cause, cure = _OF_THE_SIGNER.get(error.code, ("", ""))
        if any(words in str(error) for words in _OF_ANOTHER_REGION):
            cause, cure = "wrong_region", "Set region_name, and endpoint_url if it is set, to the bucket's own region."
        if cause:
            return Finding("region", Level.ERROR, cause, str(error), cure), False
        return _unknown("region", "oss:GetBucketLocation", error), True
    except OSSShareError as error:
        found = Finding("region", Level.ERROR, "no_credentials", str(error), "See manage.py check, and OSS_SHARE.")
        return found, False


def _looked(check: str, permission: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except ServiceError as error:
        yield _unknown(check, permission, error)


def _unknown(check: str, permission: str, error: ServiceError) -> Finding:
    if isinstance(error, PermissionDenied):
        cure = f"Grant {permission} to whom the storage signs for, or look at it in OSS's console."
        return Finding(check, Level.UNKNOWN, "no_permission", f"OSS does not let these credentials look: {error}", cure)
    return Finding(check, Level.UNKNOWN, "unreachable", f"OSS did not tell: {error}", "Ask again later.")
