"""The faults, each done to real processes. A scenario asserts what was promised, and returns what it came to.

Tokens live seconds here, so that a scenario does: the emulator shortens them, and all windows with them.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.request import urlopen

import celery
import kombu.exceptions
from django.core.files.storage import storages
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from django_oss_share.models import StoredCredentials
from django_oss_share.providers import share_tokens_by
from django_oss_share.services import sts
from django_oss_share.services.sts import DatabaseStore
from django_oss_share.tasks import refresh_credentials
from django_oss_share.testing import Fault, Kind

from .fleet import Fleet, Totals

_KEYS = [f"{name}-key-of-at-least-thirty-two-characters" for name in ("first", "second", "third")]


@dataclass(frozen=True)
class Result:
    """One line of the table.

    :ivar failed: links that were refused before the end that they named, and asks that ended in an unforeseen error.
    :ivar calls: made to STS, or tried in vain.
    """

    fault: str
    done: str
    asked: int
    failed: int
    calls: int
    seen: str


def sts_down(fleet: Fleet) -> Result:
    """1 and 2: the token serves to its end, then nobody gets a dead link, and all is well soon after STS is back."""
    _life(fleet, 8)
    fleet.start(2)
    fleet.go()
    _await(lambda: fleet.report().opened > 5)
    fleet.gate.shut()
    end = _row().expires_at
    _sleep_until(end, -0.3)
    before = fleet.report()
    assert (before.failures, before.unavailable) == (0, 0), before
    _sleep_until(end, 0.5)
    over = fleet.report()
    _sleep_until(end, 1.5)
    after = fleet.report()
    assert after.failures == 0, after.failed
    assert after.opened == over.opened, "a link was made without a token"
    assert after.unavailable > over.unavailable
    assert min(after.retry_after) >= 1
    assert (after.warnings, after.errors) == (1, 2), "one for the window, one when it presses, one when it is over"
    in_vain = _row().failures
    opened = time.monotonic()
    fleet.gate.open()
    _await(lambda: fleet.report().opened > after.opened)
    back = time.monotonic() - opened
    totals = fleet.stop()
    assert totals.failures == 0, totals.failed
    return Result(
        "1, 2",
        "STS down for the rest of a token's life and beyond, then up again",
        totals.asked,
        totals.failures,
        fleet.gate.passed + in_vain,
        f"{before.opened} links until the token ended, then {totals.unavailable} answers 503; "
        f"links again {back:.1f} s after STS was up; one warning and two errors in the log",
    )


def cold_start(fleet: Fleet) -> Result:
    """3: 32 threads of four processes find no token."""
    fleet.start(4, threads=8)
    fleet.go()
    _await(lambda: fleet.report().asked >= 64)
    totals = _well(fleet.stop())
    assert fleet.gate.passed == 1
    return Result("3", "4 processes of 8 threads start without a token", totals.asked, 0, 1, "one call")


def cycles(fleet: Fleet, count: int = 6) -> Result:
    """3: four processes of eight threads go through cycle after cycle."""
    _life(fleet, 4)
    fleet.start(4, threads=8)
    fleet.go()
    _await(lambda: _number() >= count, seconds=10 * count)
    totals = _well(fleet.stop())
    # While they stop, the next one may fall due, and its call be under way.
    _await(lambda: fleet.gate.passed == _number(), seconds=5)
    tokens = _number()
    return Result("3", f"4 processes of 8 threads, {tokens} tokens", totals.asked, 0, tokens, "one call a token")


def sts_hangs(fleet: Fleet) -> Result:
    """4: whoever fetches is held up, and nobody else."""
    _life(fleet, 10)
    fleet.start(2, credentials_more={"TIMEOUT": 2.5})
    fleet.go()
    _await(lambda: fleet.report().opened > 5)
    fleet.forget()
    fleet.emulator.faults.add(Fault(Kind.HANG, operation="AssumeRole", seconds=30, times=1))
    # The count of failures is back at nought as soon as the next call succeeds; when the last one was stays.
    _await(lambda: _row().failed_at is not None)
    _await(lambda: _number() > 1 and not _row().failures)
    totals = _well(fleet.stop())
    assert totals.slowest < 1.2, totals.slowest
    return Result(
        "4",
        "STS takes a call and does not answer it",
        totals.asked,
        0,
        fleet.gate.passed,
        f"given up in time, then fetched; the slowest link took {totals.slowest * 1000:.0f} ms",
    )


def late_answer(fleet: Fleet) -> Result:
    """4: a process that was stopped in mid-call comes back with an answer that is no longer wanted."""
    askers, late, quick = *fleet.start(1), *fleet.start(2, threads=0)
    askers.tell("go")
    _await(lambda: _number() == 1)
    fleet.emulator.faults.add(Fault(Kind.HANG, operation="AssumeRole", seconds=2, times=1))
    late.send("refresh")
    _await(lambda: fleet.emulator.calls["AssumeRole"] == 2)
    late.signal(signal.SIGSTOP)
    # What the clock would do.
    StoredCredentials.objects.update(lease_until=timezone.now())
    assert quick.tell("refresh") == "fetched"
    newer = _row()
    time.sleep(0.6)
    late.signal(signal.SIGCONT)
    assert late.answer() == "current"
    assert _row().sealed == newer.sealed
    assert _row().number == newer.number == 3
    _more(fleet)
    totals = _well(fleet.stop())
    return Result(
        "4", "a fetching process is stopped (SIGSTOP) and overtaken", totals.asked, 0, 3, "the newer token stays"
    )


def killed(fleet: Fleet) -> Result:
    """5: SIGKILL for whoever holds the lease."""
    asker, holder, other = *fleet.start(1), *fleet.start(2, threads=0)
    asker.tell("go")
    _await(lambda: _number() == 1)
    fleet.emulator.faults.add(Fault(Kind.HANG, operation="AssumeRole", seconds=30, times=1))
    holder.send("refresh")
    _await(lambda: fleet.emulator.calls["AssumeRole"] == 2)
    assert _row().lease_owner.endswith(f"process {holder.pid}")
    fleet.kill(holder)
    died = time.monotonic()
    _await(lambda: other.tell("refresh") == "fetched", seconds=30, pause=0.2)
    taken_over = time.monotonic() - died
    totals = _well(fleet.stop())
    assert _number() == fleet.gate.passed == 3
    return Result(
        "5",
        "the process that fetches is killed (SIGKILL)",
        totals.asked,
        0,
        fleet.gate.passed,
        f"taken over after {taken_over:.0f} s",
    )


def bad_answers(fleet: Fleet) -> Result:
    """6: expired, partial and malformed answers."""
    asker, refresher = *fleet.start(1), *fleet.start(1, threads=0)
    asker.tell("go")
    _await(lambda: _number() == 1)
    stored = _row().sealed
    for kind in (Kind.STS_EXPIRED, Kind.STS_PARTIAL, Kind.STS_MALFORMED):
        fleet.emulator.faults.add(Fault(kind, operation="AssumeRole", times=1))
        assert refresher.tell("refresh").startswith("failed: "), kind
        assert _row().sealed == stored, kind
        _more(fleet)
    assert refresher.tell("refresh") == "fetched"
    totals = _well(fleet.stop())
    return Result(
        "6",
        "STS answers with an expired, a partial and a malformed token",
        totals.asked,
        0,
        fleet.gate.passed,
        "each refused, the old one kept",
    )


def ends_on_the_way(fleet: Fleet) -> Result:
    """7: links that were made by a token that ends before they would."""
    _life(fleet, 20)
    emulator = fleet.emulator
    with _here(fleet):
        links = [storages["default"].presign("a.txt") for _ in range(10)]
        assert all(link.clipped for link in links)
        for link in links:
            emulator.clock_offset = link.expires_at.timestamp() - time.time() - 0.7
            assert urlopen(link.url).status == 200
        emulator.clock_offset = 0
    return Result(
        "7",
        "a token ends between signing and use",
        len(links),
        0,
        fleet.gate.passed,
        "each link was clipped to the token, said so, and worked until the end it named",
    )


def keys_change(fleet: Fleet) -> Result:
    """8: the encryption key is rotated, then lost."""
    asked = 0
    for keys in ([_KEYS[0]], [_KEYS[1], _KEYS[0]]):
        fleet.start(1, share={"ENCRYPTION_KEYS": keys})
        fleet.go()
        _await(lambda: fleet.report().opened > 5)
        asked += _next(fleet).asked
    with override_settings(OSS_SHARE={"ENCRYPTION_KEYS": [_KEYS[1], _KEYS[0]]}):
        assert sts.reencrypt() == (1, [])
    fleet.start(1, share={"ENCRYPTION_KEYS": [_KEYS[1]]})
    fleet.go()
    _await(lambda: fleet.report().opened > 5)
    asked += _next(fleet).asked
    assert fleet.gate.passed == 1
    fleet.start(1, share={"ENCRYPTION_KEYS": [_KEYS[2]]})
    fleet.go()
    _await(lambda: fleet.report().opened > 5)
    lost = _next(fleet)
    assert lost.warnings == 1
    assert fleet.gate.passed == 2
    return Result(
        "8",
        "the encryption key is rotated, then lost",
        asked + lost.asked,
        0,
        2,
        "a call for the lost key, none before",
    )


def memory_and_row(fleet: Fleet) -> Result:
    """9: the memory is lost (a new process) or stale, the row is poisoned or lost."""
    (first,) = fleet.start(1)
    fleet.go()
    _await(lambda: fleet.report().opened > 5)
    (second,) = fleet.start(1)
    second.tell("go")
    _await(lambda: second.tell("report")["opened"] > 5)
    assert fleet.gate.passed == 1, "a new process takes what is stored"
    StoredCredentials.objects.update(sealed="gAAAAA-poison")
    (third,) = fleet.start(1)
    third.tell("go")
    _await(lambda: third.tell("report")["opened"] > 5)
    assert fleet.gate.passed == 2, "poison is fetched anew"
    StoredCredentials.objects.all().delete()
    assert first.tell("refresh") == "fetched"
    _await(lambda: len(fleet.report().keys) == 3)
    totals = _well(fleet.stop())
    return Result(
        "9",
        "a process without memory, a poisoned row, a lost row",
        totals.asked,
        0,
        fleet.gate.passed,
        "what is stored, if it is genuine; else a call",
    )


def broker_down(fleet: Fleet) -> Result:
    """12: nobody schedules a refresh, so readers see to it."""
    _life(fleet, 4)
    app = celery.Celery("without-a-broker", broker="redis://127.0.0.1:1", set_as_current=False)
    refused = 0
    try:
        refresh_credentials.apply_async(connection=app.connection_for_write(connect_timeout=1), retry=False)
    except kombu.exceptions.OperationalError:
        refused = 1
    assert refused
    fleet.start(2)
    fleet.go()
    _await(lambda: _number() >= 3)
    totals = _well(fleet.stop())
    return Result(
        "12", "no broker, no worker, no beat", totals.asked, 0, fleet.gate.passed, "readers refreshed by themselves"
    )


SCENARIOS: tuple[Callable[[Fleet], Result], ...] = (
    sts_down,
    cold_start,
    cycles,
    sts_hangs,
    late_answer,
    killed,
    bad_answers,
    ends_on_the_way,
    keys_change,
    memory_and_row,
    broker_down,
)


def _life(fleet: Fleet, seconds: int) -> None:
    fleet.emulator.faults.add(Fault(Kind.TOKEN_LIFE, operation="AssumeRole", seconds=seconds))


def _row() -> Any:
    return StoredCredentials.objects.get()


def _number() -> int:
    """The fencing number of the newest token; 0 before there is one."""
    return StoredCredentials.objects.exclude(sealed="").values_list("number", flat=True).first() or 0


def _await(condition: Callable[[], bool], *, seconds: float = 30, pause: float = 0.05) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "What was waited for did not happen."
        time.sleep(pause)


def _more(fleet: Fleet) -> None:
    """Let some more links be asked for."""
    before = fleet.report().opened
    _await(lambda: fleet.report().opened > before + 8)


def _sleep_until(moment: datetime, more: float) -> None:
    time.sleep(max(0.0, (moment + timedelta(seconds=more) - timezone.now()).total_seconds()))


def _well(totals: Totals) -> Totals:
    """:raises AssertionError: a link failed, or was not to be had."""
    assert totals.asked
    assert (totals.failures, totals.unavailable) == (0, 0), totals
    return totals


def _next(fleet: Fleet) -> Totals:
    """What the workers of a stage saw; they are gone then."""
    totals = _well(fleet.stop())
    for worker in list(fleet.workers):
        fleet.kill(worker)
    return totals


@contextmanager
def _here(fleet: Fleet) -> Iterator[None]:
    """This process, too, signs as the workers do."""
    config = fleet.config()
    backend = {"BACKEND": "django_oss_share.storage.OSSStorage"}
    options = {**config["storage"], "credentials": "default"}
    share = {"CREDENTIALS": {"default": config["credentials"]}}
    with override_settings(OSS_SHARE=share, STORAGES={"default": {**backend, "OPTIONS": options}}):
        share_tokens_by(DatabaseStore)
        yield
    share_tokens_by(DatabaseStore)
    connections.close_all()
