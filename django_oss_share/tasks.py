"""What Celery runs: one function a task, each a thin call of a service. Arguments and results hold names and numbers.

::

    app.conf.beat_schedule = {**beat_schedule(), ...}
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from celery import Task, current_app, shared_task
from kombu.exceptions import OperationalError

from .services import audit, file_requests, notifications, sts
from .services.exports.queueing import NotQueued
from .services.exports.running import Outcome, run
from .services.exports.tending import tend
from .services.retention import purge as purge_old

#: Seconds between two looks whether a token is due; a fiftieth of the shortest life that one can have.
_EVERY = 20.0
#: Failures of OSS or the database in a row, half a minute apart, after which an export fails.
_FAILURES = 20


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


@shared_task(
    name="oss_share.run_export",
    bind=True,
    acks_late=True,
    reject_on_worker_lost=True,
    max_retries=None,
    ignore_result=True,
)
def run_export(task: Any, job_id: int, shards: tuple[int, ...] = (), failures: int = 0) -> str:
    """Write an export, or some of its shards; delivered twice, the second one waits and finds it done.

    :param failures: of OSS or the database so far, in a row.
    :return: what came of it.
    """
    ran = run(job_id, tuple(shards), last_try=failures + 1 >= _FAILURES)
    if ran.wait and not task.request.is_eager:
        failures = failures + 1 if ran.outcome is Outcome.LATER else 0
        raise task.retry(args=(job_id, list(shards), failures), countdown=ran.wait)
    return ran.outcome.value


def queue_export(job_id: int, shards: tuple[int, ...]) -> None:
    """:raises NotQueued: the broker cannot be reached."""
    try:
        run_export.apply_async((job_id, list(shards)), retry=False)
    except (OperationalError, OSError) as error:
        raise NotQueued(f"Not queued: the broker is unreachable ({type(error).__name__}).") from error


@shared_task(name="oss_share.tend_exports")
def tend_exports() -> dict[str, int]:
    """Have exports go on whose worker or message was lost, and remove results that were kept long enough."""
    return tend()


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The periodic tasks, as ``beat_schedule`` has them; a task that waited longer than its period is dropped."""
    periods = (
        (refresh_credentials, _EVERY),
        (deliver_notifications, 60.0),
        (examine_uploads, 60.0),
        (tend_exports, 60.0),
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
