"""Tries at passwords: 5 of a client in 15 minutes, 60 of everybody in an hour, in any such stretch of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_oss_share.models import PasswordAttempt
from django_oss_share.services import throttles
from django_oss_share.services.clients import Client
from shares.factories import make_share

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def client(number=1):
    return Client(ip_address("198.51.100.0") + number)


def charge(share, at=NOW, who=None):
    return throttles.charge_password_try(share, who or client(), at)


def test_five_tries_then_wait_for_the_first_to_grow_old():
    share = make_share()
    for second in range(5):
        assert charge(share, NOW + timedelta(seconds=second)).attempt
    refused = charge(share, NOW + timedelta(seconds=10))
    assert (refused.attempt, refused.retry_after) == (None, 15 * 60 - 10)
    assert charge(share, NOW + 15 * MINUTE - timedelta(seconds=1)).retry_after == 1
    assert charge(share, NOW + 15 * MINUTE).attempt
    assert charge(share, NOW + 15 * MINUTE).attempt is None
    assert charge(share, NOW + 15 * MINUTE + timedelta(seconds=1)).attempt


def test_a_refused_try_is_not_counted():
    share = make_share()
    for _ in range(9):
        charge(share)
    assert PasswordAttempt.objects.count() == 5


def test_clients_and_shares_are_counted_apart():
    share, other = make_share(), make_share()
    for _ in range(5):
        charge(share)
    assert charge(share, who=client(2)).attempt
    assert charge(other).attempt
    assert charge(share).attempt is None


def test_sixty_tries_of_everybody():
    share = make_share()
    for number in range(60):
        assert charge(share, NOW + number * MINUTE / 2, client(number)).attempt
    refused = charge(share, NOW + 40 * MINUTE, client(61))
    assert (refused.attempt, refused.retry_after) == (None, 20 * 60)
    assert charge(share, NOW + 60 * MINUTE, client(61)).attempt


def test_what_turned_out_right_does_not_count():
    share = make_share()
    for _ in range(20):
        throttles.take_back(charge(share).attempt)
    assert charge(share).attempt


def test_old_tries_are_forgotten():
    share = make_share()
    charge(share)
    charge(share, NOW + timedelta(hours=1))
    assert PasswordAttempt.objects.count() == 1


def test_no_address_is_kept():
    share = make_share()
    charge(share)
    assert "198" not in PasswordAttempt.objects.get().client


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 3)), max_size=40))
def test_no_stretch_of_15_minutes_has_six(db, steps):
    share, at, charged = make_share(), NOW, []
    for seconds, who in steps:
        at += timedelta(seconds=seconds)
        if charge(share, at, client(who)).attempt:
            charged.append((at, who))
    for start, who in charged:
        within = [moment for moment, other in charged if other == who and start <= moment < start + 15 * MINUTE]
        assert len(within) <= 5
