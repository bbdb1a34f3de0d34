"""``celery -A example worker -B``: the worker, with the clock of the periodic tasks in it."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example.settings")

app = Celery("example")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def schedule(sender, **kwargs):
    # Only now, when Django is set up.
    from django_oss_share.tasks import beat_schedule

    sender.conf.beat_schedule = beat_schedule()
