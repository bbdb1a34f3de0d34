import sys
from collections.abc import Iterator

import pytest

from .running import EXAMPLE, Demo, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One for all tests that only look, or upload under a name of their own."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def example_project_on_the_path() -> Iterator[None]:
    """As it is for ``demo.py`` itself: ``harness`` and ``documents`` are imported by these names."""
    sys.path.insert(0, str(EXAMPLE))
    yield
    sys.path.remove(str(EXAMPLE))
