"""What a presigner gives, as a value."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime

import pytest

from django_oss_share.oss import PresignedURL
from django_oss_share.oss.links import mask_url

MD5 = "a37fa50a5fb8f71214b1e7c95ec7a1bd"
_LINK = PresignedURL("https://b.example/a?x=1", "GET", datetime(2026, 1, 1, tzinfo=UTC), {"range": "bytes=0-"}, False)


def test_a_link_is_a_frozen_value() -> None:
    assert copy.deepcopy(_LINK) == _LINK
    assert pickle.loads(pickle.dumps(_LINK)) == _LINK
    with pytest.raises(AttributeError):
        _LINK.url = "https://evil.example"  # type: ignore[misc]


def test_a_link_reads_as_its_url() -> None:
    assert str(_LINK) == f"{_LINK}" == _LINK.url


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("https://h/a?x=1", "https://h/a?x=1"),
        ("https://h/a?x-oss-signature=abc", "https://h/a?x-oss-signature=***"),
        ("https://h/a?x-oss-security-token=abc&x=1", "https://h/a?x-oss-security-token=***&x=1"),
        ("https://h/a?security-token=abc&Signature=a%2Bb%3D#f", "https://h/a?security-token=***&Signature=***#f"),
        ("https://h/a?X-OSS-SIGNATURE=abc", "https://h/a?X-OSS-SIGNATURE=***"),
        ("see https://h/a?Signature=abc now", "see https://h/a?Signature=*** now"),
        ("https://h/a?x-oss-signature-version=OSS4", "https://h/a?x-oss-signature-version=OSS4"),
        (f"https://h/a?auth_key=1700000000-0-0-{MD5}&x=1", "https://h/a?auth_key=***&x=1"),
        (f"https://h/a?sign={MD5}&t=65f0", "https://h/a?sign=***&t=65f0"),
        (f"https://h/a?x=1&KEY1={MD5}&KEY2=65f00000", "https://h/a?x=1&KEY1=***&KEY2=65f00000"),
        (f"https://h/202601020304/{MD5}/a.png", "https://h/202601020304/***/a.png"),
        (f"https://h/{MD5.upper()}/65f00000/a.png", "https://h/***/65f00000/a.png"),
        (f"https://h/files/{MD5}.png?design=1", f"https://h/files/{MD5}.png?design=1"),
        (f"https://h/files/{MD5}/a?versionId={MD5}0", f"https://h/files/{MD5}/a?versionId={MD5}0"),
    ],
)
def test_masking(url: str, masked: str) -> None:
    assert mask_url(url) == masked
