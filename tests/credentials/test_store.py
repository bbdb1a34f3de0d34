"""What processes share: the lease, the fence, the encryption, on each database."""

from __future__ import annotations

import asyncio
import logging
import time
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from services.threads import in_threads

from django_oss_share.models import Action, AuditEvent, StoredCredentials, TokenState
from django_oss_share.oss import CredentialsUnavailable
from django_oss_share.providers import LEASE, Outcome, RefreshFailed
from django_oss_share.providers.token import utc
from django_oss_share.services import audit, sts
from django_oss_share.services.sts import DatabaseStore

from .making import DOWN, START, Setup

KEYS = ["a-first-key-of-at-least-thirty-two-characters", "a-second-key-of-at-least-thirty-two-characters"]


class Process(Setup):
    """What another process would have: a provider with an empty memory over the same database."""

    def __init__(self, name: str = "default", fingerprint: str = "settings") -> None:
        super().__init__(lambda: DatabaseStore(name, fingerprint))

    @property
    def store(self) -> DatabaseStore:
        return self.provider._cycle.store


process = Process


def several(count: int) -> list[Process]:
    """So many processes with one source and one clock."""
    made = [process() for _ in range(count)]
    for each in made[1:]:
        each.source = each.provider._cycle._fetch = made[0].source
        each.clock = each.provider._clock = each.provider._cycle._clock = made[0].clock
    return made


def settle(*setups: Process) -> None:
    for setup in setups:
        setup.settle()


@pytest.mark.usefixtures("each_database")
class TestSharing:
    def test_one_fetches_and_all_have_it(self):
        processes = several(8)
        pool = iter(processes)
        assert set(in_threads(8, lambda: next(pool).retrieve())) == {"STS.1"}
        assert processes[0].source.calls == 1

    def test_one_call_a_cycle(self):
        processes = several(6)
        clock, source = processes[0].clock, processes[0].source
        for _ in range(5):
            pool = iter(processes)
            in_threads(6, lambda pool=pool: next(pool).retrieve())
            settle(*processes)
            clock.now += 581
        assert source.calls == 5
        assert StoredCredentials.objects.get().number == 5

    def test_who_starts_later_takes_what_is_there(self):
        first, second = several(2)
        first.retrieve()
        assert second.retrieve() == "STS.1"
        assert second.provider.refresh() is Outcome.CURRENT

    def test_a_failure_pauses_all(self):
        first, second = several(2)
        first.source.fails = DOWN
        with pytest.raises(CredentialsUnavailable):
            first.retrieve()
        with pytest.raises(CredentialsUnavailable, match="STS is down"):
            second.retrieve()
        assert first.source.calls == 1
        row = StoredCredentials.objects.get()
        assert (row.failures, row.last_error, row.lease_until) == (1, "STS is down.", None)

    def test_while_one_fetches_the_others_serve_the_old_one(self):
        first, second = several(2)
        first.retrieve(), second.retrieve()
        first.source.gate, first.clock.now = Event(), START + 700
        first.retrieve()
        assert first.source.entered.wait(5)
        assert second.retrieve() == "STS.1"
        second.settle()
        assert second.retrieve() == "STS.1"
        first.source.gate.set()
        settle(first, second)
        first.clock.now += 2
        second.retrieve()
        second.settle()
        assert second.retrieve() == "STS.2"
        assert first.source.calls == 2

    def test_a_link_that_needs_more_waits_for_whoever_fetches(self):
        first, second = several(2)
        first.retrieve(), second.retrieve()
        first.source.gate, first.clock.now = Event(), START + 700
        first.retrieve()
        assert first.source.entered.wait(5)
        got = []
        waiting = Thread(target=lambda: got.append(second.retrieve_for(800)))
        waiting.start()
        first.source.gate.set()
        waiting.join(10)
        settle(first, second)
        assert got == ["STS.2"]
        assert first.source.calls == 2

    def test_a_lease_whose_holder_died_is_taken_over(self):
        first, second = several(2)
        dead = first.store
        assert dead.acquire(dead.load(), START) == 1
        second.clock.now = START + LEASE - 0.01
        assert second.store.acquire(dead.load(), second.clock.now) is None
        second.clock.now = START + LEASE
        assert second.retrieve() == "STS.1"
        assert StoredCredentials.objects.get().number == 2

    def test_a_late_answer_does_not_overwrite_a_newer_one(self):
        late, quick = process(), process()
        late.source.gate = Event()
        thread = Thread(target=lambda: (late.provider.refresh(), connections.close_all()))
        thread.start()
        assert late.source.entered.wait(5)
        quick.clock.now = START + LEASE
        quick.source.calls = 100
        assert quick.retrieve() == "STS.101"
        late.source.gate.set()
        thread.join(10)
        assert process().retrieve() == "STS.101"
        assert late.retrieve() == "STS.101"
        assert AuditEvent.objects.filter(action=Action.CREDENTIALS_REFRESHED).count() == 1

    def test_a_late_failure_is_no_failure_of_the_newer_one(self):
        late, quick = process(), process()
        number = late.store.acquire(late.store.load(), START)
        quick.clock.now = START + LEASE
        quick.retrieve()
        late.store.fail(number, "late", START, START + 1000)
        row = StoredCredentials.objects.get()
        assert (row.failures, row.last_error, row.retry_at) == (0, "", None)

    def test_a_rollback_of_the_caller_undoes_nothing_that_others_need(self):
        """On SQLite, which has one writer, the row is the caller's; the token stays in the process's memory."""
        setup = process()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            assert setup.retrieve() == "STS.1"
            raise ZeroDivisionError
        assert setup.retrieve() == "STS.1"
        assert process().retrieve() == "STS.1"
        stored = StoredCredentials.objects.get()
        assert stored.number == 1
        assert stored.lease_until is None

    @pytest.mark.parametrize(
        "ask", [Process.retrieve, lambda setup: setup.provider.refresh()], ids=["link", "schedule"]
    )
    def test_in_the_midst_of_a_callers_writing(self, ask):
        """SQLite has one writer: whoever waited for another connection to write would wait for itself."""
        setup = process()
        started = time.monotonic()
        with transaction.atomic():
            audit.record(Action.GRANTED)
            ask(setup)
        assert time.monotonic() - started < 5
        assert setup.source.calls == 1
        assert process().retrieve() == "STS.1"

    def test_an_event_loop_gets_a_token_too(self):
        setup = process()

        async def view() -> str:
            return setup.retrieve()

        assert asyncio.run(view()) == "STS.1"
        assert process().retrieve() == "STS.1"

    def test_no_transaction_of_the_callers_is_open_while_the_source_is_asked(self, each_database):
        if each_database == "sqlite":
            return  # whose one writer the caller is
        setup = process()
        seen = []
        fetch = setup.source.__call__
        setup.provider._cycle._fetch = lambda: (seen.append(connection.in_atomic_block), fetch())[1]
        with transaction.atomic():
            setup.retrieve()
            setup.clock.now += 1
            setup.provider.refresh(force=True)
        assert seen == [False, False]

    def test_no_transaction_is_open_while_the_source_is_asked(self):
        setup = process()
        seen = []
        fetch = setup.source.__call__
        setup.provider._cycle._fetch = lambda: (seen.append(connection.in_atomic_block), fetch())[1]
        setup.retrieve()
        setup.clock.now += 1
        setup.provider.refresh(force=True)
        assert seen == [False, False]

    def test_the_audit_tells_of_each_refresh(self):
        setup = process()
        setup.retrieve()
        event = AuditEvent.objects.get()
        assert event.action == Action.CREDENTIALS_REFRESHED
        assert event.data == {
            "credentials": "default",
            "number": 1,
            "key": "STS.***",
            "until": utc(START + 870).isoformat(),
        }

    def test_what_people_see_of_it(self):
        setup = process()
        setup.retrieve()
        row = StoredCredentials.objects.get()
        assert row.expires_at == utc(START + 870)
        assert row.next_refresh_at == utc(START + 435)
        moments = [0, 579, 580, 783, 870]
        states = [row.state(utc(START + moment)) for moment in moments]
        assert states == [*[TokenState.CURRENT] * 2, TokenState.DUE, TokenState.PRESSING, TokenState.ENDED]
        assert [row.seconds_left(utc(START + moment)) for moment in moments] == [870, 291, 290, 87, 0]


@pytest.mark.django_db(transaction=True)
class TestSealing:
    def test_nothing_in_the_row_is_readable(self):
        process().retrieve()
        row = StoredCredentials.objects.values().get()
        for secret in ("secret-1", "token-1", "STS.1"):
            assert secret not in str(row)

    def test_a_new_key_reads_what_an_old_one_sealed(self, settings):
        settings.OSS_SHARE = {"ENCRYPTION_KEYS": KEYS[:1]}
        process().retrieve()
        settings.OSS_SHARE = {"ENCRYPTION_KEYS": KEYS[::-1]}
        assert process().retrieve() == "STS.1"
        assert sts.reencrypt() == (1, [])
        settings.OSS_SHARE = {"ENCRYPTION_KEYS": KEYS[1:]}
        setup = process()
        assert setup.retrieve() == "STS.1"
        assert setup.source.calls == 0

    def test_a_lost_key_is_said_once_and_the_token_fetched_anew(self, settings, caplog):
        caplog.set_level(logging.WARNING)
        settings.OSS_SHARE = {"ENCRYPTION_KEYS": KEYS[:1]}
        process().retrieve()
        settings.OSS_SHARE = {"ENCRYPTION_KEYS": KEYS[1:]}
        assert sts.reencrypt() == (0, ["default"])
        setup = process()
        assert setup.retrieve() == "STS.1"
        assert setup.source.calls == 1
        assert [message for message in caplog.messages if "not among OSS_SHARE['ENCRYPTION_KEYS']" in message] == [
            "The stored credentials 'default' are encrypted under a key that is not among "
            "OSS_SHARE['ENCRYPTION_KEYS'], or were changed since. They are fetched anew."
        ]
        assert process().retrieve() == "STS.1"

    def test_secret_key_and_its_fallbacks_serve_where_no_keys_are_set(self, settings):
        settings.OSS_SHARE = {}
        process().retrieve()
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
        setup = process()
        assert setup.retrieve() == "STS.1"
        assert setup.source.calls == 0

    @pytest.mark.parametrize(
        "change",
        [
            {"sealed": "gAAAAABnonsense"},
            {"sealed": ""},
            {"fingerprint": "those of a former role"},
        ],
        ids=["poisoned", "lost", "other settings"],
    )
    def test_what_cannot_be_used_is_fetched_anew(self, change):
        process().retrieve()
        StoredCredentials.objects.update(**change)
        setup = process()
        setup.retrieve()
        assert setup.source.calls == 1
        assert process().source.calls == 0
        assert process().retrieve() == "STS.1"

    def test_a_row_of_another_set_is_no_use(self):
        process(name="other").retrieve()
        StoredCredentials.objects.update(name="default")
        setup = process()
        setup.retrieve()
        assert setup.source.calls == 1

    def test_columns_that_somebody_changed_lengthen_nothing(self):
        process().retrieve()
        StoredCredentials.objects.update(expires_at=utc(START + 10**6), number=77)
        setup = process()
        setup.clock.now = START + 870
        assert setup.retrieve() == "STS.1"
        assert setup.source.calls == 1, "the sealed end counts"

    def test_an_emptied_table_is_filled_again(self):
        setup = process()
        for _ in range(3):
            setup.provider.refresh(force=True)
            setup.clock.now += 1
        StoredCredentials.objects.all().delete()
        setup.clock.now += 800
        setup.retrieve()
        setup.settle()
        assert setup.retrieve() == "STS.4"
        assert process().retrieve() == "STS.4"

    def test_after_it_is_emptied_a_token_of_the_same_second_is_taken_too(self):
        setup = process()
        for _ in range(2):
            setup.provider.refresh(force=True)
            setup.clock.now += 0.1
        StoredCredentials.objects.all().delete()
        assert setup.provider.refresh(force=True) is Outcome.FETCHED
        assert setup.retrieve() == "STS.3"


@pytest.fixture
def database(monkeypatch):
    """A switch: whether new connections are refused."""

    class Database:
        def down(self) -> None:
            monkeypatch.setattr(BaseDatabaseWrapper, "connect", refuse)

        def up(self) -> None:
            monkeypatch.undo()

    def refuse(self) -> None:
        raise OperationalError("could not connect")

    return Database()


@pytest.mark.django_db(transaction=True)
class TestWithoutTheDatabase:
    def test_a_process_without_a_token_fetches_for_itself(self, database, caplog):
        database.down()
        setup = process()
        assert setup.retrieve() == "STS.1"
        assert caplog.messages == [
            "The credentials 'default' are fetched for this process alone: The database failed (OperationalError)."
        ]
        assert setup.retrieve() == "STS.1"
        database.up()
        assert not StoredCredentials.objects.exists()

    def test_a_good_token_is_kept_until_it_presses(self, database):
        setup = process()
        setup.retrieve()
        database.down()
        for moment, calls in ((600, 1), (700, 1), (784, 2)):
            setup.clock.now = START + moment
            setup.retrieve()
            assert setup.source.calls == calls
        assert setup.retrieve() == "STS.2"

    def test_afterwards_all_share_again(self, database):
        setup = process()
        setup.retrieve()
        database.down()
        setup.clock.now = START + 860
        setup.retrieve()
        database.up()
        setup.clock.now += 700
        setup.retrieve()
        assert setup.retrieve() == "STS.3"
        assert process().retrieve() == "STS.3"

    def test_a_source_that_fails_is_not_hurried(self, database):
        database.down()
        setup = process()
        setup.source.fails = DOWN
        for _ in range(5):
            with pytest.raises(CredentialsUnavailable, match="STS is down"):
                setup.retrieve()
        assert setup.source.calls == 1
        with pytest.raises(RefreshFailed):
            setup.provider.refresh(force=True)

    def test_a_token_that_could_not_be_kept_serves_the_process(self, monkeypatch, caplog):
        def refuse(*args, **kwargs):
            raise OperationalError("database is locked")

        monkeypatch.setattr(audit, "record", refuse)
        setup = process()
        assert setup.retrieve() == "STS.1"
        assert "is known to this process alone" in caplog.text
        assert StoredCredentials.objects.get().sealed == "", "neither the token nor the audit row"
