"""``manage.py oss_cors``: which sites' pages may upload into a bucket, shown and changed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...oss import OSSShareError
from ...services import cors
from ..printing import as_json

if TYPE_CHECKING:
    from ...oss.bucket_settings import CORSRule


class Command(BaseCommand):
    help = "Shows the CORS rules of a bucket, and lets pages of your sites upload into it."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
        for name, help_ in (
            ("show", "show the rules"),
            ("allow", "let pages of these origins upload"),
            ("forbid", "take that back"),
        ):
            verb = verbs.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
            verb.add_argument("--storage", default="default", help="alias in STORAGES (default: %(default)s)")
            verb.add_argument("--json", action="store_true", dest="as_json", help="one line of JSON")
            if name != "show":
                verb.add_argument("origins", nargs="+", metavar="ORIGIN", help="such as https://files.example.com")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rules = self._done(**options)
        except (OSSShareError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        if options["as_json"]:
            self.stdout.write(as_json({"rules": [asdict(rule) for rule in rules]}))
        else:
            self.stdout.write("\n".join(_line(rule) for rule in rules) or "No rules.")

    def _done(self, **options: Any) -> tuple[CORSRule, ...]:
        if options["verb"] == "show":
            return cors.rules_of(options["storage"])
        change = cors.allow_uploads if options["verb"] == "allow" else cors.forbid_uploads
        return change(options["storage"], options["origins"])


def _line(rule: CORSRule) -> str:
    methods, origins, headers = (", ".join(each) or "none" for each in (rule.methods, rule.origins, rule.headers))
    return f"{origins}: {methods}; headers {headers}"
