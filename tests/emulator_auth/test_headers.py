"""Requests signed in their header, V4 and V1."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from django_oss_share.testing.emulator.accounts import Accounts
from django_oss_share.testing.emulator.auth import authenticate
from django_oss_share.testing.emulator.errors import OSSError
from emulator_auth.asking import asked, refusal
from emulator_auth.sdk import signed

BASE = "http://examplebucket.localhost"
MISMATCH = {
    "v4": (403, "SignatureDoesNotMatch", "0002-00000201"),
    "v1": (403, "SignatureDoesNotMatch", "0002-00000040"),
}
both = pytest.mark.parametrize("version", ["v4", "v1"])


def refused(
    headers: dict[str, str], accounts: Accounts, now: datetime, url: str = f"{BASE}/reports/q3.pdf"
) -> tuple[int, str, str]:
    with pytest.raises(OSSError) as caught:
        authenticate(asked("GET", url, headers), accounts, now)
    return refusal(caught.value)


def in_header(version: str, now: datetime) -> dict[str, str]:
    return signed(version, BASE, at=now, seconds=None)[1]


@both
def test_the_clocks_may_be_a_quarter_of_an_hour_apart(version: str, accounts: Accounts, now: datetime) -> None:
    headers = in_header(version, now)
    for minutes in (-15, 0, 15):
        identity = authenticate(
            asked("GET", f"{BASE}/reports/q3.pdf", headers), accounts, now + timedelta(minutes=minutes)
        )
        assert not identity.by_link
    for seconds in (-901, 901):
        skewed = refused(headers, accounts, now + timedelta(seconds=seconds))
        assert skewed == (403, "RequestTimeTooSkewed", "0002-00000504")


@both
def test_what_is_signed(version: str, accounts: Accounts, now: datetime) -> None:
    headers = in_header(version, now)
    assert refused(headers, accounts, now, f"{BASE}/reports/q4.pdf") == MISMATCH[version]
    assert refused(headers, accounts, now, f"{BASE}/reports/q3.pdf?acl") == MISMATCH[version]
    assert refused(headers, accounts, now, "http://otherbucket.localhost/reports/q3.pdf") == MISMATCH[version]
    assert refused({**headers, "x-oss-object-acl": "public-read"}, accounts, now) == MISMATCH[version]
    assert refused({**headers, "Content-Type": "text/html"}, accounts, now) == MISMATCH[version]


@both
def test_the_bucket_and_the_service(version: str, accounts: Accounts, now: datetime) -> None:
    for base, bucket in (("http://examplebucket.localhost", "examplebucket"), ("http://localhost:1", None)):
        url, headers = signed(version, base, bucket=bucket, key=None, at=now, seconds=None)
        authenticate(asked("GET", url, headers), accounts, now)


@both
def test_a_date_is_needed(version: str, accounts: Accounts, now: datetime) -> None:
    dates = ("date", "x-oss-date")
    headers = {name: value for name, value in in_header(version, now).items() if name.lower() not in dates}
    assert refused(headers, accounts, now) == (403, "AccessDenied", "0002-00000503")
    for name, value in (("Date", "20260301T120000Z"), ("Date", "yesterday"), ("x-oss-date", "2026-03-01 12:00")):
        assert refused({**headers, name: value}, accounts, now) == (403, "AccessDenied", "0002-00000502")
    for date in ("Sun, 01 Mar 2026 12:00:00 -0000", "Sun, 01 Mar 2026 14:00:00 +0200", "Sun, 99 Mar 2026 12:00:00 GMT"):
        assert refused({**headers, "Date": date}, accounts, now) == (403, "AccessDenied", "0002-00000502")


def test_v4_takes_the_date_header_where_there_is_no_other(accounts: Accounts, now: datetime) -> None:
    # The same request as alibabacloud-oss-v2 1.4.1 signs, but for x-oss-date, which was left out of its headers.
    headers = {
        "Date": "Sun, 01 Mar 2026 12:00:00 GMT",
        "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
        "Authorization": "OSS4-HMAC-SHA256 Credential=LTAIexample/20260301/cn-hangzhou/oss/aliyun_v4_request,"
        "Signature=7113dbcc7c17f90d1615d1f3255d1bd3e46e997b9225d581a4f17fdad9f4a1aa",
    }
    authenticate(asked("GET", f"{BASE}/reports/q3.pdf", headers), accounts, now)


def test_v1_takes_x_oss_date_in_place_of_the_date(accounts: Accounts, now: datetime) -> None:
    # As ali-oss sends it; signed by running oss2 2.19.1 with that header.
    headers = {
        "x-oss-date": "Sun, 01 Mar 2026 12:00:00 GMT",
        "Authorization": "OSS LTAIexample:tkHMWy0VUFVvL3S1l/Po+sbIbWI=",
    }
    authenticate(asked("GET", f"{BASE}/reports/q3.pdf", headers), accounts, now)


def test_v4_wants_its_payload_header(accounts: Accounts, now: datetime) -> None:
    headers = in_header("v4", now)
    for value in ("", "unsigned-payload", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"):
        changed = {**headers, "x-oss-content-sha256": value}
        assert refused(changed, accounts, now) == (400, "InvalidArgument", "0002-00000214")
    del headers["x-oss-content-sha256"]
    assert refused(headers, accounts, now) == (400, "InvalidArgument", "0002-00000214")


SCOPE = "20260301/cn-hangzhou/oss/aliyun_v4_request"


@pytest.mark.parametrize(
    ("authorization", "ec"),
    [
        ("OSS4-HMAC-SHA256", "0002-00000213"),
        (f"OSS4-HMAC-SHA256 Credential=LTAIexample/{SCOPE}", "0002-00000213"),
        ("OSS4-HMAC-SHA256 Signature=abc", "0002-00000213"),
        (f"OSS4-HMAC-SHA256 Credential=LTAIexample/{SCOPE},Signature=a,Signature=b", "0002-00000213"),
        ("OSS4-HMAC-SHA256 Credential=LTAIexample,Signature=a", "0002-00000213"),
        (
            "OSS4-HMAC-SHA256 Credential=LTAIexample/20260302/cn-hangzhou/oss/aliyun_v4_request,Signature=a",
            "0002-00000212",
        ),
        (
            "OSS4-HMAC-SHA256 Credential=LTAIexample/20260301/cn-beijing/oss/aliyun_v4_request,Signature=a",
            "0002-00000228",
        ),
        ("OSS LTAIexample", "0002-00000065"),
        ("OSS LTAIexample:", "0002-00000065"),
        ("OSS :abc", "0002-00000065"),
        ("OSS2 AccessKeyId:LTAIexample,Signature:abc", "0002-00000066"),
        ("Bearer abc", "0002-00000066"),
        ("Basic TFRBSWV4YW1wbGU6c2VjcmV0", "0002-00000066"),
        ("", "0002-00000066"),
    ],
)
def test_an_authorization_that_is_none(authorization: str, ec: str, accounts: Accounts, now: datetime) -> None:
    headers = {**in_header("v4", now), "Authorization": authorization}
    assert refused(headers, accounts, now) == (400, "InvalidArgument", ec)


@both
def test_an_unknown_key(version: str, accounts: Accounts, now: datetime) -> None:
    _, headers = signed(version, BASE, pair=("LTAIother", "secretexample"), at=now, seconds=None)
    assert refused(headers, accounts, now) == (403, "InvalidAccessKeyId", "0002-00000902")


@pytest.mark.parametrize("signature", ["é", "季", "0" * 64, "a" * 100_000])
def test_any_text_for_a_signature(signature: str, accounts: Accounts, now: datetime) -> None:
    headers = in_header("v4", now)
    headers["Authorization"] = f"OSS4-HMAC-SHA256 Credential=LTAIexample/{SCOPE},Signature={signature}"
    assert refused(headers, accounts, now) == MISMATCH["v4"]
    assert refused({**headers, "Authorization": f"OSS LTAIexample:{signature}"}, accounts, now) == MISMATCH["v1"]
