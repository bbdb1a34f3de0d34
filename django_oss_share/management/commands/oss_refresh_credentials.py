"""``manage.py oss_refresh_credentials``: what Celery beat does, for cron."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...oss import OSSShareError
from ...providers import Outcome, refreshing_names
from ...services import sts


class Command(BaseCommand):
    help = (
        "Fetches the next security token of the credentials that end and are past half of their life; for cron, every "
        "few minutes. Exits with 1 if one could not be had."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("names", nargs="*", default=[], help="sets of OSS_SHARE['CREDENTIALS']; all by default")
        which.add_argument("--all", action="store_true", help="all sets, as without names")
        parser.add_argument("--force", action="store_true", help="whatever is left of the tokens at hand")
        parser.add_argument(
            "--reencrypt", action="store_true", help="only encrypt what is stored anew, by the first of ENCRYPTION_KEYS"
        )

    def handle(self, *, names: list[str], force: bool, reencrypt: bool, **options: Any) -> None:
        try:
            failed = self._reencrypt() if reencrypt else self._refresh_all(names, force)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if failed:
            raise CommandError(f"Not refreshed: {', '.join(failed)}.")

    def _refresh_all(self, names: list[str], force: bool) -> list[str]:
        return [name for name in names or refreshing_names() if not self._refresh(name, force)]

    def _refresh(self, name: str, force: bool) -> bool:
        try:
            outcome = sts.refresh(name, force=force)
        except OSSShareError as error:
            self.stderr.write(f"{name}: {error}")
            return False
        self.stdout.write(f"{name}: {_SAID[outcome]}")
        return True

    def _reencrypt(self) -> list[str]:
        done, unreadable = sts.reencrypt()
        self.stdout.write(f"Encrypted anew: {done}.")
        for name in unreadable:
            self.stderr.write(f"{name}: no key of OSS_SHARE['ENCRYPTION_KEYS'] opens it.")
        return unreadable


_SAID = {
    Outcome.FETCHED: "refreshed",
    Outcome.CURRENT: "nothing was due",
    Outcome.LEASED: "another process is fetching new ones",
    Outcome.PAUSED: "the last try failed a moment ago; --force tries at once",
}
