"""What a presigner gives, as a value."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime

import pytest

from django_oss_share.oss import PresignedURL
from django_oss_share.oss.links import mask_url

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
    ],
)
def test_masking(url: str, masked: str) -> None:
    assert mask_url(url) == masked
