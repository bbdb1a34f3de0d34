from __future__ import annotations

import alibabacloud_oss_v2 as sdk
import pytest
from django.core.files.storage import storages
from shares.conftest import offline, oss, quick_and_clean

__all__ = ["offline", "oss", "quick_and_clean"]


@pytest.fixture
def client(oss):
    """The vendor's own client of the bucket."""
    return storages["default"].client._sdk


@pytest.fixture
def head(client, oss):
    """A function: the headers of an object by lower-case names."""

    def head(key: str, **options) -> dict[str, str]:
        found = client.head_object(sdk.HeadObjectRequest(oss.bucket, key, **options)).headers
        return {name.lower(): value for name, value in found.items()}

    return head


@pytest.fixture
def put(client, oss):
    """A function: store an object with these headers."""

    def put(key: str, body: bytes = b"text\n", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client.put_object(sdk.PutObjectRequest(oss.bucket, key, body=body, headers=named))

    return put


@pytest.fixture
def keep_versions(client, oss):
    status = sdk.VersioningConfiguration(status="Enabled")
    client.put_bucket_versioning(sdk.PutBucketVersioningRequest(oss.bucket, versioning_configuration=status))
