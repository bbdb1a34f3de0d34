"""``manage.py oss_referer``: from which pages a bucket may be opened, shown, tried out and changed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, BooleanOptionalAction
from dataclasses import asdict, fields
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...oss import OSSShareError
from ...oss.referer import RefererRule
from ...services import referer
from ...services.errors import Unconfirmed
from ..printing import as_json, lines


class Command(BaseCommand):
    help = "Shows, tries out and changes a bucket's hotlink protection (Referer rules)."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
        for name, help_, add in (
            ("show", "show the rule", None),
            ("set", "put another rule in place of the present one", _add_set),
            ("clear", "take the rule away: every page may lead to the bucket", None),
            ("test", "whether a Referer is let in; exits 1 if it is not", _add_test),
        ):
            verb = verbs.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
            verb.add_argument("--storage", default="default", help="alias in STORAGES (default: %(default)s)")
            verb.add_argument("--json", action="store_true", dest="as_json", help="one line of JSON")
            if add:
                add(verb)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, "_" + options["verb"])(**options)
        except Unconfirmed as error:
            raise CommandError(
                "\n".join([*error.warnings, "Nothing was changed; if you mean it, add --yes."])
            ) from None
        except (OSSShareError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error

    def _show(self, **options: Any) -> None:
        rule = referer.rule_of(options["storage"])
        known = {"set": rule.is_set, **{name: _plain(value) for name, value in asdict(rule).items()}}
        self.stdout.write(as_json(known) if options["as_json"] else "\n".join(lines(known)))

    def _set(self, **options: Any) -> None:
        names = [field.name for field in fields(RefererRule)]
        rule = RefererRule(**{name: _frozen(options[name]) for name in names})
        if not rule.is_set:
            raise CommandError(
                "Without --allow or --deny a rule refuses nobody; to take the present one away, use clear."
            )
        referer.set_rule(options["storage"], rule, confirmed=options["yes"])
        self._show(**options)

    def _clear(self, **options: Any) -> None:
        referer.set_rule(options["storage"], RefererRule())
        self._show(**options)

    def _test(self, **options: Any) -> None:
        why = referer.rule_of(options["storage"]).why_refused(options["referer"])
        known = {"referer": options["referer"], "allowed": not why, "why": why or None}
        self.stdout.write(as_json(known) if options["as_json"] else "\n".join(lines(known)))
        if why:
            sys.exit(1)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _add_set(verb: ArgumentParser) -> None:
    verb.add_argument(
        "--allow",
        action="append",
        default=[],
        dest="allowed",
        metavar="PATTERN",
        help="such as 'https://*.example.com'",
    )
    verb.add_argument("--deny", action="append", default=[], dest="denied", metavar="PATTERN", help="looked at first")
    verb.add_argument(
        "--allow-empty", action=BooleanOptionalAction, default=True, help="let in those who send no Referer (default)"
    )
    verb.add_argument(
        "--truncate-query", action=BooleanOptionalAction, default=True, help="compare without the query (default)"
    )
    verb.add_argument("--truncate-path", action="store_true", help="compare scheme and host alone")
    verb.add_argument("--yes", action="store_true", help="you have read the warning, and mean it")


def _add_test(verb: ArgumentParser) -> None:
    verb.add_argument("referer", help="the address of a page; '' for none")
