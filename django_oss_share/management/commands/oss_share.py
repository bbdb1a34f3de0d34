"""``manage.py oss_share``: make, list, show, change and end shares."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import NoReverseMatch
from django.utils import timezone

from ...models import Share, State
from ...oss import OSSShareError
from ...services import audit, inputs, shares
from ..arguments import count, expiry, moment, share_named, user_named
from ..pipes import leave_pipe
from ..printing import HEADING, as_json, event_facts, event_line, facts, lines, row

_WHICH = "its number, its public id or its whole link"


class Command(BaseCommand):
    help = "Makes, lists, shows, changes and ends shares."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
        for name, help_, add in (
            ("create", "share an object, several, or a folder", _add_create),
            ("list", "list shares, the newest first", _add_list),
            ("show", "show one share", _add_show),
            ("extend", "let a share end at another time", _add_extend),
            ("revive", "let an expired or exhausted share work again, on the same link", _add_revive),
            ("rotate", "give a share a new link; the old one dies", _add_which),
            ("hand-over", "give a share another owner", _add_hand_over),
            ("revoke", "end shares for good", _add_revoke),
        ):
            verb = verbs.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
            add(verb)
            verb.add_argument("--json", action="store_true", help="answer with JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        verb = getattr(self, "_" + options["verb"].replace("-", "_"))
        try:
            verb(**options)
            self.stdout.flush()
        except BrokenPipeError:
            leave_pipe()
        except (OSSShareError, PermissionDenied, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error

    def _create(self, **options: Any) -> None:
        owner = user_named(options["owner"]) if options["owner"] is not None else None
        keys = options["keys"]
        share = shares.create(
            keys[0] if len(keys) == 1 else None,
            keys=keys if len(keys) > 1 else None,
            prefix=options["prefix"],
            storage=options["storage"],
            created_by=owner,
            expires_at=options["expires"],
            starts_at=options["starts"],
            password=self._password(options),
            max_downloads=options["max_downloads"],
            allowed_networks=options["network"],
            filename=options["filename"],
            disposition="inline" if options["inline"] else "attachment",
            mode="direct" if options["direct"] else "page",
            version_id=options["version_id"],
            name=options["name"],
            note=options["note"],
            check=not options["no_check"],
        )
        self._tell(share, options, with_link=True)

    def _list(self, **options: Any) -> None:
        chosen = Share.objects.order_by("-id")
        now = timezone.now()
        if options["state"]:
            chosen = chosen.in_state(options["state"], now)
        if options["owner"] is not None:
            chosen = chosen.filter(created_by=user_named(options["owner"]))
        if options["key"]:
            chosen = chosen.of_object(options["storage"], inputs.checked_key(options["key"]))
        chosen = chosen.prefetch_related("items")[: options["limit"]]
        if options["json"]:
            for share in chosen:
                self.stdout.write(as_json(facts(share, now=now)))
            return
        self._print_rows(chosen, now)

    def _print_rows(self, chosen: Iterable[Share], now: Any) -> None:
        rows = [row(share, now) for share in chosen]
        self.stdout.write("\n".join([HEADING, *rows]) if rows else "No share matches.")

    def _show(self, **options: Any) -> None:
        share = share_named(options["share"])
        self._tell(share, options, with_link=options["link"])
        if options["events"]:
            for event in audit.in_order(share.events.all()):
                known = event_facts(event)
                self.stdout.write(as_json(known) if options["json"] else event_line(known))

    def _extend(self, **options: Any) -> None:
        self._tell(shares.extend(share_named(options["share"]), options["expires"]), options)

    def _revive(self, **options: Any) -> None:
        limit = {"max_downloads": options["max_downloads"]} if options["max_downloads"] is not None else {}
        self._tell(shares.revive(share_named(options["share"]), expires_at=options["expires"], **limit), options)

    def _rotate(self, **options: Any) -> None:
        self._tell(shares.rotate(share_named(options["share"])), options, with_link=True)

    def _hand_over(self, **options: Any) -> None:
        self._tell(shares.hand_over(share_named(options["share"]), user_named(options["to"])), options)

    def _revoke(self, **options: Any) -> None:
        # All are found before the first one ends: a slip of the pen in the last one must not leave half of it done.
        for share in [share_named(text) for text in options["shares"]]:
            self._tell(shares.revoke(share, reason=options["reason"]), options)

    def _tell(self, share: Share, options: dict[str, Any], *, with_link: bool = False) -> None:
        known = facts(share, link=self._link(share) if with_link else None)
        self.stdout.write(as_json(known) if options["json"] else "\n".join(lines(known)))

    def _link(self, share: Share) -> str:
        try:
            return shares.get_url(share)
        except NoReverseMatch:
            raise CommandError(
                f"Share {share.pk} stands, but has no address: add path('s/', include('django_oss_share.urls')) to the "
                "URLconf, then run 'oss_share show --link'."
            ) from None

    def _password(self, options: dict[str, Any]) -> str | None:
        if not (options["password"] or options["password_stdin"]):
            return None
        try:
            password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else _asked()
        except (EOFError, UnicodeDecodeError):
            password = ""
        if not password:
            # Else the share would be open to everybody, against what was asked for.
            raise CommandError("No password was given; nothing was shared.")
        return password


def _asked() -> str:
    first = getpass.getpass("Password of the share: ")
    if getpass.getpass("Once more: ") != first:
        raise CommandError("The two passwords differ; nothing was shared.")
    return first


def _add_create(verb: ArgumentParser) -> None:
    verb.add_argument("keys", nargs="*", metavar="KEY", help="names of the objects, as the storage has them")
    verb.add_argument("--prefix", help="share a folder instead, such as team/")
    verb.add_argument("--storage", default="default", help="key of STORAGES (default: %(default)s)")
    verb.add_argument("--owner", metavar="USERNAME", help="whose share it is, and whose policy holds")
    verb.add_argument("--expires", type=expiry, help="30d, 12h, 2026-12-31, never (default: the policy's)")
    verb.add_argument("--starts", type=moment, help="2026-12-31T08:00; not open before")
    verb.add_argument("--max-downloads", type=int, metavar="N", help="links handed out altogether")
    verb.add_argument(
        "--network", action="append", default=[], metavar="CIDR", help="open from there alone; repeatable"
    )
    verb.add_argument("--filename", help="name to save it under")
    verb.add_argument("--version-id", help="of a bucket with versioning")
    verb.add_argument("--inline", action="store_true", help="browsers show it instead of saving it")
    verb.add_argument("--direct", action="store_true", help="no page: the link leads straight to the file")
    verb.add_argument("--name", default="", help="what people call it")
    verb.add_argument("--note", default="", help="shown to visitors")
    verb.add_argument("--no-check", action="store_true", help="do not ask OSS whether the object is there")
    secret = verb.add_mutually_exclusive_group()
    secret.add_argument("--password", action="store_true", help="ask for a password at the terminal")
    secret.add_argument("--password-stdin", action="store_true", help="read a password from standard input")


def _add_list(verb: ArgumentParser) -> None:
    verb.add_argument("--state", choices=State.values, help="only those in this state")
    verb.add_argument("--owner", metavar="USERNAME", help="only theirs")
    verb.add_argument("--key", help="only those through which this object can be fetched")
    verb.add_argument("--storage", default="default", help="where --key is (default: %(default)s)")
    verb.add_argument("--limit", type=count, default=50, metavar="N", help="at most so many (default: %(default)s)")


def _add_which(verb: ArgumentParser) -> None:
    verb.add_argument("share", metavar="SHARE", help=_WHICH)


def _add_show(verb: ArgumentParser) -> None:
    _add_which(verb)
    verb.add_argument("--link", action="store_true", help="show the link too, which is the key to the share")
    verb.add_argument("--events", action="store_true", help="show its audit too, the oldest first")


def _add_extend(verb: ArgumentParser) -> None:
    _add_which(verb)
    verb.add_argument("--expires", type=expiry, required=True, help="7d from now, 2026-12-31, never")


def _add_revive(verb: ArgumentParser) -> None:
    _add_which(verb)
    verb.add_argument("--expires", type=expiry, help="7d from now, 2026-12-31, never")
    verb.add_argument("--max-downloads", type=int, metavar="N", help="the new limit")


def _add_hand_over(verb: ArgumentParser) -> None:
    _add_which(verb)
    verb.add_argument("--to", required=True, metavar="USERNAME", help="the new owner")


def _add_revoke(verb: ArgumentParser) -> None:
    verb.add_argument("shares", nargs="+", metavar="SHARE", help=_WHICH)
    verb.add_argument("--reason", default="", help="for the audit, up to 64 characters")
