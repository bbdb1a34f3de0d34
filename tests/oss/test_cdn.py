"""Links of the CDN's URL authentication, against the vendor's worked cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from hashlib import md5

import pytest

from django_oss_share.oss import InvalidArgument, InvalidEndpoint, InvalidExpiry, MissingCredentials
from django_oss_share.oss.cdn import Scheme, sign

KEY = "aliyuncdnexp1234"
#: Of the vendor's cases for types B and C: 2015-08-15 08:00 in China, 55CE8100 in hexadecimal.
MOMENT = datetime(2015, 8, 15, tzinfo=UTC)
FLV = "https://cdn.example.com/test.flv"
HOUR = {"key": KEY, "now": MOMENT, "expires_in": 1800}


# The vendor's worked cases


def test_type_a():
    link = sign(
        "http://cdn.example.com/video/standard/1K.html",
        KEY,
        "A",
        1800,
        now=datetime.fromtimestamp(1444435200, UTC),
        nonce="0",
    )
    assert str(link) == (
        "http://cdn.example.com/video/standard/1K.html?auth_key=1444435200-0-0-80cd3862d699b7118eed99103f2a3a4f"
    )


def test_type_b():
    link = sign("http://cdn.example.com/4/44/44c0909bcfc20a01afaf256ca99a8b8b.mp3", type="B", **HOUR)
    assert str(link) == (
        "http://cdn.example.com/201508150800/9044548ef1527deadafa49a890a377f0/4/44/44c0909bcfc20a01afaf256ca99a8b8b.mp3"
    )


@pytest.mark.parametrize(
    ("scheme", "url"),
    [
        ("C", "https://cdn.example.com/a37fa50a5fb8f71214b1e7c95ec7a1bd/55CE8100/test.flv"),
        (Scheme(type="C", query=True), f"{FLV}?KEY1=a37fa50a5fb8f71214b1e7c95ec7a1bd&KEY2=55CE8100"),
        (
            Scheme(type="C", query=True, sign_name="s", time_name="t"),
            f"{FLV}?s=a37fa50a5fb8f71214b1e7c95ec7a1bd&t=55CE8100",
        ),
    ],
)
def test_type_c(scheme, url):
    assert str(sign(FLV, type=scheme, **HOUR)) == url


@pytest.mark.parametrize(
    ("scheme", "when", "query"),
    [
        ("F", "1439596800", "sign={}&time=1439596800"),
        (Scheme(type="F", hexadecimal=True), "55ce8100", "sign={}&time=55ce8100"),
        (Scheme(type="F", sign_name="s", time_name="t"), "1439596800", "s={}&t=1439596800"),
    ],
)
def test_type_f(scheme, when, query):
    """The vendor works no case; the text that is hashed is the one of its page: key, path, time."""
    digest = md5(f"aliyuncdnexp1234/test.flv{when}".encode()).hexdigest()
    assert str(sign(FLV, type=scheme, **HOUR)) == f"{FLV}?{query.format(digest)}"


# When they end


@pytest.mark.parametrize("expires_in", [60, 1800, 86_400, timedelta(hours=2)])
@pytest.mark.parametrize("validity", [60, 1800])
def test_a_link_ends_when_asked_whatever_the_cdn_adds(expires_in, validity):
    link = sign(FLV, KEY, Scheme(validity=validity), expires_in, now=MOMENT)
    stated = int(str(link).split("auth_key=")[1].split("-")[0])
    seconds = expires_in if isinstance(expires_in, int) else expires_in.total_seconds()
    assert stated + validity == MOMENT.timestamp() + seconds == link.expires_at.timestamp()


def test_type_b_ends_at_the_next_full_minute():
    link = sign(FLV, KEY, "B", 90, now=MOMENT + timedelta(seconds=1))
    assert link.expires_at == MOMENT + timedelta(seconds=120)
    assert "/201508150732/" in str(link)


def test_time_zones_change_nothing():
    beijing = MOMENT.astimezone(timezone(timedelta(hours=8)))
    assert str(sign(FLV, KEY, "B", 1800, now=beijing)) == str(sign(FLV, KEY, "B", 1800, now=MOMENT))


def test_the_clock_is_the_systems_by_default():
    before = datetime.now(UTC)
    link = sign(FLV, KEY, expires_in=60)
    life = timedelta(seconds=60)
    # Of whole seconds.
    assert before - timedelta(seconds=1) < link.expires_at - life <= datetime.now(UTC)


# What else there is


def test_the_query_is_kept_and_not_signed():
    plain = sign(FLV, KEY, "A", 1800, now=MOMENT, nonce="0").url
    processed = sign(f"{FLV}?x-oss-process=image%2Fresize%2Cw_3", KEY, "A", 1800, now=MOMENT, nonce="0").url
    assert processed == plain.replace("?", "?x-oss-process=image%2Fresize%2Cw_3&")


def test_each_link_of_type_a_has_a_random_part():
    assert sign(FLV, KEY).url != sign(FLV, KEY).url


def test_what_a_link_says_of_itself():
    link = sign(FLV, KEY)
    assert (link.method, link.signed_headers, link.clipped) == ("GET", {}, False)


@pytest.mark.parametrize("type", ["A", "B", "C", "F"])
def test_no_repr_opens_the_file(type):
    link = sign(FLV, KEY, type)
    assert repr(link).startswith("CDNLink(url='https://cdn.example.com/***'")
    assert "test.flv" not in repr(link)
    assert KEY not in repr(link) + str(link)


# Bad input


@pytest.mark.parametrize("key", ["", None])
def test_no_key_no_link(key):
    with pytest.raises(MissingCredentials, match="an empty key never signs"):
        sign(FLV, key)


@pytest.mark.parametrize(
    "url",
    [
        "",
        None,
        "/test.flv",
        "cdn.example.com/test.flv",
        "ftp://cdn.example.com/test.flv",
        "https://cdn.example.com",
        "https:///test.flv",
        "https://cdn.example.com/季度.pdf",
        "https://cdn.example.com/a b.pdf",
        "https://cdn.example.com/a\r\nb.pdf",
        "https://cdn.example.com/a\tb.pdf",
    ],
)
def test_what_is_no_url(url):
    with pytest.raises(InvalidEndpoint, match=r"url .* is not") as caught:
        sign(url, KEY)
    assert repr(url) in str(caught.value)


@pytest.mark.parametrize("expires_in", [0, -60, 0.5, "60", True, timedelta(milliseconds=1500)])
def test_a_bad_lifetime(expires_in):
    with pytest.raises(InvalidExpiry, match=r"expires_in=.*1 second or more"):
        sign(FLV, KEY, expires_in=expires_in)


@pytest.mark.parametrize("expires_in", [7000 * 366 * 86_400, 10**15])
def test_past_the_last_date(expires_in):
    with pytest.raises(InvalidExpiry, match="after the year 9998"):
        sign(FLV, KEY, expires_in=expires_in, now=MOMENT + timedelta(days=366 * 1200))


def test_a_naive_moment():
    with pytest.raises(InvalidArgument, match=r"now=.*has no time zone"):
        sign(FLV, KEY, now=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"type": "D"}, "CDN type 'D' is unknown; allowed are A, B, C, F"),
        ({"validity": 0}, "CDN validity=0 is not a number of seconds of at least 1"),
        ({"validity": "1800"}, "CDN validity='1800'"),
        ({"validity": True}, "CDN validity=True"),
        ({"type": ["A"]}, "CDN type .* is unknown"),
        ({"sign_name": "a b&"}, "CDN sign_name='a b&' is no name"),
        ({"type": "C", "query": True, "sign_name": "x", "time_name": "x"}, "sign_name and time_name are both 'x'"),
    ],
)
def test_a_bad_scheme(arguments, message):
    with pytest.raises(InvalidArgument, match=message):
        Scheme(**arguments)


@pytest.mark.parametrize("arguments", [{"nonce": "a-b"}, {"uid": "1-2"}, {"nonce": "a&b=c"}, {"uid": ""}])
def test_parts_that_would_be_read_as_others(arguments):
    with pytest.raises(InvalidArgument, match=f"{next(iter(arguments))} .* must be letters and digits"):
        sign(FLV, KEY, **arguments)


def test_type_f_takes_no_query():
    with pytest.raises(InvalidArgument, match=r"has a query.*use type A or C"):
        sign(f"{FLV}?x-oss-process=a", KEY, "F")
