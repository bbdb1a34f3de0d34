"""What Celery runs: one function a task, each a thin call of a service. Arguments and results hold names and numbers.

::

    app.conf.beat_schedule = {**beat_schedule(), ...}
"""

from __future__ import annotations

from typing import Any

from celery import shared_task

from .services import sts

#: Seconds between two looks whether a token is due; a fiftieth of the shortest life that one can have.
_EVERY = 20.0


@shared_task(name="oss_share.refresh_credentials")
def refresh_credentials() -> dict[str, str]:
    """Fetch the next token of all credentials that are past half of their life; twice does no more than once.

    :return: by name, what came of it.
    """
    return sts.refresh_all()


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The periodic tasks, as ``beat_schedule`` has them; a task that waited longer than its period is dropped."""
    return {
        "oss_share.refresh_credentials": {
            "task": refresh_credentials.name,
            "schedule": _EVERY,
            "options": {"expires": _EVERY},
        }
    }
