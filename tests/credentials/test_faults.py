"""The faults of credentials, with real processes and real databases; ``processes/scenarios.py`` says what is done."""

from __future__ import annotations

import pytest

from .processes.fleet import Nursery, fleet
from .processes.scenarios import SCENARIOS

# Minutes of processes that wait for tokens to end, in which neither interpreter nor Django has a say.
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def nursery():
    made = Nursery()
    yield made
    made.end()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_fault(scenario, each_database, nursery, oss_emulator):
    with fleet(nursery, oss_emulator) as made:
        result = scenario(made)
    assert result.failed == 0
    assert result.asked > 0
