"""A Celery application over a site of :mod:`.worker`: ``celery -A credentials.processes.celery_site worker -B``.

Its configuration is the JSON in the environment's ``SITE``, with ``celery`` for Celery's own.
"""

from __future__ import annotations

import json
import os

import celery

from . import worker

config = json.loads(os.environ["SITE"])
worker.set_up(config)

from django_oss_share.tasks import beat_schedule  # noqa: E402 - once Django is set up

app = celery.Celery("site", **config["celery"])
app.conf.beat_schedule = {name: {**entry, "schedule": 0.5} for name, entry in beat_schedule().items()}
app.conf.update(worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
