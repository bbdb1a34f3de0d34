"""``url()``: what it signs, where it points, and that it asks nobody."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from django.core.exceptions import SuspiciousFileOperation

from django_oss_share.oss import (
    Credentials,
    CredentialsExpired,
    ExpiryTooLong,
    InvalidArgument,
    InvalidExpiry,
    InvalidKey,
    MissingCredentials,
)
from django_oss_share.storage import OSSStaticStorage

from .making import make, split

pytestmark = pytest.mark.usefixtures("clock", "no_network")

HOST = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com"
V4 = {
    "x-oss-signature-version": "OSS4-HMAC-SHA256",
    "x-oss-date": "20260102T030405Z",
    "x-oss-expires": "3600",
    "x-oss-credential": "LTAIexample/20260102/cn-hangzhou/oss/aliyun_v4_request",
}
#: The signature of media/a.pdf, for an hour, on whatever host.
PLAIN = {**V4, "x-oss-signature": "d3ee3e88383246fdbb6a42973dd0db7536585c782c6347a06d63a2e296f7a20b"}


# What the official SDK signs for the same


def test_the_sdk_makes_the_same_link():
    url = make(location="media").url("reports/季度 1+1.pdf")
    assert split(url) == (
        f"{HOST}/media/reports/%E5%AD%A3%E5%BA%A6%201%2B1.pdf",
        {**V4, "x-oss-signature": "7c6c4846e12699cf6da209b977bbda074821acaf02d1481d10791505419db967"},
    )


def test_download_under_another_name():
    expected = {
        **V4,
        "response-content-disposition": "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%AD%A3%E5%BA%A6.pdf",
        "x-oss-signature": "da78f08b7003fb68f2b3f3bea7362815d532bab816077c42e028b42b09800a09",
    }
    storage = make(location="media")
    assert split(storage.url("a.pdf", filename="季度.pdf")) == (f"{HOST}/media/a.pdf", expected)
    assert split(storage.url("a.pdf", filename="季度.pdf", download=True))[1] == expected


MANY = {
    **V4,
    "x-oss-expires": "60",
    "versionId": "CAEQNhiBgM0BYiIDc4MGZj",
    "x-oss-process": "image/resize,w_300,m_lfit",
    "response-content-type": "text/plain;charset=utf-8",
    "x-oss-signature": "4ac3f51789fd70b27e00c8d094ad4b503156fa7ee147511e7bd8146b8b6b047e",
}


def test_keywords():
    url = make(location="media").url(
        "a.pdf",
        expire=60,
        version_id="CAEQNhiBgM0BYiIDc4MGZj",
        process={"resize": {"width": 300, "mode": "lfit"}},
        content_type="text/plain;charset=utf-8",
    )
    assert split(url) == (f"{HOST}/media/a.pdf", MANY)


@pytest.mark.parametrize(
    "parameters",
    [
        {
            "VersionId": "CAEQNhiBgM0BYiIDc4MGZj",
            "ResponseContentType": "text/plain;charset=utf-8",
            "x-oss-process": "image/resize,w_300,m_lfit",
        },
        {
            "versionId": "CAEQNhiBgM0BYiIDc4MGZj",
            "response-content-type": "text/plain;charset=utf-8",
            "x-oss-process": "image/resize,w_300,m_lfit",
        },
    ],
    ids=["as S3Storage spells them", "as OSS spells them"],
)
def test_parameters(parameters):
    given = dict(parameters)
    assert split(make(location="media").url("a.pdf", given, 60)) == (f"{HOST}/media/a.pdf", MANY)
    assert given == parameters, "the caller's dict was changed"


@pytest.mark.parametrize(
    ("method", "signature"),
    [
        ("HEAD", "069659a639b3655c2bd82de9b7f14d7be111c5733aa4c1ef74ecf39d6e0b3ee4"),
        ("PUT", "6e133d9c6f6ecd72f22f9ca2bf8eae196da6092413f81fdfca020adc674b348a"),
        ("put", "6e133d9c6f6ecd72f22f9ca2bf8eae196da6092413f81fdfca020adc674b348a"),
        (None, PLAIN["x-oss-signature"]),
    ],
)
def test_http_method(method, signature):
    url = make(location="media").url("a.pdf", http_method=method)
    assert split(url)[1] == {**V4, "x-oss-signature": signature}


def test_arguments_stand_where_s3storage_has_them():
    by_name = make().url("a.pdf", parameters={"VersionId": "1"}, expire=60, http_method="HEAD")
    assert make().url("a.pdf", {"VersionId": "1"}, 60, "HEAD") == by_name


def test_security_token():
    storage = make(location="media", security_token="CAIStoken/+=")
    assert split(storage.url("a.pdf")) == (
        f"{HOST}/media/a.pdf",
        {
            **V4,
            "x-oss-security-token": "CAIStoken/+=",
            "x-oss-signature": "df351fd3697997ef9cc4f96792b53088b97c7c98f993dec97f765910b7cd9453",
        },
    )


def test_signature_v1():
    storage = make(location="media", signature_version="v1")
    assert split(storage.url("a.pdf", version_id="v-1", content_type="text/plain"))[1] == {
        "response-content-type": "text/plain",
        "versionId": "v-1",
        "OSSAccessKeyId": "LTAIexample",
        "Expires": "1767326645",
        "Signature": "132km2nihrerokQbFF+oVJddNwM=",
    }


def test_signature_v1_with_a_token():
    storage = make(location="media", signature_version="v1", security_token="CAIStoken/+=")
    assert split(storage.url("a.pdf"))[1] == {
        "OSSAccessKeyId": "LTAIexample",
        "Expires": "1767326645",
        "security-token": "CAIStoken/+=",
        "Signature": "fYoGjLSpYNFY4M1wOM4SezHlBC8=",
    }


def test_v1_has_no_limit_of_a_week():
    storage = make(signature_version="v1", querystring_expire=30 * 86_400)
    assert split(storage.url("a.pdf"))[1]["Expires"] == str(1_767_323_045 + 30 * 86_400)


# Where it points


@pytest.mark.parametrize(
    ("options", "base"),
    [
        ({"network": "internal"}, "https://examplebucket.oss-cn-hangzhou-internal.aliyuncs.com/"),
        ({"network": "accelerate"}, "https://examplebucket.oss-accelerate.aliyuncs.com/"),
        ({"network": "accelerate-overseas"}, "https://examplebucket.oss-accelerate-overseas.aliyuncs.com/"),
        ({"network": "dualstack"}, "https://examplebucket.cn-hangzhou.oss.aliyuncs.com/"),
        ({"endpoint_url": "https://oss-accelerate.aliyuncs.com"}, "https://examplebucket.oss-accelerate.aliyuncs.com/"),
        ({"endpoint_url": "oss-cn-hangzhou.aliyuncs.com"}, f"{HOST}/"),
        ({"endpoint_url": "http://127.0.0.1:9000"}, "http://127.0.0.1:9000/examplebucket/"),
        (
            {"endpoint_url": "http://localhost:9000", "addressing_style": "virtual"},
            "http://examplebucket.localhost:9000/",
        ),
        ({"addressing_style": "path"}, "https://oss-cn-hangzhou.aliyuncs.com/examplebucket/"),
        ({"addressing_style": "auto"}, f"{HOST}/"),
        ({"custom_domain": "static.example.com"}, "https://static.example.com/"),
        (
            {"custom_domain": "static.example.com", "endpoint_url": "https://oss-cn-hangzhou-internal.aliyuncs.com"},
            "https://static.example.com/",
        ),
        ({"custom_domain": "static.localhost:9000", "url_protocol": "http:"}, "http://static.localhost:9000/"),
        ({"custom_domain": "static.localhost:9000", "url_protocol": "http"}, "http://static.localhost:9000/"),
        ({"io_endpoint_url": "https://oss-cn-hangzhou-internal.aliyuncs.com"}, f"{HOST}/"),
    ],
)
def test_every_host_is_signed_alike(options, base):
    """The host is not signed: the link that the SDK makes for OSS's own is good on each of them."""
    assert split(make(location="media", **options).url("a.pdf")) == (f"{base}media/a.pdf", PLAIN)


def test_the_endpoint_tells_the_region():
    storage = make(location="media", region_name=None, endpoint_url="https://oss-cn-hangzhou-internal.aliyuncs.com")
    assert split(storage.url("a.pdf"))[1] == PLAIN


# How long


@pytest.mark.parametrize("expire", [60, timedelta(minutes=1)])
def test_expire(expire):
    assert split(make().url("a.pdf", expire=expire))[1]["x-oss-expires"] == "60"


@pytest.mark.parametrize("default", [120, timedelta(minutes=2)])
def test_querystring_expire(default):
    assert split(make(querystring_expire=default).url("a.pdf"))[1]["x-oss-expires"] == "120"


@pytest.mark.parametrize("expire", [0, -60, 0.5, 1.0, True, "3600", "1 hour", timedelta(seconds=1.5), timedelta(-1)])
def test_a_bad_lifetime_is_named(expire):
    with pytest.raises(InvalidExpiry, match=r"expires_in=.*1 to 604800") as caught:
        make().url("a.pdf", expire=expire)
    assert repr(expire) in str(caught.value) or str(caught.value.value) in str(caught.value)


def test_longer_than_v4_carries():
    with pytest.raises(ExpiryTooLong, match=r"604801.*604800"):
        make().url("a.pdf", expire=604_801)
    assert split(make().url("a.pdf", expire=604_800))[1]["x-oss-expires"] == "604800"


def test_past_the_last_date():
    with pytest.raises(InvalidExpiry, match="expires_in"):
        make(signature_version="v1").url("a.pdf", expire=8000 * 366 * 86_400)


def test_a_token_cuts_the_link():
    ends = datetime.fromtimestamp(1_767_323_045 + 90, UTC)
    storage = make(credentials=lambda: Credentials("STS.x", "secret", "token", ends))
    assert split(storage.url("a.pdf"))[1]["x-oss-expires"] == "90"


def test_an_expired_token_signs_nothing():
    ended = datetime.fromtimestamp(1_767_323_045, UTC)
    storage = make(credentials=lambda: Credentials("STS.x", "secret-sentinel", "token-sentinel", ended))
    with pytest.raises(CredentialsExpired, match=r"expired at 2026-01-02T03:04:05Z") as caught:
        storage.url("a.pdf")
    assert "sentinel" not in str(caught.value)


# A window of equal links


def test_one_link_a_window(clock):
    storage = make(url_window=600, querystring_expire=3600)
    clock.second = 1_767_322_800  # a multiple of 600
    first = storage.url("a.pdf")
    ends = 1_767_322_800 + int(split(first)[1]["x-oss-expires"])
    for later in (1, 299, 599.99):
        clock.second = 1_767_322_800 + later
        assert storage.url("a.pdf") == first
        assert ends - clock.second >= 3600, "it lives shorter than was asked for"
    clock.second = 1_767_322_800 + 600
    assert storage.url("a.pdf") != first


def test_another_process_makes_the_same_link_in_a_window(clock):
    links = set()
    for second in (1_767_322_801, 1_767_323_399):
        clock.second = second
        links.add(make(url_window=600).url("a.pdf"))
    assert len(links) == 1


def test_without_a_window_links_differ(clock):
    storage = make()
    first = storage.url("a.pdf")
    clock.second += 1
    assert storage.url("a.pdf") != first


def test_a_window_keeps_methods_and_parameters_apart():
    storage = make(url_window=600)
    links = {
        storage.url("a.pdf"),
        storage.url("b.pdf"),
        storage.url("a.pdf", http_method="HEAD"),
        storage.url("a.pdf", download=True),
        storage.url("a.pdf", download=False),
        storage.url("a.pdf", expire=60),
    }
    assert len(links) == 6


# What the answer is to be


@pytest.mark.parametrize(
    ("keywords", "disposition"),
    [
        ({"download": True}, "attachment"),
        ({"download": False}, "inline"),
        ({"filename": "q3.pdf"}, 'attachment; filename="q3.pdf"'),
        ({"filename": "q3.pdf", "download": False}, 'inline; filename="q3.pdf"'),
        ({}, None),
        ({"download": None}, None),
    ],
)
def test_disposition(keywords, disposition):
    assert split(make().url("a.pdf", **keywords))[1].get("response-content-disposition") == disposition


def test_a_moment_becomes_a_header():
    moment = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    query = split(make().url("a.pdf", {"ResponseExpires": moment, "ResponseCacheControl": "no-cache"}))[1]
    assert query["response-expires"] == "Thu, 31 Dec 2026 23:00:00 GMT"
    assert query["response-cache-control"] == "no-cache"


def test_none_is_a_bare_name():
    url = make().url("a.pdf", {"acl": None, "x-oss-traffic-limit": 819_200})
    assert "&acl&" in url.replace("?", "&")
    assert "x-oss-traffic-limit=819200" in url


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"parameters": {"ResponseContentDispositon": "x"}}, "did you mean 'ResponseContentDisposition'"),
        ({"parameters": {"Key": "other"}}, "'Key'.*known are"),
        (
            {"parameters": {"response-content-type": "a/b"}, "content_type": "c/d"},
            "response-content-type is given twice",
        ),
        ({"parameters": {"VersionId": "1", "versionId": "2"}}, "versionId is given twice"),
        ({"parameters": {"x-oss-signature": "0" * 64}}, "x-oss-signature.*the signature brings it"),
        ({"parameters": {"x-oss-expires": "9999999"}}, "x-oss-expires.*the signature brings it"),
        ({"parameters": {"response-content-type": ["a"]}}, "response-content-type.*must be"),
        ({"parameters": {"x-oss-traffic-limit": 1}}, "x-oss-traffic-limit=1 .*819200 to 838860800"),
        ({"content_type": "text/plain\r\nSet-Cookie: a=b"}, "control character"),
        ({"content_type": "text/\ud800"}, "lone surrogate"),
        ({"version_id": "1\n2"}, "control character"),
        ({"filename": "a\r\nb.pdf"}, "control character"),
        ({"filename": "annual\u202efdp.exe"}, "filename"),
        ({"filename": ""}, "filename '' is empty"),
        ({"filename": "a/b.pdf"}, "filename"),
        ({"process": {"resize": {"widht": 300}}}, "did you mean 'width'"),
        ({"process": ["resize"]}, r"process=\['resize'\] must be"),
        ({"process": {"resize": {"width": 0}}}, "resize.width=0.*1 to 16384"),
        ({"http_method": "PATCH"}, "'PATCH'.*DELETE, GET, HEAD, POST, PUT"),
    ],
)
def test_a_bad_argument_is_named(arguments, message):
    with pytest.raises(InvalidArgument, match=message):
        make().url("a.pdf", **arguments)


# Names


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("path", "/media/path"),
        ("path/", "/media/path/"),
        ("path/1", "/media/path/1"),
        ("path/1/", "/media/path/1/"),
        ("./path//to/./a.txt", "/media/path/to/a.txt"),
        (".htaccess", "/media/.htaccess"),
        ("a..b/c..", "/media/a..b/c.."),
        ("whacky & filename.mp4", "/media/whacky%20%26%20filename.mp4"),
        ("ãlöhâ.jpg", "/media/%C3%A3l%C3%B6h%C3%A2.jpg"),
        ("a%20b+c.txt", "/media/a%2520b%2Bc.txt"),
        ("a?b#c.txt", "/media/a%3Fb%23c.txt"),
        ("😀.txt", "/media/%F0%9F%98%80.txt"),
        ("path\\to\\a.txt", "/media/path/to/a.txt"),
        (PurePosixPath("path/a.txt"), "/media/path/a.txt"),
        (PureWindowsPath("path\\a.txt"), "/media/path/a.txt"),
    ],
)
@pytest.mark.parametrize("querystring_auth", [True, False], ids=["signed", "plain"])
def test_names(name, path, querystring_auth):
    storage = make(location="media", querystring_auth=querystring_auth)
    assert split(storage.url(name))[0] == HOST + path


@pytest.mark.parametrize("location", ["", "media", "a/b/"])
@pytest.mark.parametrize("name", ["../a", "a/../b", "a/..", "..", "/a", "//a", "\\a", "a\\..\\b", "/etc/passwd"])
@pytest.mark.parametrize("querystring_auth", [True, False], ids=["signed", "plain"])
def test_no_way_out_of_the_location(location, name, querystring_auth):
    with pytest.raises(SuspiciousFileOperation, match="leave the storage's location"):
        make(location=location, querystring_auth=querystring_auth).url(name)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("a\0b", "NUL"),
        ("a\rb", "CR"),
        ("a\nb", "LF"),
        ("a\ud800b", "lone surrogate"),
        ("k" * 1024, "1024 bytes"),
        ("季" * 342, "1026 bytes"),
    ],
)
@pytest.mark.parametrize("querystring_auth", [True, False], ids=["signed", "plain"])
def test_a_key_that_cannot_be(name, problem, querystring_auth):
    with pytest.raises(InvalidKey, match=rf"key .*{problem}"):
        make(querystring_auth=querystring_auth).url(name)


def test_the_location_counts_in_the_length_of_a_key():
    storage = make(location="media")
    assert storage.url("k" * 1017)
    with pytest.raises(InvalidKey, match="1024 bytes"):
        storage.url("k" * 1018)


@pytest.mark.parametrize("name", ["", None, ".", "./"])
def test_a_signed_link_names_an_object(name):
    with pytest.raises(InvalidKey, match="name .* is empty"):
        make().url(name)


@pytest.mark.parametrize(
    ("location", "path"), [("", "/"), ("media", "/media/"), ("a/b/", "/a/b/"), (PurePosixPath("media"), "/media/")]
)
def test_a_plain_link_to_the_place_itself(location, path):
    assert make(OSSStaticStorage, location=location).url("") == HOST + path


def test_a_location_of_each_tenant():
    class Tenants(type(make())):
        tenant = "one"

        @property
        def location(self):
            return f"tenants/{self.tenant}"

    storage = make(Tenants)
    assert split(storage.url("a.pdf"))[0] == f"{HOST}/tenants/one/a.pdf"
    storage.tenant = "two"
    assert split(storage.url("a.pdf"))[0] == f"{HOST}/tenants/two/a.pdf"
    storage.tenant = "../one"
    with pytest.raises(SuspiciousFileOperation):
        storage.url("a.pdf")


# Unsigned


def test_plain_links():
    storage = make(querystring_auth=False)
    assert storage.url("css/a b.css") == f"{HOST}/css/a%20b.css"
    assert storage.url("a.jpg", process="image/resize,w_300") == f"{HOST}/a.jpg?x-oss-process=image%2Fresize%2Cw_300"
    assert storage.url("a.jpg", {"version": 10}) == f"{HOST}/a.jpg?version=10"
    assert make(OSSStaticStorage, custom_domain="s.example.com").url("a.css") == "https://s.example.com/a.css"


def test_plain_links_need_no_keys():
    storage = make(OSSStaticStorage, credentials=None)
    assert storage.url("a.css") == f"{HOST}/a.css"


@pytest.mark.parametrize(
    "keywords", [{"download": True}, {"content_type": "a/b"}, {"parameters": {"ResponseExpires": "0"}}]
)
def test_oss_overrides_headers_in_signed_links_only(keywords):
    with pytest.raises(InvalidArgument, match=r"response-[a-z-]+ needs a signed link, and querystring_auth=False"):
        make(querystring_auth=False).url("a.pdf", **keywords)


@pytest.mark.parametrize("parameters", [{"x-oss-process": "a\r\nb"}, {"version": "\ud800"}, {"x-oss-signature": "0"}])
def test_plain_links_check_their_query(parameters):
    with pytest.raises(InvalidArgument, match="x-oss-process|version|x-oss-signature"):
        make(querystring_auth=False).url("a.pdf", parameters)


# Without what it does not need


def test_no_credentials_no_link():
    storage = make(credentials=None)
    with pytest.raises(MissingCredentials, match="OSS_ACCESS_KEY_ID"):
        storage.url("a.pdf")


def test_a_source_that_gives_none():
    with pytest.raises(MissingCredentials, match="NoneType instead of Credentials"):
        make(credentials=lambda: None).url("a.pdf")


def test_links_need_neither_the_sdk_nor_what_it_drags_along():
    program = """
import sys
from django.conf import settings
settings.configure(SECRET_KEY="x")
from django_oss_share.storage import OSSStorage
storage = OSSStorage(bucket_name="examplebucket", region_name="cn-hangzhou", access_key="id", secret_key="secret",
                     cdn={"domain": "cdn.example.com", "key": "k"})
storage.url("a.pdf", download=True, process={"resize": {"width": 3}})
storage.presign("a.pdf")
print(sorted({"alibabacloud_oss_v2", "requests", "urllib3", "crcmod"} & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (result.stdout, result.stderr) == ("[]\n", "")
