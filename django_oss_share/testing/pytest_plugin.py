"""The fixtures ``oss_emulator`` and ``oss_emulator_server``, for every project that has this package installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .emulator import OSSEmulator


@pytest.fixture(scope="session")
def oss_emulator_server() -> Iterator[OSSEmulator]:
    """One emulator for the whole run, started when a test first asks for it."""
    # Here, so that a run without OSS pays nothing for it.
    from .emulator import OSSEmulator

    with OSSEmulator() as emulator:
        yield emulator


@pytest.fixture
def oss_emulator(oss_emulator_server: OSSEmulator) -> Iterator[OSSEmulator]:
    """An emulator with one empty bucket, ``examplebucket``, no faults, and the right time."""
    oss_emulator_server.reset()
    yield oss_emulator_server
    oss_emulator_server.reset()
