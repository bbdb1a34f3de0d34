"""The presigner: what goes into a link, what is refused, and that threads and caches never mix links up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from django_oss_share.oss import (
    Credentials,
    Endpoint,
    InvalidArgument,
    InvalidHeader,
    InvalidKey,
    PresignedURL,
    Presigner,
)

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _query(link: PresignedURL) -> dict[str, str]:
    pairs = parse_qs(urlsplit(link.url).query, keep_blank_values=True, strict_parsing=True)
    return {name: values[0] for name, values in pairs.items() if len(values) == 1}


def test_the_readmes_first_lines(presigner: Presigner) -> None:
    link = presigner.presign("reports/季度.pdf", method="GET", expires_in=900)
    assert str(link) == link.url
    assert link.url.startswith(
        "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/reports/%E5%AD%A3%E5%BA%A6.pdf?"
        "x-oss-credential=LTAIexample%2F20260301%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20260301T120000Z"
    )
    assert (link.method, link.signed_headers, link.clipped) == ("GET", {}, False)
    assert link.expires_at == _NOW + timedelta(seconds=900)


def test_the_query_holds_what_v4_needs(presigner: Presigner) -> None:
    query = _query(presigner.presign("a", expires_in=60))
    signature = query.pop("x-oss-signature")
    assert len(signature) == 64
    assert query == {
        "x-oss-signature-version": "OSS4-HMAC-SHA256",
        "x-oss-credential": "LTAIexample/20260301/cn-hangzhou/oss/aliyun_v4_request",
        "x-oss-date": "20260301T120000Z",
        "x-oss-expires": "60",
    }


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_methods_are_signed_and_reported(method: str, presigner: Presigner) -> None:
    link = presigner.presign("a", method=method)
    assert link.method == method
    assert presigner.presign("a", method=method.lower()) == link
    assert link.url != presigner.presign("a", method="GET" if method != "GET" else "PUT").url


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "", "GET ", "GET\n", None, 1], ids=repr)
def test_other_methods_are_refused(method: str, presigner: Presigner) -> None:
    with pytest.raises(InvalidArgument, match="allowed are DELETE, GET, HEAD, POST, PUT") as caught:
        presigner.presign("a", method=method)
    assert caught.value.field == "method"


def test_an_unknown_signature_version_is_refused(credentials: Credentials, endpoint: Endpoint) -> None:
    with pytest.raises(InvalidArgument, match="'v4' and 'v1'") as caught:
        Presigner(credentials, endpoint, "examplebucket", signature_version="v2")
    assert caught.value.field == "signature_version"


# Query


def test_a_bare_name_an_empty_value_and_a_number(presigner: Presigner) -> None:
    link = presigner.presign("a", query={"acl": None, "empty": "", "x-oss-traffic-limit": 819_200})
    parts = urlsplit(link.url).query.split("&")
    assert {"acl", "empty", "x-oss-traffic-limit=819200"} <= set(parts)


def test_values_are_encoded(presigner: Presigner, v1_presigner: Presigner) -> None:
    value = "image/resize,w_100 +&=?#%/季"
    for signer in (presigner, v1_presigner):
        link = signer.presign("a", query={"x-oss-process": value})
        assert _query(link)["x-oss-process"] == value
        assert "+" not in link.url


_RESERVED = [
    "x-oss-signature",
    "x-oss-signature-version",
    "x-oss-credential",
    "x-oss-date",
    "x-oss-expires",
    "x-oss-security-token",
    "x-oss-additional-headers",
    "OSSAccessKeyId",
    "Expires",
    "Signature",
    "security-token",
]


@pytest.mark.parametrize("name", [*_RESERVED, "", None, 5], ids=repr)
def test_names_that_the_signature_brings(name: str, presigner: Presigner, v1_presigner: Presigner) -> None:
    for signer in (presigner, v1_presigner):
        with pytest.raises(InvalidArgument, match="query parameter"):
            signer.presign("a", query={name: "x"})


@pytest.mark.parametrize("value", [True, 1.5, b"x", ["a"], object], ids=repr)
def test_values_of_other_types(value: str, presigner: Presigner) -> None:
    with pytest.raises(InvalidArgument, match="must be a str, an int or None") as caught:
        presigner.presign("a", query={"versionId": value})
    assert caught.value.field == "versionId"


@pytest.mark.parametrize("given", [["acl"], [("acl", None)], "acl", 5], ids=repr)
def test_a_query_or_headers_that_are_no_dict(given: Any, presigner: Presigner, v1_presigner: Presigner) -> None:
    for signer in (presigner, v1_presigner):
        with pytest.raises(InvalidArgument, match=f"query must be a dict of .*; got {type(given).__name__}"):
            signer.presign("a", query=given)
        with pytest.raises(InvalidArgument, match="headers must be a dict"):
            signer.presign("a", headers=given)
        with pytest.raises(InvalidArgument, match="query must be a dict"):
            list(signer.presign_many(["a"], query=given))


@pytest.mark.parametrize("text", ["a\r\nb", "a\nb", "a\0", "\x7f", "\ud800"], ids=repr)
def test_control_characters_in_the_query(text: str, presigner: Presigner) -> None:
    with pytest.raises(InvalidHeader, match="response-content-disposition"):
        presigner.presign("a", query={"response-content-disposition": text})
    with pytest.raises(InvalidHeader):
        presigner.presign("a", query={text: "x"})


@pytest.mark.parametrize("limit", [819_199, 838_860_801, 0, -1, "fast", "819200.0", "٨١٩٢٠٠", "", None], ids=repr)
def test_traffic_limits_out_of_range(limit: int, presigner: Presigner) -> None:
    with pytest.raises(InvalidArgument, match="819200 to 838860800") as caught:
        presigner.presign("a", query={"x-oss-traffic-limit": limit})
    assert caught.value.field == "x-oss-traffic-limit"


@pytest.mark.parametrize("limit", [819_200, "838860800"])
def test_traffic_limits_in_range(limit: int | str, presigner: Presigner) -> None:
    assert _query(presigner.presign("a", query={"x-oss-traffic-limit": limit}))["x-oss-traffic-limit"] == str(limit)


# Headers


def test_headers_that_the_client_must_send_are_told(presigner: Presigner) -> None:
    headers = {"Content-Type": "image/png", "X-OSS-Meta-A": " b ", "Cache-Control": "no-cache", "Range": "bytes=0-9"}
    link = presigner.presign("a", method="PUT", headers=headers, additional_headers=["Range"])
    assert link.signed_headers == {"content-type": "image/png", "x-oss-meta-a": "b", "range": "bytes=0-9"}
    assert _query(link)["x-oss-additional-headers"] == "range"


def test_headers_that_are_not_signed_change_nothing(presigner: Presigner) -> None:
    assert presigner.presign("a", headers={"cache-control": "no-cache"}) == presigner.presign("a")


def test_signed_headers_of_v1(v1_presigner: Presigner) -> None:
    link = v1_presigner.presign("a", method="PUT", headers={"Content-Type": "text/plain", "x-oss-acl": "private"})
    assert link.signed_headers == {"content-type": "text/plain", "x-oss-acl": "private"}
    with pytest.raises(InvalidArgument, match="V1 signs no headers by name"):
        v1_presigner.presign("a", headers={"range": "bytes=0-"}, additional_headers=["range"])


def test_the_host_can_be_signed_without_being_spelt_out(presigner: Presigner) -> None:
    host = "examplebucket.oss-cn-hangzhou.aliyuncs.com"
    link = presigner.presign("a", additional_headers=["Host"])
    assert link.signed_headers == {"host": host}
    assert link.url == presigner.presign("a", headers={"host": host}, additional_headers=["host"]).url
    assert link.url != presigner.presign("a").url


def test_an_additional_header_needs_its_value(presigner: Presigner) -> None:
    with pytest.raises(InvalidArgument, match="'range' has no value") as caught:
        presigner.presign("a", additional_headers=["range"])
    assert caught.value.field == "additional_headers"


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "a\r\nx-evil: 1"},
        {"content-type": "a\nb"},
        {"content-type": "a\0"},
        {"content-type": "\ud800"},
        {"content-type": None},
        {"content-type": 5},
        {"content type": "a"},
        {"content-type:": "a"},
        {"": "a"},
        {"x-oss-meta-季": "a"},
        {"a\r\nb": "c"},
        {None: "a"},
    ],
    ids=repr,
)
def test_headers_that_break_out_of_their_line(headers: dict[str, str], presigner: Presigner) -> None:
    with pytest.raises(InvalidHeader):
        presigner.presign("a", headers=headers)


# The latest link's template is kept: what follows must not be mistaken for it


_LOOKALIKES: list[dict[str, Any]] = [
    {},
    {"expires_in": 901},
    {"method": "HEAD"},
    {"query": {"versionId": "1"}},
    {"query": {"versionId": "2"}},
    {"query": {"versionId": None}},
    {"query": {"acl": None}},
    {"headers": {"content-type": "text/plain"}},
    {"headers": {"content-type": "text/html"}},
    {"headers": {"range": "bytes=0-"}, "additional_headers": ["range"]},
    {"now": _NOW + timedelta(seconds=1)},
    {"now": _NOW + timedelta(days=1)},
]


@pytest.mark.parametrize("first", _LOOKALIKES, ids=repr)
@pytest.mark.parametrize("second", _LOOKALIKES, ids=repr)
def test_what_was_signed_before_leaves_no_trace(
    first: dict[str, Any], second: dict[str, Any], credentials: Credentials, endpoint: Endpoint
) -> None:
    used = Presigner(credentials, endpoint, "examplebucket", clock=lambda: _NOW)
    fresh = Presigner(credentials, endpoint, "examplebucket", clock=lambda: _NOW)
    used.presign("a", **first)
    assert used.presign("a", **second) == fresh.presign("a", **second)


def test_a_query_changed_after_signing_is_signed_anew(presigner: Presigner) -> None:
    query: dict[str, str | None] = {"versionId": "1"}
    first = presigner.presign("a", query=query)
    query["versionId"] = "2"
    assert _query(presigner.presign("a", query=query))["versionId"] == "2"
    assert _query(first)["versionId"] == "1"


def test_a_links_headers_belong_to_that_link(presigner: Presigner) -> None:
    presigner.presign("a").signed_headers["x-evil"] = "1"
    assert presigner.presign("a").signed_headers == {}


def test_threads_get_the_links_that_they_asked_for(credentials: Credentials, endpoint: Endpoint) -> None:
    shared = Presigner(credentials, endpoint, "examplebucket")
    cases = [(f"key-{number}", {**_LOOKALIKES[number % 7], "now": _NOW}) for number in range(70)]
    expected = [Presigner(credentials, endpoint, "examplebucket").presign(key, **options) for key, options in cases]
    gate = threading.Barrier(8)

    def sign_all(_: int) -> list[PresignedURL]:
        gate.wait(timeout=30)
        return [shared.presign(key, **options) for _ in range(20) for key, options in cases]

    with ThreadPoolExecutor(8) as pool:
        for links in pool.map(sign_all, range(8)):
            assert links == expected * 20


# In bulk


def test_bulk_links_are_made_as_they_are_asked_for(presigner: Presigner) -> None:
    taken = []

    def keys() -> Iterator[str]:
        for number in count():
            taken.append(number)
            yield f"key-{number}"

    links = presigner.presign_many(keys())
    assert taken == []
    assert [link.url for link in islice(links, 3)] == [presigner.presign(f"key-{number}").url for number in range(3)]
    assert taken == [0, 1, 2]


def test_bulk_links_take_the_same_arguments(presigner: Presigner) -> None:
    options: dict[str, Any] = {"method": "HEAD", "expires_in": timedelta(hours=1), "query": {"versionId": "v"}}
    (link,) = presigner.presign_many(["a"], **options)
    assert link == presigner.presign("a", **options)


def test_each_bulk_link_is_dated_to_its_own_making(credentials: Credentials, endpoint: Endpoint) -> None:
    moments = (_NOW + timedelta(hours=11, minutes=59, seconds=second) for second in (58, 59, 60, 61))
    presigner = Presigner(credentials, endpoint, "examplebucket", clock=lambda: next(moments))
    links = list(presigner.presign_many(["a"] * 4))
    assert [_query(link)["x-oss-date"] for link in links] == [
        "20260301T235958Z",
        "20260301T235959Z",
        "20260302T000000Z",
        "20260302T000001Z",
    ]
    assert [link.expires_at for link in links] == sorted({link.expires_at for link in links})


def test_a_bad_key_in_bulk_raises_in_its_turn(presigner: Presigner) -> None:
    links = presigner.presign_many(["good", "/bad"])
    assert next(links).url == presigner.presign("good").url
    with pytest.raises(InvalidKey, match="'/bad'"):
        next(links)


def test_one_text_is_not_several(presigner: Presigner) -> None:
    with pytest.raises(InvalidArgument, match=r"pass a list, \['abc'\]"):
        next(presigner.presign_many("abc"))
    with pytest.raises(InvalidArgument, match=r"pass a list, \['host'\]"):
        presigner.presign("abc", additional_headers="host")


def test_no_keys_no_links_and_no_credentials(endpoint: Endpoint) -> None:
    def unasked() -> Credentials:
        raise AssertionError("asked for credentials")

    assert list(Presigner(unasked, endpoint, "examplebucket").presign_many([])) == []


# Secrets


@pytest.fixture
def token_presigner(endpoint: Endpoint) -> Presigner:
    credentials = Credentials("LTAIexample", "secret-sentinel", "token-sentinel")
    return Presigner(credentials, endpoint, "examplebucket", clock=lambda: _NOW)


def test_reprs_hold_no_secret(token_presigner: Presigner) -> None:
    link, post = token_presigner.presign("a"), token_presigner.presign_post("a")
    signature = _query(link)["x-oss-signature"]
    for text in (repr(link), repr(post), repr(token_presigner), repr([link])):
        assert "sentinel" not in text
        assert signature not in text
        assert post.fields["x-oss-signature"] not in text
    assert "x-oss-signature=***" in repr(link)
    assert "x-oss-security-token=***" in repr(link)


@pytest.mark.parametrize(
    "fault",
    [
        lambda signer: signer.presign("/a"),
        lambda signer: signer.presign("a", expires_in=10**9),
        lambda signer: signer.presign("a", query={"x-oss-date": "1"}),
        lambda signer: signer.presign("a", headers={"a": "\n"}),
        lambda signer: signer.presign("a", method="PATCH"),
        lambda signer: signer.presign("a", additional_headers=["range"]),
        lambda signer: signer.presign_post("a", fields={"policy": "x"}),
    ],
)
def test_errors_hold_no_secret(fault: Callable[[Presigner], object], token_presigner: Presigner) -> None:
    token_presigner.presign("a")
    with pytest.raises(InvalidArgument) as caught:
        fault(token_presigner)
    assert "sentinel" not in f"{caught.value!s}{caught.value!r}{vars(caught.value)}"
