"""``manage.py oss_metadata``: what objects are sent with, looked at, set and put right."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...oss import InvalidArgument, OSSShareError
from ...oss.errors import ServiceError
from ...services import metadata
from ...services.metadata import Outcome, Result, Wanted
from ..pipes import leave_pipe
from ..printing import as_json, as_text

_WANTED = {
    "content_type": "--content-type",
    "disposition": "--disposition",
    "filename": "--filename",
    "own_filename": "--own-filename",
    "cache_control": "--cache-control",
    "fix_types": "--fix-types",
    "fix_encoding": "--fix-encoding",
    "charset": "--charset",
}


class Command(BaseCommand):
    help = "Sets Content-Type, Content-Disposition and Cache-Control of objects, or puts types and charsets right."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = (
            "Look with --dry-run first. Exit code 0: all is as wanted; 1: some objects stay as they are, each with the "
            "reason; 2: a bad argument; 4: OSS refused; 5: OSS failed; 130: interrupted."
        )
        parser.add_argument("keys", nargs="*", metavar="KEY", help="objects, by their names in the storage")
        parser.add_argument("--prefix", help="all objects whose names begin with that; '' is the whole storage")
        parser.add_argument("--storage", default="default", help="alias in STORAGES (default: %(default)s)")
        parser.add_argument("--version-id", default="", help="change it only while that is its latest version")
        parser.add_argument("--content-type", metavar="TYPE", help="such as 'text/plain; charset=utf-8'; '' removes it")
        parser.add_argument("--disposition", metavar="HOW", help="attachment (save it), inline (show it), or ''")
        parser.add_argument("--filename", default="", help="to save it as; of one object, with --disposition")
        parser.add_argument("--own-filename", action="store_true", help="each under its own name")
        parser.add_argument("--cache-control", metavar="VALUE", help="such as max-age=3600; '' removes it")
        parser.add_argument("--fix-types", action="store_true", help="types that are missing, or proved wrong")
        parser.add_argument("--fix-encoding", action="store_true", help="the charset of texts, where it is certain")
        parser.add_argument("--charset", default="", help="with --fix-encoding: you know that it is this one")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be changed")
        parser.add_argument("--json", action="store_true", dest="as_json", help="one line of JSON for each object")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = Wanted(**{name: options[name] for name in _WANTED})
        self._counts: Counter[Result] = Counter()
        try:
            self._tell(_outcomes(wanted, options), as_lines=not options["as_json"])
            self.stdout.flush()
        except BrokenPipeError:
            leave_pipe()
        except (OSSShareError, ImproperlyConfigured) as error:
            raise CommandError(str(error), returncode=_exit_code(error)) from error
        except KeyboardInterrupt:
            done = _summary(self._counts) if self._counts else "What was changed is in the audit."
            raise CommandError(f"Interrupted. {done}", returncode=130) from None
        self.stderr.write(_summary(self._counts), style_func=str)
        if self._counts[Result.SKIPPED] or self._counts[Result.FAILED]:
            sys.exit(1)

    def _tell(self, outcomes: Iterable[Outcome], *, as_lines: bool) -> None:
        for outcome in outcomes:
            self._counts[outcome.result] += 1
            if not as_lines:
                self.stdout.write(as_json(_facts(outcome)))
            elif outcome.result != Result.UNCHANGED:
                self.stdout.write(_line(outcome))


def _outcomes(wanted: Wanted, options: dict[str, Any]) -> Iterable[Outcome]:
    if bool(options["keys"]) == (options["prefix"] is not None):
        raise InvalidArgument("Name objects, or all below a --prefix.", field="keys")
    common: dict[str, Any] = {"dry_run": options["dry_run"]}
    if options["prefix"] is None:
        return metadata.change(options["storage"], options["keys"], wanted, version_id=options["version_id"], **common)
    if options["version_id"]:
        raise InvalidArgument("--version-id goes with a single key.", field="version_id")
    return metadata.change_below(options["storage"], options["prefix"], wanted, **common)


def _line(outcome: Outcome) -> str:
    changes = [
        f"{name}: {before or '-'} -> {outcome.after[name] or '-'}" for name, before in sorted(outcome.before.items())
    ]
    what = outcome.result.value.replace("_", " ")
    return as_text("  ".join([f"{what:13}", outcome.key, *changes, *([outcome.reason] if outcome.reason else [])]))


def _facts(outcome: Outcome) -> dict[str, Any]:
    return {
        "key": outcome.key,
        "result": outcome.result.value,
        "before": dict(outcome.before),
        "after": dict(outcome.after),
        "reason": outcome.reason,
    }


def _summary(counts: Counter[Result]) -> str:
    told = [f"{counts[each]:,} {each.value.replace('_', ' ')}" for each in Result if counts[each]]
    return f"{counts.total():,} objects: {', '.join(told)}." if told else "There is no such object; nothing was done."


def _exit_code(error: Exception) -> int:
    if isinstance(error, ServiceError):
        return 5 if error.is_transient else 4
    return 2
