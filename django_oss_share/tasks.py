"""What Celery runs: one function a task, each a thin call of a service. Arguments and results hold names and numbers.

::

    app.conf.beat_schedule = {**beat_schedule(), ...}
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from celery import Task, current_app, shared_task

from .services import audit, file_requests, notifications, sts
from .services.retention import purge as purge_old

#: Seconds between two looks whether a token is due; a fiftieth of the shortest life that one can have.
_EVERY = 20.0


@shared_task(name="oss_share.refresh_credentials")
def refresh_credentials() -> dict[str, str]:
    """Fetch the next token of all credentials that are past half of their life; twice does no more than once.

    :return: by name, what came of it.
    """
    return sts.refresh_all()


@shared_task(name="oss_share.deliver_notifications")
def deliver_notifications() -> dict[str, int]:
    """Send the e-mails and webhooks that are due.

    :return: how many were sent, put off and given up.
    """
    return asdict(notifications.deliver())


@shared_task(name="oss_share.examine_uploads")
def examine_uploads() -> dict[str, int]:
    """Have the scanner look at the files that wait, and let go of uploads that never arrived; how many of each."""
    return asdict(file_requests.examine())


@shared_task(name="oss_share.seal_audit")
def seal_audit() -> int:
    """Close audit rows into the chain; how many."""
    return audit.seal()


@shared_task(name="oss_share.purge")
def purge() -> dict[str, int]:
    """Remove what is older than ``OSS_SHARE["RETENTION"]``; nothing, where that is not set."""
    return purge_old()


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The periodic tasks, as ``beat_schedule`` has them; a task that waited longer than its period is dropped."""
    periods = (
        (refresh_credentials, _EVERY),
        (deliver_notifications, 60.0),
        (examine_uploads, 60.0),
        (seal_audit, 300.0),
        (purge, 86_400.0),
    )
    return {task.name: _entry(task, seconds) for task, seconds in periods}


def unscheduled() -> set[str] | None:
    """Names of those that beat knows nothing of; None: this process has no Celery application of its own."""
    # What Celery makes where a project makes none.
    if current_app.main == "default":
        return None
    # Only now do those listen who fill in the schedule when all is loaded.
    current_app.finalize()
    return beat_schedule().keys() - {entry.get("task") for entry in current_app.conf.beat_schedule.values()}


def _entry(task: Task, seconds: float) -> dict[str, Any]:
    return {"task": task.name, "schedule": seconds, "options": {"expires": seconds}}
