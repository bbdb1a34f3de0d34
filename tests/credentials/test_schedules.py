"""Who refreshes: Celery beat, over each kind of broker; cron; and, without either, whoever needs a link."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from django_oss_share import tasks
from django_oss_share.models import StoredCredentials
from django_oss_share.providers import cycle
from django_oss_share.services import sts
from django_oss_share.testing import Fault, Kind

from .processes.fleet import site_config

TESTS = Path(__file__).resolve().parent.parent


# Celery


@pytest.fixture(params=["redis", "rabbitmq", "filesystem"])
def broker(request, tmp_path):
    """Celery's settings for a broker of its own."""
    if request.param == "filesystem":
        folders = {name: str(tmp_path / "broker") for name in ("data_folder_in", "data_folder_out")}
        (tmp_path / "broker").mkdir()
        return {
            "broker": "filesystem://",
            "broker_transport_options": {**folders, "control_folder": str(tmp_path / "control")},
        }
    queue = f"credentials-{uuid4().hex}"
    return {"broker": request.getfixturevalue(f"{request.param}_url"), "task_default_queue": queue}


@pytest.fixture
def beat(broker, oss_emulator, each_database, tmp_path):
    """A worker with beat in it, over the emulator, whose tokens live seconds; its process."""
    site = site_config(oss_emulator, oss_emulator.sts_endpoint, dict(connections.settings["default"]))
    config = {**site, "celery": broker}
    oss_emulator.faults.add(Fault(Kind.TOKEN_LIFE, operation="AssumeRole", seconds=4))
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "credentials.processes.celery_site"),
                *("worker", "-B", "--pool=solo", "--without-mingle", "--without-gossip", "--without-heartbeat"),
                # In memory: what Celery keeps on disk is, by CPython 3.13, an SQLite file opened after a fork.
                "--scheduler=celery.beat:Scheduler",
            ],
            env={**os.environ, "PYTHONPATH": str(TESTS), "SITE": json.dumps(config, default=str), "NO_PROXY": "*"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def await_number(number: int, beat, log: Path) -> None:
    give_up = time.monotonic() + 60
    while (StoredCredentials.objects.values_list("number", flat=True).first() or 0) < number:
        assert beat.poll() is None, log.read_text()
        assert time.monotonic() < give_up, log.read_text()
        time.sleep(0.1)


@pytest.mark.parametrize("each_database", ["sqlite"], indirect=True)
def test_beat_refreshes_and_once_it_is_killed_readers_do(beat, role, oss_emulator, tmp_path):
    await_number(3, beat, tmp_path / "log")
    calls = oss_emulator.calls["AssumeRole"]
    assert calls <= StoredCredentials.objects.get().number, "each call has a number of its own"
    os.killpg(beat.pid, signal.SIGKILL)
    beat.wait()
    stored = StoredCredentials.objects.get()
    while time.time() < max(stored.expires_at, stored.lease_until or stored.expires_at).timestamp():
        time.sleep(0.1)
    assert role.retrieve().security_token
    role._thread.join()
    assert StoredCredentials.objects.get().number == stored.number + 1


def test_the_task_does_nothing_twice(role, oss_emulator, transactional_db):
    assert tasks.refresh_credentials() == {"default": "fetched"}
    assert tasks.refresh_credentials() == {"default": "current"}
    assert oss_emulator.calls["AssumeRole"] == 1


@pytest.fixture
def long_pauses(monkeypatch):
    """The next try is far off, however slowly a test goes on."""
    monkeypatch.setattr(cycle, "pause", lambda failures, life: 600)


def test_the_task_tells_of_each_set(role, settings, oss_emulator, transactional_db, long_pauses):
    sets = settings.OSS_SHARE["CREDENTIALS"]
    settings.OSS_SHARE = {"CREDENTIALS": {**sets, "wrong": {"PROVIDER": "vault"}, "keys": {"PROVIDER": "environment"}}}
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
    told = tasks.refresh_credentials()
    assert told.keys() == {"default", "wrong"}
    assert told["default"].startswith("failed: STS AssumeRole refused: ServiceUnavailable")
    assert told["wrong"].startswith("failed: OSS_SHARE['CREDENTIALS']['wrong']['PROVIDER'] is 'vault'")
    assert tasks.refresh_credentials()["default"] == "paused"


def test_beats_schedule():
    entry = tasks.beat_schedule()["oss_share.refresh_credentials"]
    assert entry["task"] == tasks.refresh_credentials.name == "oss_share.refresh_credentials"
    # At least ten looks between half of the shortest life and the moment from which a failure presses.
    assert entry["schedule"] <= (870 * 0.5 - 870 * 0.1) / 10


# cron


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("oss_refresh_credentials", *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
class TestCommand:
    def test_what_is_due(self, role, oss_emulator):
        assert command() == "default: refreshed\n"
        assert command("--all") == "default: nothing was due\n"
        assert command("default") == "default: nothing was due\n"
        assert oss_emulator.calls["AssumeRole"] == 1

    def test_by_force(self, role, oss_emulator):
        command()
        assert command("--force") == "default: refreshed\n"
        assert oss_emulator.calls["AssumeRole"] == 2

    def test_failures_exit_with_1(self, role, oss_emulator, long_pauses):
        oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
        with pytest.raises(CommandError, match=r"Not refreshed: default\.") as caught:
            command("--force")
        assert caught.value.returncode == 1
        assert "--force tries at once" in command()

    def test_an_unknown_set(self, role):
        with pytest.raises(CommandError, match="Not refreshed: defualt"):
            command("defualt")

    def test_a_set_that_does_not_end(self, settings):
        settings.OSS_SHARE = {"CREDENTIALS": {"keys": {"PROVIDER": "environment"}}}
        assert command() == ""
        with pytest.raises(CommandError, match="Not refreshed: keys"):
            command("keys")

    def test_a_wrong_setting(self, settings):
        settings.OSS_SHARE = {"CREDENTIALS": []}
        with pytest.raises(CommandError, match="must be a mapping"):
            command()

    def test_encrypting_anew(self, role, settings):
        keys = [f"{name}-key-of-at-least-thirty-two-characters" for name in ("first", "second")]
        settings.OSS_SHARE = {**settings.OSS_SHARE, "ENCRYPTION_KEYS": keys[:1]}
        command()
        settings.OSS_SHARE = {**settings.OSS_SHARE, "ENCRYPTION_KEYS": keys[::-1]}
        before = StoredCredentials.objects.get().sealed
        assert command("--reencrypt") == "Encrypted anew: 1.\n"
        assert StoredCredentials.objects.get().sealed != before
        settings.OSS_SHARE = {
            **settings.OSS_SHARE,
            "ENCRYPTION_KEYS": ["another-key-of-at-least-thirty-two-characters"],
        }
        with pytest.raises(CommandError, match="Not refreshed: default"):
            command("--reencrypt")
        settings.OSS_SHARE = {**settings.OSS_SHARE, "ENCRYPTION_KEYS": keys[1:]}
        assert sts.reencrypt() == (1, [])
