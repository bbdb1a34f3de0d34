"""``manage.py oss_examine``: have the scanner look at what strangers left, for projects without Celery."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from ...services import file_requests


class Command(BaseCommand):
    help = "Examines the files that wait in the quarantine, and lets go of uploads that never arrived."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = file_requests.examine()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{done.accepted} accepted, {done.rejected} rejected, {done.put_off} put off, {done.given_up} given up."
        )
