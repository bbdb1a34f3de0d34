"""``manage.py oss_notify``: send what is in the outbox, for projects without Celery."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from ...services import notifications


class Command(BaseCommand):
    help = "Sends the e-mails and webhooks that are due; run it every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = notifications.deliver()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done.sent} sent, {done.put_off} put off, {done.given_up} given up.")
