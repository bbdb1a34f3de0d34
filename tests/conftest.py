"""What every test may ask for, beside the package's own fixture ``oss_emulator``: real servers, see ``services``."""

from collections.abc import Iterator

import pytest
from django.utils import translation

pytest_plugins = ["services.plugin"]


@pytest.fixture(autouse=True)
def no_language_left_over() -> Iterator[None]:
    """LocaleMiddleware leaves the thread in the language of its last request."""
    yield
    translation.deactivate()
