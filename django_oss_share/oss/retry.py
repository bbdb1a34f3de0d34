"""How often a request is tried, and how long to wait before the next try."""

from __future__ import annotations

import random
import time

#: Tries of one request.
TRIES = 3


def pause(attempt: int) -> None:
    """Wait after try number ``attempt``: longer after each, and never for as long as others who failed just now."""
    time.sleep(random.uniform(0.05, 0.2) * 2**attempt)  # noqa: S311 - no secret
