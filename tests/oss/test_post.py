"""Forms that upload: what they may upload, and what their fields cannot be talked into."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from django_oss_share.oss import (
    Credentials,
    Endpoint,
    InvalidArgument,
    InvalidHeader,
    InvalidKey,
    PresignedPost,
    Presigner,
)

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _policy(post: PresignedPost) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(base64.b64decode(post.fields["policy"], validate=True))
    return document


def test_a_form_for_one_key(presigner: Presigner) -> None:
    post = presigner.presign_post("in/季度.pdf", expires_in=60)
    assert post.url == "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/"
    assert post.expires_at == _NOW + timedelta(seconds=60)
    assert post.fields["key"] == "in/季度.pdf"
    policy = _policy(post)
    assert policy["expiration"] == "2026-03-01T12:01:00.000Z"
    assert {"bucket": "examplebucket"} in policy["conditions"]
    assert ["eq", "$key", "in/季度.pdf"] in policy["conditions"]


def test_a_form_for_any_name_below_a_prefix(presigner: Presigner) -> None:
    post = presigner.presign_post("in/${filename}")
    assert post.fields["key"] == "in/${filename}"
    assert ["starts-with", "$key", "in/"] in _policy(post)["conditions"]


@pytest.mark.parametrize("key", ["${filename}/a", "a/${filename}.txt", "${filename}${filename}"])
def test_the_variable_elsewhere_is_refused(key: str, presigner: Presigner) -> None:
    with pytest.raises(InvalidKey, match="elsewhere than at its end"):
        presigner.presign_post(key)


def test_fields_are_bound_by_conditions(presigner: Presigner) -> None:
    fields = {"Content-Type": "image/png", "x-oss-forbid-overwrite": "true", "x:Note": "a"}
    post = presigner.presign_post("a", fields=fields, conditions=[["content-length-range", 1, 1024]])
    given = {"content-type": "image/png", "x-oss-forbid-overwrite": "true", "x:note": "a"}
    assert given.items() <= post.fields.items()
    conditions = _policy(post)["conditions"]
    assert ["content-length-range", 1, 1024] in conditions
    for name, value in given.items():
        assert {name: value} in conditions


def test_the_signatures_own_fields_are_bound_too(endpoint: Endpoint) -> None:
    credentials = Credentials("ak", "sk", "token")
    post = Presigner(credentials, endpoint, "examplebucket").presign_post("a", now=_NOW)
    conditions = _policy(post)["conditions"]
    for name in ("x-oss-signature-version", "x-oss-credential", "x-oss-date", "x-oss-security-token"):
        assert {name: post.fields[name]} in conditions


@pytest.mark.parametrize(
    "name",
    [
        "key",
        "Key",
        "policy",
        "file",
        "bucket",
        "OSSAccessKeyId",
        "Signature",
        "x-oss-signature",
        "x-oss-security-token",
    ],
)
def test_fields_that_the_form_brings_itself(name: str, presigner: Presigner, v1_presigner: Presigner) -> None:
    for signer in (presigner, v1_presigner):
        with pytest.raises(InvalidArgument, match="the form brings it"):
            signer.presign_post("a", fields={name: "x"})


@pytest.mark.parametrize(
    "fields",
    [{'a"; x="': "b"}, {"a\r\nb": "c"}, {"a": "b\r\n--boundary"}, {"a": 5}, {"": "b"}, {"x:": "b"}, {5: "b"}],
    ids=repr,
)
def test_fields_that_break_out_of_the_form(fields: dict[str, str], presigner: Presigner) -> None:
    with pytest.raises(InvalidHeader):
        presigner.presign_post("a", fields=fields)


def test_an_expires_header_is_a_field_like_any_other(v1_presigner: Presigner) -> None:
    post = v1_presigner.presign_post("a", fields={"Expires": "Thu, 01 Dec 2044 16:00:00 GMT"})
    assert post.fields["expires"].startswith("Thu")


def test_the_tokens_end_cuts_the_form(endpoint: Endpoint) -> None:
    end = _NOW + timedelta(seconds=30)
    credentials = Credentials("ak", "sk", "token", end)
    for version in ("v4", "v1"):
        presigner = Presigner(credentials, endpoint, "examplebucket", signature_version=version)
        post = presigner.presign_post("a", expires_in=60, now=_NOW)
        assert post.clipped
        assert post.expires_at == end
        assert _policy(post)["expiration"] == "2026-03-01T12:00:30.000Z"
        assert post.fields["x-oss-security-token"] == "token"


def test_a_form_of_v1(v1_presigner: Presigner) -> None:
    post = v1_presigner.presign_post("a")
    assert set(post.fields) == {"key", "OSSAccessKeyId", "policy", "Signature"}
