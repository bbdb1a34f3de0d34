"""How long a link lives: what is accepted, what the token cuts, and that ``expires_at`` is the truth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_oss_share.oss import (
    Credentials,
    CredentialsExpired,
    Endpoint,
    ExpiryTooLong,
    InvalidArgument,
    InvalidExpiry,
    PresignedURL,
    Presigner,
)

_WEEK = 604_800
_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_ENDPOINT = Endpoint.for_region("cn-hangzhou")


def _signer(expiration: datetime | None = None, *, version: str = "v4", window: int = 0) -> Presigner:
    credentials = Credentials("ak", "sk", "token" if expiration else None, expiration)
    return Presigner(credentials, _ENDPOINT, "examplebucket", signature_version=version, window=window)


def _promised(link: PresignedURL) -> datetime:
    """The end that the URL itself carries."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(link.url).query).items()}
    if "Expires" in query:
        return datetime.fromtimestamp(int(query["Expires"]), UTC)
    start = datetime.strptime(query["x-oss-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return start + timedelta(seconds=int(query["x-oss-expires"]))


@pytest.mark.parametrize("version", ["v4", "v1"])
@pytest.mark.parametrize(
    "expires_in",
    [0, -60, 0.5, 60.0, "1 hour", "3600", None, True, timedelta(0), timedelta(seconds=-1), timedelta(seconds=1.5), [1]],
    ids=repr,
)
def test_bad_lifetimes(version: str, expires_in: int) -> None:
    signer = _signer(version=version)
    for sign in (signer.presign, signer.presign_post, lambda key, **kw: next(signer.presign_many([key], **kw))):
        with pytest.raises(InvalidExpiry, match="expires_in=") as caught:
            sign("a", expires_in=expires_in, now=_NOW)
        assert caught.value.field == "expires_in"
        assert _shown(expires_in) in str(caught.value)


def _shown(expires_in: object) -> str:
    whole = isinstance(expires_in, timedelta) and not expires_in.microseconds
    return f"expires_in={int(expires_in.total_seconds()) if whole else expires_in!r} "


@pytest.mark.parametrize("expires_in", [_WEEK + 1, timedelta(days=7, seconds=1), 10**12], ids=repr)
def test_more_than_a_week_is_too_long_for_v4(expires_in: int | timedelta) -> None:
    signer = _signer()
    for sign in (signer.presign, signer.presign_post, lambda key, **kw: next(signer.presign_many([key], **kw))):
        with pytest.raises(ExpiryTooLong, match="604800") as caught:
            sign("a", expires_in=expires_in, now=_NOW)
        assert caught.value.maximum == _WEEK
        assert caught.value.requested > _WEEK


@pytest.mark.parametrize("expires_in", [1, 900, _WEEK, timedelta(seconds=1), timedelta(days=7)], ids=repr)
@pytest.mark.parametrize("version", ["v4", "v1"])
def test_good_lifetimes_are_kept_to_the_second(expires_in: int | timedelta, version: str) -> None:
    link = _signer(version=version).presign("a", expires_in=expires_in, now=_NOW)
    seconds = expires_in if isinstance(expires_in, timedelta) else timedelta(seconds=expires_in)
    assert link.expires_at == _NOW + seconds == _promised(link)
    assert link.expires_at.tzinfo is UTC
    assert not link.clipped


def test_v1_links_may_live_for_years() -> None:
    link = _signer(version="v1").presign("a", expires_in=timedelta(days=3650), now=_NOW)
    assert _promised(link) == link.expires_at == _NOW + timedelta(days=3650)


@pytest.mark.parametrize("expires_in", [timedelta(days=365 * 8000), timedelta.max, 10**15], ids=repr)
def test_an_end_in_the_year_9999_is_refused(expires_in: int | timedelta) -> None:
    if isinstance(expires_in, timedelta):
        expires_in = timedelta(days=expires_in.days)
    with pytest.raises(InvalidExpiry, match="9998"):
        _signer(version="v1").presign("a", expires_in=expires_in, now=_NOW)


def test_a_moment_in_the_year_9999_is_refused() -> None:
    with pytest.raises(InvalidExpiry, match="9998"):
        _signer().presign("a", now=datetime(9999, 12, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (datetime(2026, 3, 1, 12), "no time zone"),  # noqa: DTZ001
        ("2026-03-01", "must be a datetime"),
        (1_772_366_400, "must be a datetime"),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))), "outside the years"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=1))), "outside the years"),
    ],
    ids=["naive", "text", "number", "end of time", "start of time"],
)
def test_a_moment_must_be_an_aware_datetime(now: datetime, message: str) -> None:
    signer = _signer()
    for sign in (signer.presign, signer.presign_post, lambda key, **kw: next(signer.presign_many([key], **kw))):
        with pytest.raises(InvalidArgument, match=message):
            sign("a", now=now)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "UTC"])
def test_a_moment_is_the_same_in_every_time_zone(zone: str) -> None:
    assert _signer().presign("a", now=_NOW.astimezone(ZoneInfo(zone))) == _signer().presign("a", now=_NOW)


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    zone = ZoneInfo("America/New_York")
    first, second = (datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    ends = [_signer().presign("a", expires_in=60, now=now).expires_at for now in (first, second)]
    assert ends[1] - ends[0] == timedelta(hours=1)


def test_fractions_of_the_present_second_are_dropped() -> None:
    assert _signer().presign("a", now=_NOW.replace(microsecond=999_999)) == _signer().presign("a", now=_NOW)


def test_the_clock_is_read_at_each_link() -> None:
    moments = iter([_NOW, _NOW + timedelta(seconds=5)])
    signer = Presigner(Credentials("ak", "sk"), _ENDPOINT, "examplebucket", clock=lambda: next(moments))
    assert [signer.presign("a", expires_in=60).expires_at for _ in range(2)] == [
        _NOW + timedelta(seconds=60),
        _NOW + timedelta(seconds=65),
    ]


def test_the_argument_goes_before_the_clock() -> None:
    def no_clock() -> datetime:
        raise AssertionError("the clock was read")

    signer = Presigner(Credentials("ak", "sk"), _ENDPOINT, "examplebucket", clock=no_clock)
    assert signer.presign("a", expires_in=60, now=_NOW).expires_at == _NOW + timedelta(seconds=60)


def test_a_naive_clock_is_refused() -> None:
    signer = Presigner(Credentials("ak", "sk"), _ENDPOINT, "examplebucket", clock=lambda: datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(InvalidArgument, match="no time zone"):
        signer.presign("a")


def test_the_system_clock_is_the_default() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    end = _signer().presign("a", expires_in=60).expires_at
    assert before <= end - timedelta(seconds=60) <= datetime.now(UTC)


# The token's end


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_the_tokens_end_cuts_the_link(version: str) -> None:
    end = _NOW + timedelta(seconds=300)
    link = _signer(end, version=version).presign("a", expires_in=900, now=_NOW)
    assert link.expires_at == end == _promised(link)
    assert link.clipped


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_a_link_that_ends_with_the_token_is_whole(version: str) -> None:
    link = _signer(_NOW + timedelta(seconds=900), version=version).presign("a", expires_in=900, now=_NOW)
    assert link.expires_at == _NOW + timedelta(seconds=900)
    assert not link.clipped


@pytest.mark.parametrize("left", [0, -1, -86_400])
def test_an_expired_token_signs_nothing(left: int) -> None:
    end = _NOW + timedelta(seconds=left)
    signer = _signer(end)
    for sign in (signer.presign, signer.presign_post, lambda key, **kw: next(signer.presign_many([key], **kw))):
        with pytest.raises(CredentialsExpired) as caught:
            sign("a", now=_NOW)
        assert caught.value.expiration == end
        assert f"{end:%Y-%m-%dT%H:%M:%SZ}" in str(caught.value)
        assert f"{_NOW:%Y-%m-%dT%H:%M:%SZ}" in str(caught.value)


def test_the_last_second_still_signs() -> None:
    link = _signer(_NOW + timedelta(seconds=1)).presign("a", now=_NOW)
    assert link.expires_at == _NOW + timedelta(seconds=1)
    assert link.clipped


def test_a_fraction_of_the_tokens_last_second_is_not_promised() -> None:
    link = _signer(_NOW + timedelta(seconds=10, microseconds=900_000)).presign("a", now=_NOW)
    assert link.expires_at == _NOW + timedelta(seconds=10)


@given(left=st.integers(-100, 1000), asked=st.integers(1, 1000), version=st.sampled_from(["v4", "v1"]))
def test_the_link_lives_as_long_as_asked_or_as_the_token(left: int, asked: int, version: str) -> None:
    end = _NOW + timedelta(seconds=left)
    signer = _signer(end, version=version)
    if left < 1:
        with pytest.raises(CredentialsExpired):
            signer.presign("a", expires_in=asked, now=_NOW)
        return
    link = signer.presign("a", expires_in=asked, now=_NOW)
    assert link.expires_at == min(end, _NOW + timedelta(seconds=asked)) == _promised(link)
    assert link.clipped == (left < asked)


# Windows


@given(
    second=st.integers(0, 10**9),
    asked=st.integers(1, _WEEK),
    window=st.integers(1, 2 * _WEEK),
    version=st.sampled_from(["v4", "v1"]),
)
def test_a_windows_link_lives_at_least_as_long_as_asked(second: int, asked: int, window: int, version: str) -> None:
    now = datetime.fromtimestamp(second, UTC)
    link = _signer(version=version, window=window).presign("a", expires_in=asked, now=now)
    assert now + timedelta(seconds=asked) <= link.expires_at <= now + timedelta(seconds=asked + window)
    assert link.expires_at == _promised(link)


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_one_window_one_link(version: str) -> None:
    signer = _signer(version=version, window=600)
    start = datetime.fromtimestamp(_NOW.timestamp() // 600 * 600, UTC)
    in_window = {signer.presign("a", now=start + timedelta(seconds=second)).url for second in (0, 1, 299, 599)}
    assert len(in_window) == 1
    assert signer.presign("a", now=start + timedelta(seconds=600)).url not in in_window


def test_one_window_one_link_with_a_token() -> None:
    signer = _signer(_NOW + timedelta(minutes=20), window=600)
    links = [signer.presign("a", expires_in=900, now=_NOW + timedelta(seconds=second)) for second in (0, 299, 301, 599)]
    assert len({link.url for link in links}) == 1
    assert [link.expires_at for link in links] == [_NOW + timedelta(minutes=20)] * 4
    assert [link.clipped for link in links] == [False, False, True, True]


def test_the_tokens_end_cuts_a_windows_link_too() -> None:
    end = _NOW + timedelta(seconds=100)
    link = _signer(end, window=600).presign("a", expires_in=60, now=_NOW)
    assert link.expires_at == end == _promised(link)


def test_where_v4_has_no_room_the_window_gives_way_not_the_lifetime() -> None:
    signer = _signer(window=3600)
    later = _NOW + timedelta(seconds=59)
    assert signer.presign("a", expires_in=_WEEK, now=later).expires_at == later + timedelta(seconds=_WEEK)
    assert (
        signer.presign("a", expires_in=_WEEK - 60, now=later).url
        == signer.presign("a", expires_in=_WEEK - 60, now=_NOW).url
    )


@pytest.mark.parametrize("window", [-1, 0.5, "60", None], ids=repr)
def test_bad_windows(window: int) -> None:
    with pytest.raises(InvalidArgument, match="window=") as caught:
        _signer(window=window)
    assert caught.value.field == "window"
