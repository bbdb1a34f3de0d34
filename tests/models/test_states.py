"""``Share.state`` and the querysets say the same of every row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shares.factories import make_share

from django_oss_share.models import Share, State

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
# Before, at and after NOW, so that every comparison is tried at its edge.
moments = st.sampled_from([None, *(NOW + timedelta(microseconds=step) for step in (-1, 0, 1)), NOW - timedelta(days=9)])
rows = st.fixed_dictionaries(
    {
        "revoked_at": moments,
        "starts_at": moments,
        "expires_at": moments,
        "max_downloads": st.sampled_from([None, 1, 2]),
        "downloads": st.integers(0, 3),
    }
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows)
def test_a_row_is_in_the_queryset_of_its_state_alone(db, row):
    Share.objects.all().purge()
    share = make_share(**row)
    found = [state for state in State if Share.objects.in_state(state, NOW).filter(pk=share.pk).exists()]
    assert found == [share.state(NOW)]


def test_every_combination_on_each_database(each_database):
    times = [None, NOW - timedelta(microseconds=1), NOW, NOW + timedelta(microseconds=1)]
    shares = [
        make_share(revoked_at=revoked, starts_at=start, expires_at=end, max_downloads=limit, downloads=1)
        for revoked in (None, NOW)
        for start in times
        for end in times
        for limit in (None, 1, 2)
    ]
    for state in State:
        expected = {share.pk for share in shares if share.state(NOW) is state}
        assert expected
        assert set(Share.objects.in_state(state, NOW).values_list("pk", flat=True)) == expected


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, State.ACTIVE),
        ({"starts_at": NOW + timedelta(seconds=1)}, State.SCHEDULED),
        ({"starts_at": NOW}, State.ACTIVE),
        ({"expires_at": NOW}, State.EXPIRED),
        ({"expires_at": NOW + timedelta(seconds=1)}, State.ACTIVE),
        ({"max_downloads": 2, "downloads": 1}, State.ACTIVE),
        ({"max_downloads": 2, "downloads": 2}, State.EXHAUSTED),
        ({"revoked_at": NOW, "expires_at": NOW, "max_downloads": 0}, State.REVOKED),
        ({"expires_at": NOW, "max_downloads": 0}, State.EXPIRED),
        ({"starts_at": NOW + timedelta(days=1), "max_downloads": 0}, State.SCHEDULED),
    ],
)
def test_the_state_at_a_moment(fields, state):
    assert Share(**fields).state(NOW) is state


def test_the_same_instant_in_another_time_zone_and_across_a_change_of_clocks():
    # Clocks in Berlin went from 02:00 to 03:00 half an hour before.
    end = datetime(2026, 3, 29, 3, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert Share(expires_at=end).state(NOW - timedelta(microseconds=1)) is State.ACTIVE
    assert Share(expires_at=end).state(NOW) is State.EXPIRED


def test_an_unknown_state_is_refused():
    with pytest.raises(ValueError, match="sleeping"):
        Share.objects.in_state("sleeping")
