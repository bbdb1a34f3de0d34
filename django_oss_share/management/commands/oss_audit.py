"""``manage.py oss_audit``: check, seal, purge and export the audit, and compare it with OSS's access logs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import timedelta
from itertools import chain
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...conf import conf
from ...models import AuditEvent
from ...oss import OSSShareError
from ...services import audit, retention
from ...services.audit import log_files
from ...services.audit.ids import first_id_at
from ...services.audit.reconcile import reconcile
from .. import reconciled
from ..arguments import age, head, moment
from ..pipes import leave_pipe
from ..printing import as_json, as_moment, event_facts


class Command(BaseCommand):
    help = "Verifies, seals, purges and exports the audit, and compares it with OSS's access logs."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
        for name, help_, add in (
            ("verify", "look for rows that were edited, removed or inserted; exits 1 if there are any", _add_verify),
            ("seal", "close rows older than five minutes into the chain; run it every few minutes", None),
            ("purge", "remove old audit rows and shares that ended long ago", _add_purge),
            ("export", "write audit rows as JSON lines, the oldest first", _add_export),
            ("reconcile", "find by OSS's access logs which links were really opened", _add_reconcile),
        ):
            verb = verbs.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
            if add:
                add(verb)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, "_" + options["verb"])(**options)
            self.stdout.flush()
        except BrokenPipeError:
            leave_pipe()
        except (OSSShareError, ImproperlyConfigured, OSError) as error:
            raise CommandError(str(error)) from error

    def _verify(self, **options: Any) -> None:
        report = audit.verify(options["expect_head"])
        for finding in report.findings:
            self.stdout.write(f"{finding.kind}: {finding.message}")
        self.stdout.write(
            f"{report.events} rows, {report.seals} seals, {report.unsealed} rows not sealed yet; "
            f"head {report.head or 'none'}"
        )
        if not report.is_intact:
            self.stderr.write(f"The audit is not intact: {len(report.findings)} findings.")
            sys.exit(1)

    def _seal(self, **options: Any) -> None:
        self.stdout.write(f"{audit.seal()} rows sealed.")

    def _purge(self, **options: Any) -> None:
        older_than: timedelta | None = options["older_than"] or conf.retention
        if older_than is None:
            raise CommandError("Nothing says how old is old: pass --older-than 365d, or set OSS_SHARE['RETENTION'].")
        gone = retention.purge(older_than)
        self.stdout.write(
            f"{gone['events']} audit rows, {gone['shares']} shares and {gone['requests']} file requests older than "
            f"{_said(older_than)} removed."
        )

    def _export(self, **options: Any) -> None:
        rows = AuditEvent.objects.all()
        if options["since"]:
            rows = rows.filter(id__gte=first_id_at(options["since"]))
        for event in audit.in_order(rows):
            self.stdout.write(as_json(_whole(event)))

    def _reconcile(self, **options: Any) -> None:
        files = chain.from_iterable(
            log_files.find(place, storage=options["storage"], since=options["since"]) for place in options["logs"]
        )
        found = reconcile(files)
        self.stdout.write(as_json(reconciled.facts(found)) if options["as_json"] else reconciled.text(found))
        if found.broken:
            self.stderr.write(f"{len(found.broken)} log files could not be read; nothing of them was counted.")
            sys.exit(1)


def _whole(event: AuditEvent) -> dict[str, Any]:
    return {
        **event_facts(event),
        "share": event.share_id,
        "share_label": event.share_label,
        "link_digest": event.link_digest,
        "link_expires_at": as_moment(event.link_expires_at),
    }


def _said(age: timedelta) -> str:
    return str(age) if age.seconds else f"{age.days} days"


def _add_verify(verb: ArgumentParser) -> None:
    verb.add_argument(
        "--expect-head",
        type=head,
        metavar="DIGEST",
        help="the head that an earlier run printed, kept elsewhere: proves that nothing was cut off the end",
    )


def _add_purge(verb: ArgumentParser) -> None:
    verb.add_argument("--older-than", type=age, help="such as 365d (default: OSS_SHARE['RETENTION'])")


def _add_export(verb: ArgumentParser) -> None:
    verb.add_argument("--since", type=moment, help="2026-12-01 or 2026-12-01T08:00")


def _add_reconcile(verb: ArgumentParser) -> None:
    verb.add_argument("logs", nargs="+", metavar="LOGS", help="oss://bucket/prefix, a file or a folder; gzip is fine")
    verb.add_argument("--storage", default="", help="alias in STORAGES that reads the bucket, if several could")
    verb.add_argument("--since", type=moment, help="only files written since 2026-12-01 or 2026-12-01T08:00")
    verb.add_argument("--json", action="store_true", dest="as_json", help="all of it, as one line of JSON")
