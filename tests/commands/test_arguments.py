from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management.base import CommandError
from shares.factories import make_share

from django_oss_share.management.arguments import (
    age,
    count,
    duration,
    expiry,
    head,
    moment,
    share_named,
    user_named,
)
from django_oss_share.services import shares, tokens


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("45", 45), ("30m", 1800), ("12h", 43_200), ("2w", 1_209_600), ("1d12h", 129_600)],
)
def test_lengths_of_time(text, seconds):
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "1 hour", "-5m", "5y", "h", "1.5h", "9" * 30 + "d"])
def test_what_is_no_length_of_time_is_named(text):
    with pytest.raises(ArgumentTypeError) as error:
        duration(text)
    assert repr(text) in str(error.value)


def test_an_expiry_is_a_length_a_date_a_time_or_never(settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    assert expiry("30d") == timedelta(days=30)
    assert expiry("2027-01-01") == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert expiry("2027-01-01T08:00+01:00") == datetime(2027, 1, 1, 7, tzinfo=UTC)
    assert expiry("never") is shares.NEVER


@pytest.mark.parametrize(("zone", "text"), [("America/Chicago", "9999-12-31T23:59"), ("Asia/Shanghai", "0001-01-01")])
def test_the_ends_of_the_calendar(settings, zone, text):
    settings.TIME_ZONE = zone
    with pytest.raises(ArgumentTypeError, match="not in the calendar"):
        moment(text)


def test_ages_and_counts_and_heads():
    assert age("365d") == age("52w1d") == timedelta(days=365)
    assert count("50") == 50
    assert head("0a" * 32) == "0a" * 32


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        # Meant as days, but they would be seconds: all of the audit would go.
        (age, "365"),
        (age, "0d"),
        (age, "23h"),
        (age, "36526d"),
        (count, "0"),
        (count, "-1"),
        (count, "many"),
        (count, "9" * 30),
        (head, ""),
        (head, "none"),
        (head, "0a" * 31),
    ],
)
def test_what_is_none(kind, text):
    with pytest.raises(ArgumentTypeError) as error:
        kind(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "2026-02-30T08:00"])
def test_what_is_no_expiry_is_named(text):
    with pytest.raises(ArgumentTypeError, match=text):
        expiry(text)
    with pytest.raises(ArgumentTypeError, match=text):
        moment(text)


def test_a_share_is_found_by_number_public_id_token_and_link(db):
    share = make_share()
    token = tokens.make(share)
    page = f"https://files.example.com/s/{token}/"
    for text in (str(share.pk), share.public_id, token, page, f"/s/{token}/", page + "file/?item=2", page + "#top"):
        assert share_named(text) == share


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("999", "no share with number 999"),
        ("ab" * 9, "no share with public id abab"),
        ("https://files.example.com/s/nonsense/", "its number, its public id"),
        ("https://[files.example.com/", "its number, its public id"),
        ("", "its number, its public id"),
        ("a\udcff", "its number, its public id"),
    ],
)
def test_a_share_that_is_not_there(db, text, says):
    with pytest.raises(CommandError, match=says):
        share_named(text)


def test_an_old_link_still_names_its_share_but_is_never_repeated(db):
    share = make_share()
    old = tokens.make(share)
    shares.rotate(share)
    assert share_named(old) == share
    with pytest.raises(CommandError) as error:
        share_named(old[:-1] + ("A" if old[-1] != "A" else "B"))
    assert old[:20] not in str(error.value)


@pytest.mark.parametrize("name", ["nobody", "an\udcff", ""])
def test_a_user_that_is_not_there(db, name):
    with pytest.raises(CommandError) as error:
        user_named(name)
    assert f"no user {name!r}" in str(error.value)
