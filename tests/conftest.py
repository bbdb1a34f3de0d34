"""What every test may ask for, beside the package's own fixture ``oss_emulator``: real servers, see ``services``."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import settings

pytest_plugins = ["services.plugin"]

#: Rooms that are the same on every interpreter and Django: what they test is on the other side of a connection, and all
#: other rooms go through it, or it is about the repository itself.
_ONCE = ("benchmarks", "clients", "docs", "emulator", "emulator_auth")


# How long an example takes says more of the machine's other work than of the code.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).relative_to(Path(__file__).parent).parts[0] in _ONCE:
            item.add_marker(pytest.mark.once)


@pytest.fixture(autouse=True)
def no_language_left_over() -> Iterator[None]:
    """LocaleMiddleware leaves the thread in the language of its last request."""
    yield
    translation.deactivate()
