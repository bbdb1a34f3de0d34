"""Refusals as a browser gets them: status, headers and XML, for links and for clients."""

from __future__ import annotations

import http.client
import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import alibabacloud_oss_v2 as oss
import pytest

from django_oss_share.testing import OSSEmulator
from emulator_auth.sdk import client, refused, signed

BUCKET, KEY = "examplebucket", "reports/q3.pdf"
both = pytest.mark.parametrize("version", ["v4", "v1"])


def ask(
    url: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[http.client.HTTPResponse, dict[str, str | None]]:
    """The answer, and the elements of its XML."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request(method, f"{parts.path}?{parts.query}", headers=headers or {})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    is_error = method != "HEAD" and response.headers["Content-Type"] == "application/xml"
    return response, {child.tag: child.text for child in ElementTree.fromstring(body)} if is_error else {}


def link(emulator: OSSEmulator, version: str, **options: Any) -> str:
    emulator.put(KEY, b"bytes")
    own = (emulator.access_key_id, emulator.access_key_secret)
    base = f"{emulator.endpoint}/{BUCKET}"
    return signed(version, base, **{"pair": own, "at": now(), **options})[0]


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def session(emulator: OSSEmulator, seconds: int = 3600, policy: str = "") -> dict[str, Any]:
    role = emulator.accounts.role("acs:ram::1234567890123456:role/share")
    assert role is not None
    opened = emulator.accounts.open_session(role, "grant", now() + timedelta(seconds=seconds), policy)
    return {"pair": (opened.access_key_id, opened.access_key_secret), "token": opened.security_token}


@both
def test_an_expired_link(version: str, oss_emulator: OSSEmulator) -> None:
    url = link(oss_emulator, version, at=now() - timedelta(hours=1), seconds=600)
    response, error = ask(url)
    assert response.status == 403
    assert response.headers["x-oss-ec"] == "0002-00000069"
    assert response.headers["Server"] == "AliyunOSS"
    assert error["Code"] == "AccessDenied"
    assert error["Message"] == "Request has expired."
    assert error["EC"] == "0002-00000069"
    assert error["RequestId"] == response.headers["x-oss-request-id"]
    assert error["HostId"] == urlsplit(url).netloc
    assert error["RecommendDoc"] == "https://api.alibabacloud.com/troubleshoot?q=0002-00000069"


def outcome(url: str, headers: dict[str, str] | None = None) -> tuple[int, str | None, str | None]:
    response, error = ask(url, headers)
    return response.status, error.get("Code"), error.get("EC")


@both
def test_who_is_refused(version: str, oss_emulator: OSSEmulator) -> None:
    mismatch = "0002-00000201" if version == "v4" else "0002-00000040"
    own = (oss_emulator.access_key_id, oss_emulator.access_key_secret)
    open_session, over = session(oss_emulator), session(oss_emulator, seconds=-1)
    for options, code, ec in (
        ({"pair": ("LTAIother", "secret")}, "InvalidAccessKeyId", "0002-00000902"),
        ({"pair": (own[0], "secret")}, "SignatureDoesNotMatch", mismatch),
        ({"pair": own, "token": open_session["token"]}, "InvalidAccessKeyId", "0002-00000002"),
        ({"pair": open_session["pair"]}, "InvalidAccessKeyId", "0002-00000902"),
        ({**open_session, "token": "token"}, "InvalidSecurityToken", "0002-00000006"),
        ({**open_session, "token": over["token"]}, "AccessKeyIdAndSecurityTokenNotMatch", "0002-00000004"),
        (over, "SecurityTokenExpired", "0002-00000007"),
    ):
        assert outcome(link(oss_emulator, version, **options)) == (403, code, ec)
    assert outcome(link(oss_emulator, version, **open_session))[0] == 200


def test_a_link_from_the_future_and_one_that_lives_too_long(oss_emulator: OSSEmulator) -> None:
    future = link(oss_emulator, "v4", at=now() + timedelta(minutes=16))
    assert outcome(future) == (403, "RequestTimeTooSkewed", "0002-00000235")
    assert outcome(link(oss_emulator, "v4", seconds=604_801)) == (400, "InvalidArgument", "0002-00000070")
    assert outcome(link(oss_emulator, "v4", seconds=604_800))[0] == 200


@both
def test_a_mismatch_is_explained(version: str, oss_emulator: OSSEmulator) -> None:
    _, error = ask(link(oss_emulator, version), {"x-oss-meta-new": "<&>"})
    assert error["Code"] == "SignatureDoesNotMatch"
    shown = {"OSSAccessKeyId", "SignatureProvided", "StringToSign", "StringToSignBytes"}
    canonical = {"CanonicalRequest", "CanonicalRequestBytes"}
    assert error.keys() >= shown
    assert (error.keys() >= canonical) is (version == "v4")
    assert "x-oss-meta-new:<&>" in str(error["CanonicalRequest" if version == "v4" else "StringToSign"])


@both
def test_a_head_is_refused_in_headers(version: str, oss_emulator: OSSEmulator) -> None:
    response, _ = ask(link(oss_emulator, version), method="HEAD")
    assert response.status == 403
    document = ElementTree.fromstring(b64decode(response.headers["x-oss-err"]))
    assert document.findtext("Code") == "SignatureDoesNotMatch"
    assert response.headers["x-oss-ec"] == document.findtext("EC")
    assert ask(link(oss_emulator, version, method="HEAD"), method="HEAD")[0].status == 200


@both
def test_a_session_policy(version: str, oss_emulator: OSSEmulator) -> None:
    policy = {"Effect": "Allow", "Action": "oss:GetObject", "Resource": f"acs:oss:*:*:{BUCKET}/reports/*"}
    limited = session(oss_emulator, policy=json.dumps({"Version": "1", "Statement": [policy]}))
    oss_emulator.put("other/a", b"bytes")
    assert outcome(link(oss_emulator, version, **limited))[0] == 200
    other = link(oss_emulator, version, key="other/a", **limited)
    assert outcome(other) == (403, "AccessDenied", "0003-00000001")
    put = link(oss_emulator, version, method="PUT", **limited)
    response, error = ask(put, method="PUT")
    assert (response.status, error["Message"]) == (403, "Access denied by authorizer's policy.")
    assert oss_emulator.get(KEY) == b"bytes"


@both
def test_the_referer_rule(version: str, oss_emulator: OSSEmulator) -> None:
    rule = oss.RefererConfiguration(
        allow_empty_referer=False, referer_list=oss.RefererList(referers=["https://*.example.com"])
    )
    owner = client(oss_emulator)
    owner.put_bucket_referer(oss.PutBucketRefererRequest(BUCKET, referer_configuration=rule))
    url = link(oss_emulator, version)
    assert outcome(url, {"Referer": "https://www.example.com/page?a=b"})[0] == 200
    assert outcome(url) == (403, "AccessDenied", "0003-00000501")
    response, error = ask(url, {"Referer": "https://evil.test/"})
    assert (response.status, error["EC"]) == (403, "0003-00000503")
    assert error["Message"] == "You are denied by bucket referer policy."
    assert owner.get_object(oss.GetObjectRequest(BUCKET, KEY)).body.content == b"bytes"


def test_nobody(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put(KEY, b"bytes")
    url = f"{oss_emulator.endpoint}/{BUCKET}/{KEY}"
    assert outcome(url) == (403, "AccessDenied", "0003-00000001")
    assert outcome(f"{oss_emulator.endpoint}/{BUCKET}?policy") == (403, "AccessDenied", "0003-00001201")
    assert outcome(f"{oss_emulator.endpoint}/") == (403, "AccessDenied", "0003-00001201")
    client(oss_emulator).put_object_acl(oss.PutObjectAclRequest(BUCKET, KEY, acl="public-read"))
    assert outcome(url)[0] == 200
    assert outcome(f"{url}?response-content-type=text/html")[:2] == (400, "InvalidRequest")
    assert ask(url, method="DELETE")[0].status == 403


def test_a_bucket_policy(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put(KEY, b"bytes")
    deny = {"Effect": "Deny", "Action": ["oss:GetObject"], "Principal": ["*"], "Resource": [f"acs:oss:*:*:{BUCKET}/*"]}
    body = json.dumps({"Version": "1", "Statement": [deny]})
    owner = client(oss_emulator)
    owner.put_bucket_policy(oss.PutBucketPolicyRequest(BUCKET, body=body))
    assert outcome(link(oss_emulator, "v4")) == (403, "AccessDenied", "0003-00000101")
    owner.delete_bucket_policy(oss.DeleteBucketPolicyRequest(BUCKET))
    assert outcome(link(oss_emulator, "v4"))[0] == 200


def test_a_users_rights_are_asked_for_at_each_request(oss_emulator: OSSEmulator) -> None:
    allow = {"Effect": "Allow", "Action": "oss:GetObject", "Resource": "*"}
    user = oss_emulator.add_user("ann", json.dumps({"Version": "1", "Statement": [allow]}))
    url = link(oss_emulator, "v4", pair=(user.access_key_id, user.access_key_secret))
    assert outcome(url)[0] == 200
    oss_emulator.accounts.remove_key(user.access_key_id)
    assert outcome(url) == (403, "InvalidAccessKeyId", "0002-00000902")


def test_a_client_with_another_region_or_key(oss_emulator: OSSEmulator) -> None:
    for asking, expected in (
        (client(oss_emulator, region="cn-beijing"), (400, "InvalidArgument", "0002-00000228")),
        (client(oss_emulator, "LTAIother", "secret"), (403, "InvalidAccessKeyId", "0002-00000902")),
        (client(oss_emulator, oss_emulator.access_key_id, "x"), (403, "SignatureDoesNotMatch", "0002-00000201")),
    ):
        with pytest.raises(oss.exceptions.OperationError) as caught:
            asking.list_objects_v2(oss.ListObjectsV2Request(BUCKET))
        assert refused(caught.value) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("examplebucket.oss-cn-hangzhou.aliyuncs.com", (200, None, None)),
        ("examplebucket.oss-cn-hangzhou-internal.aliyuncs.com", (200, None, None)),
        ("examplebucket.cn-hangzhou.oss.aliyuncs.com", (200, None, None)),
        ("examplebucket.oss-accelerate.aliyuncs.com", (200, None, None)),
        ("examplebucket.oss-accelerate-overseas.aliyuncs.com", (200, None, None)),
        ("examplebucket.oss-cn-beijing.aliyuncs.com", (403, "AccessDenied", "0003-00001403")),
        ("examplebucket.oss-cn-beijing-internal.aliyuncs.com", (403, "AccessDenied", "0003-00001403")),
        ("examplebucket.cn-beijing.oss.aliyuncs.com", (403, "AccessDenied", "0003-00001403")),
    ],
)
def test_the_vendors_endpoints(
    host: str, expected: tuple[int, str | None, str | None], oss_emulator: OSSEmulator
) -> None:
    url = link(oss_emulator, "v1").replace(f"/{BUCKET}/", "/")
    assert outcome(url, {"Host": host}) == expected
    if expected[0] == 403:
        _, error = ask(url, {"Host": host})
        assert error["Endpoint"] == "oss-cn-hangzhou.aliyuncs.com"
        assert "must be addressed using the specified endpoint" in str(error["Message"])


def test_a_bucket_that_is_nowhere(oss_emulator: OSSEmulator) -> None:
    url = link(oss_emulator, "v1", bucket="nowhere").replace(f"/{BUCKET}/", "/")
    for host in ("nowhere.oss-cn-beijing.aliyuncs.com", "nowhere.localhost"):
        assert outcome(url, {"Host": host}) == (404, "NoSuchBucket", "0015-00000101")
