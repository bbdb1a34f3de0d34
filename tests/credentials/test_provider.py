"""One process: who fetches, who waits, and for how long."""

from __future__ import annotations

import logging
import os
import time
from threading import Event, Thread
from threading import enumerate as enumerate_threads

import pytest
from services.threads import in_threads

from django_oss_share.oss import CredentialsUnavailable
from django_oss_share.providers import Outcome, RefreshFailed, RefreshingProvider, cycle, refreshing

from .making import DOWN, LIFE, START, Setup


@pytest.fixture
def at() -> Setup:
    return Setup()


def test_one_call_serves_until_a_third_is_left(at):
    assert {at.retrieve() for _ in range(100)} == {"STS.1"}
    at.clock.now = START + 579
    assert at.retrieve() == "STS.1"
    at.settle()
    assert at.source.calls == 1


def test_the_next_is_fetched_in_the_background(at):
    at.retrieve()
    at.source.gate, at.clock.now = Event(), START + 580
    assert at.retrieve() == "STS.1"
    assert at.source.entered.wait(5)
    assert at.retrieve() == "STS.1"
    at.source.gate.set()
    at.settle()
    assert at.retrieve() == "STS.2"
    assert at.source.calls == 2


@pytest.mark.parametrize("count", [10, 50])
def test_many_threads_make_one_call(at, count):
    assert in_threads(count, at.retrieve) == ["STS.1"] * count
    assert at.source.calls == 1
    at.clock.now = START + 869
    in_threads(count, at.retrieve)
    at.settle()
    assert at.source.calls == 2


def test_a_hanging_source_holds_nobody_up_while_a_token_is_good(at):
    at.retrieve()
    at.source.gate, at.clock.now = Event(), START + 800
    started = time.monotonic()
    assert in_threads(8, at.retrieve) == ["STS.1"] * 8
    assert time.monotonic() - started < 1
    at.source.gate.set()
    at.settle()


def test_one_thread_fetches_for_all_that_wait(at):
    at.source.gate = Event()
    waiting = [Thread(target=at.provider.retrieve) for _ in range(8)]
    for thread in waiting:
        thread.start()
    assert at.source.entered.wait(5)
    fetching = [thread for thread in enumerate_threads() if thread.name == "oss-credentials-default"]
    at.source.gate.set()
    for thread in waiting:
        thread.join(10)
    assert len(fetching) == 1
    assert at.source.calls == 1


def test_without_a_token_a_hanging_source_is_waited_for_and_given_up(at, monkeypatch):
    monkeypatch.setattr(refreshing, "PATIENCE", 0.2)
    at.source.gate = Event()
    with pytest.raises(CredentialsUnavailable, match=r"'default': There was no answer") as caught:
        at.retrieve()
    assert caught.value.retry_after >= 1
    at.source.gate.set()
    at.settle()
    assert at.retrieve() == "STS.1"


def test_the_old_one_is_served_to_its_last_second_and_no_longer(at):
    at.retrieve()
    at.source.fails = DOWN
    at.clock.now = START + 869.9
    assert at.retrieve() == "STS.1"
    at.settle()
    at.clock.now = START + 870
    with pytest.raises(CredentialsUnavailable, match=r"STS is down\. The next try is in \d+ s"):
        at.retrieve()


def test_failures_are_paused_between(at):
    at.retrieve()
    at.source.fails = DOWN
    for second in range(580, 870):
        at.clock.now = START + second
        at.retrieve()
        at.settle()
    # 1, 2, 4, 8, 16 and then up to 29 seconds, each jittered down to half of it at most.
    assert 290 / 29 < at.source.calls - 1 < 2 * 290 / 29 + 6


def test_it_recovers_within_a_pause(at):
    at.source.fails = DOWN
    with pytest.raises(CredentialsUnavailable) as caught:
        at.retrieve()
    at.source.fails = None
    with pytest.raises(CredentialsUnavailable):
        at.retrieve()
    at.clock.now += caught.value.retry_after
    assert at.retrieve() == "STS.2"


def test_one_warning_then_one_error_then_another_when_it_is_over(at, caplog):
    caplog.set_level(logging.INFO, "django_oss_share.credentials")
    at.retrieve()
    at.source.fails = DOWN
    for second in range(580, 1000):
        at.clock.now = START + second
        try:
            at.retrieve()
        except CredentialsUnavailable:
            assert second >= 870
        at.settle()
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR", "ERROR"]
    assert "good until 03:18:35Z" in caplog.messages[0]


# Links that need more than is left


def test_too_little_left_is_refreshed_first(at):
    at.retrieve()
    at.clock.now = START + 200
    assert at.retrieve_for(670) == "STS.1"
    assert at.retrieve_for(671) == "STS.2"
    assert at.retrieve() == "STS.2"


def test_as_long_as_can_be_is_always_covered(at):
    for second in range(0, 200, 7):
        at.clock.now = START + second
        left = at.provider.retrieve_for(840).expiration.timestamp() - int(at.clock.now)
        assert left >= 840


def test_longer_than_any_token_costs_no_call(at):
    at.retrieve()
    at.clock.now = START + 200
    assert at.retrieve_for(5000) == "STS.1"
    assert at.source.calls == 1


def test_where_no_newer_one_is_to_be_had_the_old_one_serves(at):
    at.retrieve()
    at.source.fails, at.clock.now = DOWN, START + 200
    assert [at.retrieve_for(800) for _ in range(20)] == ["STS.1"] * 20
    assert at.source.calls == 2
    assert at.retrieve() == "STS.1"
    at.clock.now = START + 500
    assert at.retrieve() == "STS.1"
    assert at.source.calls == 2, "what one link lacked is no reason to hurry"


def test_one_call_for_many_that_need_more(at):
    at.retrieve()
    at.clock.now = START + 200
    assert in_threads(20, lambda: at.retrieve_for(800)) == ["STS.2"] * 20


# Refreshing by schedule


def test_a_schedule_fetches_at_half_of_the_life(at):
    assert at.provider.refresh() is Outcome.FETCHED
    at.clock.now = START + 434
    assert at.provider.refresh() is Outcome.CURRENT
    at.clock.now = START + 435
    assert at.provider.refresh() is Outcome.FETCHED
    assert at.provider.refresh() is Outcome.CURRENT
    assert at.source.calls == 2


def test_by_force_at_any_time(at):
    at.retrieve()
    at.clock.now += 1
    assert at.provider.refresh(force=True) is Outcome.FETCHED
    assert at.retrieve() == "STS.2"


def test_a_schedule_is_told_what_went_wrong_and_then_to_wait(at):
    at.source.fails = DOWN
    with pytest.raises(RefreshFailed, match="down"):
        at.provider.refresh()
    assert at.provider.refresh() is Outcome.PAUSED
    with pytest.raises(RefreshFailed):
        at.provider.refresh(force=True)
    assert at.source.calls == 2


# What is not foreseen


def test_a_bug_in_a_source_is_logged_and_shown(at, caplog):
    at.source.fails = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError, match="a bug"):
        at.retrieve()
    assert caplog.records[0].levelname == "ERROR"
    at.source.fails = None
    at.clock.now += 30
    assert at.retrieve() == "STS.2"


def test_without_a_thread_to_be_had_the_caller_does_it(at, monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(refreshing.threading.Thread, "start", refuse)
    assert at.retrieve() == "STS.1"


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_does_not_wait_for_its_parents_thread(at):
    at.source.gate = Event()
    at.provider._start(0)
    assert at.source.entered.wait(5)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        # Not set: the thread that waits for it, and is not here, may have had its lock when it was copied.
        at.source.gate = None
        try:
            os.write(write, at.retrieve().encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        assert answer.read() == "STS.2"
    os.waitpid(child, 0)
    at.source.gate.set()
    at.settle()


def test_it_works_without_a_store_and_without_a_name():
    setup = Setup()
    provider = RefreshingProvider(setup.source, clock=setup.clock)
    assert provider.retrieve().access_key_id == "STS.1"
    assert repr(provider) == "RefreshingProvider('default')"


def test_patience_is_that_of_the_promises():
    assert cycle.PATIENCE <= 5
    assert LIFE == 900
