"""Credentials that refresh themselves: what reading them costs, and how often STS is asked."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from harness import Row, at_most, in_turns, main, microseconds, ratio

NAME = "credentials"

_LINKS = 100  # a round's
_NAMES = [f"reports/2026/{number:06}.pdf" for number in range(_LINKS)]
_CYCLES = 20
# The processes, the databases and the scenarios of the tests.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))


def run() -> list[Row]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "project_settings"
    import django

    django.setup()
    with _site() as (emulator, provider, storages):
        return [*_reading(provider, storages), _calls(emulator)]


@contextmanager
def _site() -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """An emulator, the provider of its role, and storages that sign with its keys, with the role's, and with a copy."""
    from credentials.processes.fleet import site_config
    from django.db import connections
    from django.test import override_settings
    from services.databases import Databases
    from services.session import Session

    from django_oss_share.oss import Credentials
    from django_oss_share.providers import credentials_source
    from django_oss_share.storage import OSSStorage
    from django_oss_share.testing import OSSEmulator

    session = Session.begin()
    try:
        with Databases(session, "bench").as_default("sqlite"), OSSEmulator() as emulator:
            config = site_config(emulator, emulator.sts_endpoint, dict(connections.settings["default"]))
            with override_settings(OSS_SHARE={"CREDENTIALS": {"default": config["credentials"]}}):
                provider = credentials_source("default")
                given = provider.retrieve()
                copy = Credentials(given.access_key_id, given.access_key_secret, given.security_token)
                yield (
                    emulator,
                    provider,
                    {
                        "static": OSSStorage(**emulator.storage_options()),
                        "role": OSSStorage(**config["storage"], credentials="default"),
                        "copy": OSSStorage(**config["storage"], credentials=lambda: copy),
                    },
                )
    finally:
        session.end()


def _reading(provider: Any, storages: dict[str, Any]) -> list[Row]:
    presigner = storages["role"]._presigner
    seconds = in_turns(
        {
            "retrieve": partial(_repeat, provider.retrieve),
            "presign": partial(_each, lambda name: presigner.presign(name, expires_in=900)),
            "static": partial(_each, storages["static"].url),
            "copy": partial(_each, storages["copy"].url),
            "role": partial(_each, storages["role"].url),
            "named": partial(_each, lambda name: storages["role"].url(name, expire=600)),
            "static named": partial(_each, lambda name: storages["static"].url(name, expire=600)),
        },
        rounds=60,
        clock=time.process_time,
    )
    took = {name: microseconds(median(each) / _LINKS) for name, each in seconds.items()}

    def beside(above: str, below: str, what: str) -> tuple[str, str, float]:
        return took[above], f"{took[below]}: {what}", ratio(seconds[above], seconds[below])

    def untargeted(what: str, measured: str, peer: str, times: float) -> Row:
        return Row(what, measured, peer, f"{times:.2f} x the time")

    return [
        at_most("Reading current credentials", *beside("retrieve", "presign", "`presign()` with them"), 0.15),
        at_most("`url()` with a role", *beside("role", "static", "with a key pair, which has no token to sign"), 1.2),
        untargeted("`url()` with a role", *beside("role", "copy", "with a token that nothing refreshes")),
        untargeted("`url(expire=600)` with a role", *beside("named", "static named", "the same with a key pair")),
    ]


def _repeat(read: Callable[[], object]) -> None:
    for _ in range(_LINKS):
        read()


def _each(sign: Callable[[str], object]) -> None:
    for name in _NAMES:
        sign(name)


def _calls(emulator: Any) -> Row:
    """Four processes of eight threads, through twenty tokens."""
    from credentials.processes.fleet import Nursery, fleet
    from credentials.processes.scenarios import cycles

    from django_oss_share.models import StoredCredentials

    emulator.reset()
    StoredCredentials.objects.all().delete()
    nursery = Nursery()
    try:
        with fleet(nursery, emulator) as made:
            seen = cycles(made, _CYCLES)
    finally:
        nursery.end()
    return Row(
        f"STS calls for {seen.calls} tokens, 4 processes × 8 threads",
        f"{seen.calls} calls",
        f"{seen.asked} links, {seen.failed} failed",
        "1 a token",
        "one a token, no failed link",
        not seen.failed,
    )


if __name__ == "__main__":
    main(run)
