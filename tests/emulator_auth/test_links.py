"""Links, V4 and V1: when they are good, and what OSS says when they are not."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

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
EXPIRED = (403, "AccessDenied", "0002-00000069")
both = pytest.mark.parametrize("version", ["v4", "v1"])


def refused(
    url: str, accounts: Accounts, now: datetime, headers: dict[str, str] | None = None, method: str = "GET"
) -> OSSError:
    with pytest.raises(OSSError) as caught:
        authenticate(asked(method, url, headers), accounts, now)
    return caught.value


def link(version: str, now: datetime, **options: Any) -> str:
    return signed(version, BASE, at=now, **options)[0]


def replaced(url: str, name: str, value: str | None) -> str:
    """``url`` with another value for a parameter, or without it."""
    path, _, query = url.partition("?")
    pairs = [pair for pair in query.split("&") if pair.partition("=")[0] != name]
    return f"{path}?{'&'.join(pairs if value is None else [*pairs, f'{name}={value}'])}"


@both
def test_a_link_is_good_to_its_last_second(version: str, accounts: Accounts, now: datetime) -> None:
    url = link(version, now, seconds=900)
    for seconds in (0, 1, 899, 900):
        assert authenticate(asked("GET", url), accounts, now + timedelta(seconds=seconds)).by_link
    error = refused(url, accounts, now + timedelta(seconds=901))
    assert refusal(error) == EXPIRED
    assert error.message == "Request has expired."
    assert error.extra == {"Expires": "2026-03-01T12:15:00.000Z", "ServerTime": "2026-03-01T12:15:01.000Z"}


def test_a_v4_link_may_be_from_a_clock_that_is_a_quarter_of_an_hour_ahead(accounts: Accounts, now: datetime) -> None:
    url = link("v4", now)
    authenticate(asked("GET", url), accounts, now - timedelta(minutes=15))
    error = refused(url, accounts, now - timedelta(minutes=15, seconds=1))
    assert refusal(error) == (403, "RequestTimeTooSkewed", "0002-00000235")
    assert error.extra["MaxAllowedSkewMilliseconds"] == "900000"


def test_a_v1_link_has_no_beginning_and_no_longest_life(accounts: Accounts, now: datetime) -> None:
    url = link("v1", now, seconds=10 * 365 * 86_400)
    authenticate(asked("GET", url), accounts, now - timedelta(days=365))
    authenticate(asked("GET", url), accounts, now + timedelta(days=3000))


def test_seven_days_are_the_longest_life_of_a_v4_link(accounts: Accounts, now: datetime) -> None:
    authenticate(asked("GET", link("v4", now, seconds=604_800)), accounts, now + timedelta(days=7))
    error = refused(link("v4", now, seconds=604_801), accounts, now)
    assert refusal(error) == (400, "InvalidArgument", "0002-00000070")
    assert error.extra == {"ArgumentName": "x-oss-expires", "ArgumentValue": "604801"}


@pytest.mark.parametrize("value", ["0", "-60", "0.5", "abc", "1e3", "%2B900", "%20900", "٩٠٠", "9" * 5000])
def test_a_life_that_is_no_number_of_seconds(value: str, accounts: Accounts, now: datetime) -> None:
    error = refused(replaced(link("v4", now), "x-oss-expires", value), accounts, now)
    assert refusal(error) == (400, "InvalidArgument", "0002-00000070")
    if value != "0":
        error = refused(replaced(link("v1", now), "Expires", value), accounts, now)
        assert refusal(error) == (403, "AccessDenied", "0002-00000070")


@both
def test_a_mismatch_shows_what_was_signed(version: str, accounts: Accounts, now: datetime) -> None:
    url = link(version, now, query={"versionId": "v+1/ü"}, headers={"x-oss-meta-a": "b"})
    error = refused(url, accounts, now, {"x-oss-meta-a": "c"})
    assert refusal(error) == MISMATCH[version]
    assert error.extra["OSSAccessKeyId"] == "LTAIexample"
    assert error.extra["SignatureProvided"] in (url.replace("%2B", "+").replace("%2F", "/").replace("%3D", "="))
    text = error.extra["StringToSign"]
    assert bytes.fromhex(error.extra["StringToSignBytes"]).decode() == text
    if version == "v1":
        assert text == "GET\n\n\n1772367300\nx-oss-meta-a:c\n/examplebucket/reports/q3.pdf?versionId=v+1/ü"
        assert "CanonicalRequest" not in error.extra
    else:
        assert text.startswith("OSS4-HMAC-SHA256\n20260301T120000Z\n20260301/cn-hangzhou/oss/aliyun_v4_request\n")
        canonical = error.extra["CanonicalRequest"].split("\n")
        assert canonical[:2] == ["GET", "/examplebucket/reports/q3.pdf"]
        assert canonical[2].startswith("versionId=v%2B1%2F%C3%BC&x-oss-credential=LTAIexample%2F20260301%2F")
        assert canonical[3:] == ["x-oss-meta-a:c", "", "", "UNSIGNED-PAYLOAD"]
        assert bytes.fromhex(error.extra["CanonicalRequestBytes"]).decode() == error.extra["CanonicalRequest"]


@both
@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "POST", "get"])
def test_a_link_is_for_one_method(version: str, method: str, accounts: Accounts, now: datetime) -> None:
    assert refusal(refused(link(version, now), accounts, now, method=method)) == MISMATCH[version]


@both
def test_headers_that_are_always_signed(version: str, accounts: Accounts, now: datetime) -> None:
    url = link(version, now, method="PUT", headers={"content-type": "text/plain", "content-md5": "x", "x-oss-a": "b"})
    sent = {"Content-Type": "text/plain", "Content-MD5": "x", "X-OSS-A": "b", "User-Agent": "any", "Range": "bytes=0-"}
    authenticate(asked("PUT", url, sent), accounts, now)
    for name in ("Content-Type", "Content-MD5", "X-OSS-A"):
        for changed in ({name: "other"}, {name: None}):
            headers = {key: value for key, value in {**sent, **changed}.items() if value is not None}
            assert refusal(refused(url, accounts, now, headers, "PUT")) == MISMATCH[version]
    assert refusal(refused(url, accounts, now, {**sent, "x-oss-b": "new"}, "PUT")) == MISMATCH[version]


def test_additional_headers_are_signed_too(accounts: Accounts, now: datetime) -> None:
    # Signed by running alibabacloud-oss-v2 1.4.1 with additional_headers={"host", "Range"}.
    url = (
        f"{BASE}/reports/q3.pdf?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date=20260301T120000Z&x-oss-expires=900"
        "&x-oss-credential=LTAIexample%2F20260301%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"
        "&x-oss-additional-headers=host%3Brange"
        "&x-oss-signature=9cda23b7d99309820c986e27e2d01c9e7cc4c65319c39098e1c3a7ba96ab24ab"
    )
    sent = {"Host": "examplebucket.localhost", "Range": "bytes=0-9"}
    authenticate(asked("GET", url, sent), accounts, now)
    for changed in ({**sent, "Range": "bytes=0-8"}, {"Host": sent["Host"]}, {**sent, "Host": "other.localhost"}):
        assert refusal(refused(url, accounts, now, changed)) == MISMATCH["v4"]
    for names in ("host", "host%3Brange%3Bx", "", None):
        assert refusal(refused(replaced(url, "x-oss-additional-headers", names), accounts, now, sent)) == MISMATCH["v4"]


_MISSING = {
    "x-oss-signature-version": ("", ""),
    "x-oss-credential": ("0002-00000217", ""),
    "x-oss-date": ("", ""),
    "x-oss-expires": ("0002-00000215", "0002-00000216"),
    "x-oss-signature": ("0002-00000219", "0002-00000220"),
}


@pytest.mark.parametrize("name", _MISSING)
def test_a_v4_link_without_one_of_its_parameters(name: str, accounts: Accounts, now: datetime) -> None:
    missing, empty = _MISSING[name]
    url = link("v4", now)
    assert refusal(refused(replaced(url, name, None), accounts, now)) == (400, "InvalidArgument", missing)
    assert refusal(refused(replaced(url, name, ""), accounts, now)) == (400, "InvalidArgument", empty)
    (value,) = re.findall(f"[?&]{name}=([^&]*)", url)
    for twice in (f"{url}&{name}={value}", f"{url}&{name}=other", f"{url}&{name}"):
        assert refusal(refused(twice, accounts, now)) == (400, "InvalidArgument", "")


@pytest.mark.parametrize(
    ("name", "missing", "empty"),
    [
        ("OSSAccessKeyId", "0002-00000071", "0002-00000072"),
        ("Expires", "0002-00000067", "0002-00000068"),
        ("Signature", "0002-00000074", "0002-00000075"),
    ],
)
def test_a_v1_link_without_one_of_its_parameters(
    name: str, missing: str, empty: str, accounts: Accounts, now: datetime
) -> None:
    url = link("v1", now)
    assert refusal(refused(replaced(url, name, None), accounts, now)) == (403, "AccessDenied", missing)
    assert refusal(refused(replaced(url, name, ""), accounts, now)) == (403, "AccessDenied", empty)
    for twice in (f"{url}&{name}=other", f"{url}&{name}"):
        assert refusal(refused(twice, accounts, now)) == (400, "InvalidArgument", "")


@pytest.mark.parametrize(
    ("credential", "ec"),
    [
        ("LTAIexample", ""),
        ("LTAIexample%2F20260301%2Fcn-hangzhou%2Foss", ""),
        ("%2F20260301%2Fcn-hangzhou%2Foss%2Faliyun_v4_request", ""),
        ("LTAIexample%2F20260301%2Fcn-hangzhou%2Foss%2Fabc", ""),
        ("LTAIexample%2F20260301%2Fcn-hangzhou%2Fsts%2Faliyun_v4_request", ""),
        ("LTAIexample%2F20260301%2Fcn-hangzhou%2Foss%2Faliyun_v4_request%2F", ""),
        ("LTAIexample%2F20260302%2Fcn-hangzhou%2Foss%2Faliyun_v4_request", "0002-00000223"),
        ("LTAIexample%2F2026-03-01%2Fcn-hangzhou%2Foss%2Faliyun_v4_request", "0002-00000223"),
        ("LTAIexample%2F20260301%2Foss-cn-hangzhou%2Foss%2Faliyun_v4_request", "0002-00000226"),
        ("LTAIexample%2F20260301%2Fcn-beijing%2Foss%2Faliyun_v4_request", "0002-00000226"),
    ],
)
def test_a_credential_that_is_none(credential: str, ec: str, accounts: Accounts, now: datetime) -> None:
    url = replaced(link("v4", now), "x-oss-credential", credential)
    assert refusal(refused(url, accounts, now)) == (400, "InvalidArgument", ec)


@pytest.mark.parametrize(
    "date",
    ["20260301", "2026-03-01T12:00:00Z", "20260301T120000", "20261301T120000Z", "20260301T12000Z", "2026030１T120000Z"],
)
def test_a_date_that_is_none(date: str, accounts: Accounts, now: datetime) -> None:
    url = replaced(link("v4", now), "x-oss-date", date)
    assert refusal(refused(url, accounts, now)) == (400, "InvalidArgument", "0002-00000502")


def test_a_version_that_is_none(accounts: Accounts, now: datetime) -> None:
    for version in ("OSS2", "OSS4", "AWS4-HMAC-SHA256", "oss4-hmac-sha256"):
        url = replaced(link("v4", now), "x-oss-signature-version", version)
        assert refusal(refused(url, accounts, now)) == (400, "InvalidArgument", "0002-00000066")


@both
def test_an_unknown_key(version: str, accounts: Accounts, now: datetime) -> None:
    url = link(version, now, pair=("LTAIother", "secretexample"))
    error = refused(url, accounts, now)
    assert refusal(error) == (403, "InvalidAccessKeyId", "0002-00000902")
    assert error.extra == {"OSSAccessKeyId": "LTAIother"}


@both
def test_another_secret(version: str, accounts: Accounts, now: datetime) -> None:
    url = link(version, now, pair=("LTAIexample", "secretexamplf"))
    assert refusal(refused(url, accounts, now)) == MISMATCH[version]


def test_a_removed_key_signs_no_more(accounts: Accounts, now: datetime) -> None:
    user = accounts.add_user("ann", '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}')
    url = link("v4", now, pair=(user.access_key_id, user.access_key_secret))
    assert authenticate(asked("GET", url), accounts, now).arn == "acs:ram::1234567890123456:user/ann"
    accounts.remove_key(user.access_key_id)
    assert refused(url, accounts, now).code == "InvalidAccessKeyId"


@both
def test_only_one_signature(version: str, accounts: Accounts, now: datetime) -> None:
    url = link(version, now)
    _, headers = signed("v4", BASE, at=now, seconds=None)
    assert refusal(refused(url, accounts, now, headers)) == (400, "InvalidArgument", "")
    both_links = f"{link('v4', now)}&{link('v1', now).partition('?')[2]}"
    assert refusal(refused(both_links, accounts, now)) == (400, "InvalidArgument", "")


def test_v1_signs_raw_names_and_only_what_names_the_resource(accounts: Accounts, now: datetime) -> None:
    url = link("v1", now, key="季度 a+b%.pdf", query={"prefix": "a/"})
    authenticate(asked("GET", url), accounts, now)
    authenticate(asked("GET", url.replace("prefix=a%2F", "prefix=b%2F")), accounts, now)
    assert refused(f"{url}&acl", accounts, now).code == "SignatureDoesNotMatch"
    assert refused(f"{url}&x-oss-process=image%2Finfo", accounts, now).code == "SignatureDoesNotMatch"


def test_v4_signs_every_parameter(accounts: Accounts, now: datetime) -> None:
    url = link("v4", now, query={"prefix": "a/", "empty": ""})
    authenticate(asked("GET", url), accounts, now)
    for changed in (
        f"{url}&more",
        url.replace("prefix=a%2F", "prefix=b%2F"),
        url.replace("empty", "emptz"),
        f"{url}&empty",
    ):
        assert refusal(refused(changed, accounts, now)) == MISMATCH["v4"]
    # A name without "=" and one without a value are the same to OSS.
    authenticate(asked("GET", url.replace("empty&", "empty=&")), accounts, now)


@both
def test_another_spelling_of_the_same_request_is_the_same(version: str, accounts: Accounts, now: datetime) -> None:
    url = link(version, now, key="a b~c.pdf", query={"versionId": "x y"})
    for spelt in (url.replace("%20", "+", 1) if "?" in url.split("%20")[0] else url, url.replace("~", "%7e")):
        authenticate(asked("GET", spelt), accounts, now)


def test_nobody_signed(accounts: Accounts, now: datetime) -> None:
    identity = authenticate(asked("GET", f"{BASE}/a?acl&x-oss-process=image/info&Expires=1"), accounts, now)
    assert identity.anonymous
    assert not identity.by_link
