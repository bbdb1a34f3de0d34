"""How a bucket is set up, as far as it matters to links and uploads; and how to leave no trace in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import alibabacloud_oss_v2 as sdk

from .bucket_access import AccessClient
from .errors import CorruptTransfer, ObjectNotFound, PermissionDenied, ServiceError

# For which browsers remember a rule.
_CORS_SECONDS = 600
# Somebody waits for the answer.
_SHORT = {"retry_max_attempts": 1, "readwrite_timeout": 5}


@dataclass(frozen=True, slots=True)
class CORSRule:
    """Which pages' scripts may ask for what."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()


class SettingsClient(AccessClient):
    """Reads the settings of one bucket, by one short try each.

    :raises PermissionDenied: the credentials lack ``oss:GetBucketPolicy``, ``oss:GetBucketCors`` and the like.
    """

    def region(self) -> str:
        """Where the bucket is, as ``cn-hangzhou``. :raises ServiceError: ``NoSuchBucket``."""
        with self._translated("GetBucketLocation"):
            result = self._sdk.get_bucket_location(sdk.GetBucketLocationRequest(self.bucket), **_SHORT)
        return str(result.location).removeprefix("oss-")

    def policy(self) -> dict[str, Any] | None:
        """The bucket's policy document; None: there is none. :raises CorruptTransfer: it is no JSON object."""
        try:
            with self._translated("GetBucketPolicy"):
                text = self._sdk.get_bucket_policy(sdk.GetBucketPolicyRequest(self.bucket), **_SHORT).body
        except ServiceError as error:
            _require_absence("NoSuchBucketPolicy", error)
            return None
        try:
            document = json.loads(text)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise CorruptTransfer(f"GetBucketPolicy oss://{self.bucket}: the policy is no JSON object.")
        return document

    def cors(self) -> tuple[CORSRule, ...]:
        """The bucket's rules, in the order in which OSS looks at them; none where none are set."""
        try:
            with self._translated("GetBucketCors"):
                result = self._sdk.get_bucket_cors(sdk.GetBucketCorsRequest(self.bucket), **_SHORT)
        except ServiceError as error:
            _require_absence("NoSuchCORSConfiguration", error)
            return ()
        return tuple(map(_rule, result.cors_configuration.cors_rules or ()))

    def set_cors(self, rules: Sequence[CORSRule]) -> None:
        """In place of the present ones, all of them; at most 20."""
        if not rules:
            with self._translated("DeleteBucketCors"):
                self._sdk.delete_bucket_cors(sdk.DeleteBucketCorsRequest(self.bucket), **_SHORT)
            return
        configuration = sdk.CORSConfiguration(cors_rules=[_sdk_rule(rule) for rule in rules])
        request = sdk.PutBucketCorsRequest(self.bucket, cors_configuration=configuration)
        with self._translated("PutBucketCors"):
            self._sdk.put_bucket_cors(request, **_SHORT)

    def versioning(self) -> str:
        """``Enabled``, ``Suspended``, or "" where it never was on."""
        with self._translated("GetBucketVersioning"):
            result = self._sdk.get_bucket_versioning(sdk.GetBucketVersioningRequest(self.bucket), **_SHORT)
        return str(result.version_status or "")

    def erase(self, key: str) -> None:
        """Remove what was just stored under a new key, so that a bucket which keeps versions keeps none of it."""
        try:
            version = self.head(key, attempts=1).version_id
        except (PermissionDenied, ObjectNotFound):
            version = None
        with self._translated("DeleteObject", key):
            self._sdk.delete_object(sdk.DeleteObjectRequest(self.bucket, key, version_id=version), **_SHORT)


def _require_absence(code: str, error: ServiceError) -> None:
    """:raises ServiceError: ``error``, unless it says by ``code`` that nothing is set."""
    if error.code != code:
        raise error


def _sdk_rule(rule: CORSRule) -> sdk.CORSRule:
    return sdk.CORSRule(
        allowed_origins=list(rule.origins),
        allowed_methods=list(rule.methods),
        allowed_headers=list(rule.headers),
        expose_headers=list(rule.exposed),
        max_age_seconds=_CORS_SECONDS,
    )


def _rule(found: Any) -> CORSRule:
    lists = (found.allowed_origins, found.allowed_methods, found.allowed_headers, found.expose_headers)
    return CORSRule(*(tuple(each or ()) for each in lists))
