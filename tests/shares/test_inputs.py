"""Every bad input is told by field, value and what is allowed; see also test_creating."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from django_oss_share.models import Mode
from django_oss_share.oss import InvalidArgument, InvalidKey
from django_oss_share.services import inputs
from django_oss_share.services.errors import PolicyViolation
from django_oss_share.services.inputs import NEVER
from django_oss_share.services.policy import Policy

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
POLICY = Policy(timedelta(days=30), YEAR, password_required=False, password_min_length=10, allow_zip=False)
FREE = Policy(None, None, password_required=False, password_min_length=10, allow_zip=True)
STRICT = Policy(timedelta(days=30), YEAR, password_required=True, password_min_length=12, allow_zip=False)


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("", "0 bytes"),
        ("a" * 1024, "1024 bytes"),
        ("季" * 342, "1026 bytes"),
        ("/a", "slash"),
        ("\\a", "slash or backslash"),
        ("a/../b", "'..' segment"),
        ("a\0b", "NUL"),
        ("a\r\nb", "CR"),
        ("a\ud800", "surrogate"),
        ("a//b", "doubled slash"),
        ("a\\b", "backslash"),
        (b"a", "must be a str"),
        (None, "must be a str"),
    ],
)
def test_keys(key, what):
    with pytest.raises(InvalidKey, match="key") as caught:
        inputs.checked_key(key)
    assert what in str(caught.value)
    assert caught.value.field == "key"


@pytest.mark.parametrize("key", ["a", "a" * 1023, "季" * 341, "a/b.c/", " a ", "季度 +%.pdf", "..a/b.."])
def test_good_keys(key):
    assert inputs.checked_key(key) == key


@pytest.mark.parametrize("prefix", ["", "team", "/", "/team/", "a//", "a/../", None])
def test_prefixes(prefix):
    with pytest.raises(InvalidKey) as caught:
        inputs.checked_prefix(prefix)
    assert caught.value.field == "prefix"


@pytest.mark.parametrize(
    ("limit", "message"),
    [(0, "max_downloads=0"), (-1, "=-1"), (2**31, "2147483647"), (1.0, "1.0"), (True, "True"), ("1", "'1'")],
)
def test_limits(limit, message):
    with pytest.raises(InvalidArgument, match="allowed are 1 to 2147483647") as caught:
        inputs.checked_limit(limit)
    assert message in str(caught.value)
    assert (caught.value.field, caught.value.value) == ("max_downloads", limit)


def test_good_limits():
    assert [inputs.checked_limit(limit) for limit in (None, 1, 2**31 - 1)] == [None, 1, 2**31 - 1]


@pytest.mark.parametrize(
    ("networks", "message"),
    [
        (["10.0.0.5/8"], r"'10.0.0.5/8' is not a network: host bits set; meant 10.0.0.0/8\?"),
        (["2001:db8::1/32"], r"meant 2001:db8::/32\?"),
        (["999.1.1.1"], "'999.1.1.1' is not a network: allowed are"),
        (["10.0.0.0/33"], "'10.0.0.0/33'"),
        ([""], "''"),
        ([None], "None"),
        ("10.0.0.0/8", "must be a list"),
    ],
)
def test_networks(networks, message):
    with pytest.raises(InvalidArgument, match=message) as caught:
        inputs.checked_networks(networks)
    assert caught.value.field == "allowed_networks"


def test_good_networks():
    assert inputs.checked_networks(("10.0.0.0/8", "203.0.113.7", "2001:DB8::/32")) == [
        "10.0.0.0/8",
        "203.0.113.7/32",
        "2001:db8::/32",
    ]


@pytest.mark.parametrize("password", ["x" * 9, "x" * 1_000_000, "季" * 342])
def test_passwords(password):
    with pytest.raises(PolicyViolation) as caught:
        inputs.checked_password(password, POLICY)
    assert caught.value.field == "password"
    assert f"{len(password)} characters; allowed are 10" in str(caught.value)
    assert password not in str(caught.value)
    assert caught.value.value is None


def test_a_password_that_cannot_be_encoded():
    with pytest.raises(InvalidArgument, match="lone surrogate"):
        inputs.checked_password("x" * 10 + "\ud800", POLICY)


def test_a_required_password():
    for missing in (None, ""):
        with pytest.raises(PolicyViolation, match="PASSWORD_REQUIRED.*12 to 1024"):
            inputs.checked_password(missing, STRICT)
        assert inputs.checked_password(missing, POLICY) is None
    assert inputs.checked_password("x" * 10, POLICY) == "x" * 10


def test_a_password_of_another_kind_is_not_repeated():
    with pytest.raises(InvalidArgument) as caught:
        inputs.checked_password(b"sentinel-secret", POLICY)
    assert "sentinel" not in str(caught.value)


@pytest.mark.parametrize(
    ("expiry", "message"),
    [
        (0, "out of range; allowed are 1 second to"),
        (-60, "out of range"),
        (0.5, "must be an aware datetime, a timedelta, or seconds as an int"),
        (True, "must be"),
        ("1 hour", "'1 hour' must be"),
        (timedelta(0), "out of range"),
        (timedelta.max, "out of range"),
        (10**12, "out of range"),
        (datetime(2026, 4, 1), "no time zone"),  # noqa: DTZ001 - the bad input
        (NOW, "2026-03-01 12:00:00 UTC is not after now, 2026-03-01 12:00:00 UTC"),
        (NOW - timedelta(hours=1), "2026-03-01 11:00:00 UTC is not after now, 2026-03-01 12:00:00 UTC"),
        (datetime(9999, 12, 31, tzinfo=UTC), "too late: a share may live 365 days, until 2027-03-01 12:00:00 UTC"),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), "the years 1 to 9999"),
        (NEVER, "NEVER is not allowed: a share may live 365 days at most"),
    ],
)
def test_expiries(expiry, message):
    with pytest.raises(InvalidArgument) as caught:
        inputs.checked_expiry(expiry, POLICY, NOW, None)
    assert message in str(caught.value)
    assert (caught.value.field, caught.value.value) == ("expires_at", expiry)


def test_an_expiry_that_the_policy_forbids_is_a_violation():
    for expiry in (NEVER, NOW + YEAR + timedelta(minutes=2)):
        with pytest.raises(PolicyViolation):
            inputs.checked_expiry(expiry, POLICY, NOW, None)


def test_even_without_a_maximum_nothing_lives_for_8000_years():
    with pytest.raises(PolicyViolation, match="36525 days"):
        inputs.checked_expiry(datetime(9998, 1, 1, tzinfo=UTC), FREE, NOW, None)


def test_an_expiry_before_the_start():
    start = NOW + timedelta(days=2)
    with pytest.raises(InvalidArgument, match="2026-03-02 12:00:00 UTC is not after its start, 2026-03-03 12:00:00"):
        inputs.checked_expiry(timedelta(days=1), POLICY, NOW, start)


@pytest.mark.parametrize(
    ("expiry", "end"),
    [
        (60, NOW + timedelta(minutes=1)),
        (timedelta(minutes=5), NOW + timedelta(minutes=5)),
        (YEAR, NOW + YEAR),
        (datetime(2026, 3, 2, 1, tzinfo=timezone(timedelta(hours=8))), datetime(2026, 3, 1, 17, tzinfo=UTC)),
    ],
)
def test_good_expiries(expiry, end):
    assert inputs.checked_expiry(expiry, POLICY, NOW, None) == end


def test_never_where_the_policy_lets_it():
    assert inputs.checked_expiry(NEVER, FREE, NOW, None) is None


@pytest.mark.parametrize("filename", ["a\u202efdp.exe", "a\r\nb", "a/b", "a\\b", "   ", "x" * 256, "a\ud800"])
def test_file_names(filename):
    with pytest.raises(InvalidArgument) as caught:
        inputs.checked_filename(filename)
    assert "filename" in str(caught.value)


@pytest.mark.parametrize("text", ["x" * 201, "a\0b", "a\ud800", 5])
def test_texts(text):
    with pytest.raises(InvalidArgument, match="name") as caught:
        inputs.checked_text("name", text, 200)
    assert len(str(caught.value)) < 300


def test_choices():
    with pytest.raises(InvalidArgument, match="mode='popup' is unknown; allowed are 'page', 'direct'"):
        inputs.checked_choice("mode", "popup", Mode)
    assert inputs.checked_choice("mode", "direct", Mode) == "direct"
