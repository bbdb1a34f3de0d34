"""``manage.py oss_export``: start, follow, list, cancel and retry exports, and fetch what they wrote."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import UTC
from typing import Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.files.storage import InvalidStorageError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...models import ExportJob, ExportState, Output
from ...oss import OSSShareError
from ...services import shares
from ...services.errors import WrongState
from ...services.exports import buckets, jobs, running, tending
from ...services.exports.queueing import NotQueued
from ...services.exports.running import Outcome
from ...services.objects import alias_of
from ..arguments import count, user_named
from ..export_flags import add_start, links_of, source_of
from ..pipes import leave_pipe
from ..printing import as_json, as_moment, as_text
from ..progress import Progress
from .oss_presign import exit_code

_POLL = 0.5  # seconds


class Command(BaseCommand):
    help = "Starts, follows, lists, cancels and retries exports of links."
    # They would tell in many lines, and with exit code 1, what is told here in one.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
        for name, help_, add in (
            ("start", "start an export", add_start),
            ("follow", "wait for the end of an export", _add_which),
            ("list", "list exports, the newest first", _add_list),
            ("cancel", "stop an export, and remove what it wrote", _add_which),
            ("retry", "go on with a failed export, or begin a cancelled one anew", _add_retry),
            ("run", "write a queued export in this process, or go on with it", _add_which),
            ("link", "print the share by which the result is downloaded", _add_which),
            ("tend", "go on with exports whose worker was lost, and remove results that were kept long enough", None),
        ):
            verb = verbs.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
            if add is not None:
                add(verb)

    def handle(self, *args: Any, **options: Any) -> None:
        self._progress = Progress(self.stderr)
        self._written = self._listed = 0
        try:
            getattr(self, "_" + options["verb"])(**options)
            self.stdout.flush()
        except BrokenPipeError:
            leave_pipe()
        except NotQueued as error:
            raise CommandError(str(error), returncode=1) from error
        except WrongState as error:
            raise CommandError(str(error), returncode=2) from error
        except (OSSShareError, PermissionDenied, ImproperlyConfigured, InvalidStorageError) as error:
            raise CommandError(str(error), returncode=exit_code(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted.", returncode=130) from None
        finally:
            self._progress.clear()

    def _start(self, **options: Any) -> None:
        place = buckets.parse(options["url"]) if options["url"] else None
        storage = buckets.storage_for(place.bucket, options["storage"]) if place else None
        owner = user_named(options["owner"]) if options["owner"] is not None else None
        job = jobs.start(
            source_of(options, place, storage),
            output=Output.SHARES if options["shares"] else options["output"],
            options=links_of(options),
            format=options["format"],
            gzip=options["gzip"],
            columns=options["columns"],
            storage=alias_of(storage) if storage else options["storage"] or "default",
            name=options["name"],
            shards=options["shards"],
            base_url=options["base_url"],
            created_by=owner,
            queued=not options["here"],
        )
        self._go_on(job, here=options["here"], follow=options["follow"])

    def _retry(self, **options: Any) -> None:
        job = jobs.retry(_job(options["export"]), queued=not options["here"])
        self._go_on(job, here=options["here"], follow=options["follow"])

    def _go_on(self, job: ExportJob, *, here: bool, follow: bool) -> None:
        job.refresh_from_db()
        if here:
            self._write(job)
        elif follow:
            self._wait(job)
        elif job.is_over:
            self._tell(job)
        else:
            self.stdout.write(f"Export {job.pk} is {job.state}.")

    def _run(self, **options: Any) -> None:
        self._write(_job(options["export"]))

    def _write(self, job: ExportJob) -> None:
        try:
            while (ran := running.run(job.pk, alone=True, watch=self._watch)).outcome is Outcome.BUSY:
                time.sleep(min(ran.wait, 1))
        except KeyboardInterrupt:
            self._progress.clear()
            raise CommandError(
                f"Interrupted; 'oss_export run {job.pk}' goes on, 'oss_export cancel {job.pk}' removes it.",
                returncode=130,
            ) from None
        if ran.outcome is Outcome.LATER:
            raise CommandError(f"{ran.problem} 'oss_export run {job.pk}' goes on.", returncode=1)
        self._tell(job)

    def _watch(self, written: int, listed: int) -> None:
        self._written += written
        self._listed += listed
        self._progress.show(self._written, self._listed)

    def _follow(self, **options: Any) -> None:
        self._wait(_job(options["export"]))

    def _wait(self, job: ExportJob) -> None:
        while not job.is_over:
            time.sleep(_POLL)
            job.refresh_from_db()
            come = jobs.progress(job)
            self._progress.show(come.written, come.listed)
        self._tell(job)

    def _cancel(self, **options: Any) -> None:
        self._tell(jobs.cancel(_job(options["export"])))

    def _link(self, **options: Any) -> None:
        self.stdout.write(shares.get_url(jobs.result_share(_job(options["export"]))))

    def _list(self, **options: Any) -> None:
        for job in ExportJob.objects.order_by("-id")[: options["limit"]]:
            self.stdout.write(as_json(_facts(job)) if options["json"] else _line(job))

    def _tend(self, **options: Any) -> None:
        done = tending.tend()
        self.stdout.write(f"{done['resumed']} resumed, {done['tidied']} tidied.")

    def _tell(self, job: ExportJob) -> None:
        self._progress.clear()
        job.refresh_from_db()
        if job.state == ExportState.FAILED:
            raise CommandError(f"Export {job.pk} failed: {job.error}", returncode=1)
        self.stdout.write(_line(job))
        come = jobs.progress(job)
        if come.skipped:
            self.stderr.write(
                f"{come.skipped:,} objects have no link: they are gone, or no browser could ask for them."
            )
        if job.state == ExportState.DONE and not come.written:
            self.stderr.write("Nothing matches; the list is empty.")


def _add_which(parser: ArgumentParser) -> None:
    parser.add_argument("export", type=count, metavar="EXPORT", help="its number")


def _add_retry(parser: ArgumentParser) -> None:
    _add_which(parser)
    parser.add_argument("--here", action="store_true", help="write it in this process, and wait for it")
    parser.add_argument("--follow", action="store_true", help="wait for it")


def _add_list(parser: ArgumentParser) -> None:
    parser.add_argument("--limit", type=count, default=20, metavar="int", help="so many (20)")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each")


def _job(number: int) -> ExportJob:
    job = ExportJob.objects.filter(pk=number).first()
    if job is None:
        raise CommandError(f"There is no export {number}.", returncode=2)
    return job


def _facts(job: ExportJob) -> dict[str, Any]:
    come = jobs.progress(job)
    return {
        "id": job.pk,
        "state": job.state,
        "name": str(job),
        "written": come.written,
        "skipped": come.skipped,
        "listed": come.listed,
        "bytes": come.size,
        "storage": job.result_storage,
        "result": job.result_key if job.has_result else None,
        "owner": job.created_by_label or None,
        "created_at": as_moment(job.created_at),
        "kept_until": as_moment(job.expires_at),
        "error": job.error or None,
    }


def _line(job: ExportJob) -> str:
    come = jobs.progress(job)
    cells = [f"{job.pk:>6}", f"{job.state:9}", f"{come.written:>12,} links", f"{come.size:>14,} bytes"]
    if job.has_result:
        cells.append(job.result_key)
        if job.expires_at:
            cells.append(f"until {job.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return as_text("  ".join([*cells, job.error] if job.error else cells))
