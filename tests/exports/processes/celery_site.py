"""A Celery application over :mod:`.site`; its configuration stands there under ``celery``."""

from __future__ import annotations

import celery

from .site import set_up

config = set_up()

from django_oss_share.tasks import beat_schedule  # noqa: E402 - once Django is set up

app = celery.Celery("site", **config["celery"])
app.conf.beat_schedule = {
    name: {**entry, "schedule": 1.0} for name, entry in beat_schedule().items() if name == "oss_share.tend_exports"
}
app.conf.update(worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
