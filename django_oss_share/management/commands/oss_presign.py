"""``manage.py oss_presign``: links to one object, a folder or a bucket, as ``ossutil presign`` makes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InvalidStorageError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...oss import InvalidArgument, InvalidKey, OSSShareError
from ...oss.errors import CorruptTransfer, IncompleteListing, ServiceError
from ...services.exports import buckets
from ...services.exports.buckets import Place
from ...services.exports.formats import format_named
from ...services.exports.signing import Signer
from ...storage import OSSStorage, StorageMisconfigured
from ...storage.bulk import cover, lister_of, presigner_of
from .. import presign_options
from ..pipes import leave_pipe
from ..presign_flags import add_flags, lines_of
from ..progress import Progress

_BATCH = 1000  # names of a file that are signed at a time
_NAMED = 10  # keys without a link that are told by name; the rest are counted


class Command(BaseCommand):
    help = "Generates presigned URLs of objects, on standard output."
    # They would tell in many lines, and with exit code 1, what is told here in one.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_flags(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        self._signer: Signer | None = None
        self._progress = Progress(self.stderr)
        try:
            self._run(**options)
        except BrokenPipeError:
            leave_pipe()
        except (OSSShareError, ImproperlyConfigured, InvalidStorageError) as error:
            raise self._failure(str(error), exit_code(error)) from error
        except OSError as error:
            raise self._failure(f"The links could not be written: {error.strerror}.", 1) from error
        except KeyboardInterrupt:
            raise self._failure("Interrupted.", 130) from None
        finally:
            self._progress.clear()

    def _failure(self, what: str, code: int) -> CommandError:
        made = self._signer.made if self._signer else 0
        return CommandError(f"{what} Only {made:,} links were made." if made else what, returncode=code)

    def _run(self, **options: Any) -> None:
        place = buckets.parse(options["url"])
        presign_options.check(place, options)
        storage = buckets.storage_for(place.bucket, options["storage"])
        signer = self._signer = self._signer_of(storage, options)
        output = format_named(options["output_format"], partial(self.stdout.write, ending=""))
        listed = 0
        for count, keys in self._pages(place, storage, options):
            if links := signer.links(keys):
                output.page(links)
            listed += count
            self._progress.show(signer.made, listed)
        output.end()
        self.stdout.flush()
        self._conclude(place, signer)

    def _signer_of(self, storage: OSSStorage, options: dict[str, Any]) -> Signer:
        presigner = presigner_of(storage, endpoint_url=options["endpoint"], addressing=options["addressing_style"])

        def lifetime() -> int:
            seconds = presign_options.lifetime(options)
            cover(storage, seconds)
            return seconds

        return Signer(presigner, lifetime, presign_options.query(options), self._skipped)

    def _pages(self, place: Place, storage: OSSStorage, options: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
        """How many objects were looked at, and the keys of those that are wanted, again and again."""
        names = options["files_from"] or options["files_from_raw"]
        if names:
            lines = lines_of(names, raw=bool(options["files_from_raw"]))
            while batch := [place.path + name for name in islice(lines, _BATCH)]:
                yield len(batch), batch
        elif options["recursive"] or options["dirs"]:
            chosen = presign_options.selection(place, options, datetime.now(UTC))
            for page in chosen.pages(lister_of(storage), options["page_size"]):
                yield page.listed, [each.key for each in page.objects]
        else:
            yield 1, [place.path]

    def _skipped(self, error: InvalidKey) -> None:
        assert self._signer is not None  # noqa: S101 - it is who tells
        if self._signer.skipped <= _NAMED:
            self._progress.clear()
            self.stderr.write(f"No link: {error}")

    def _conclude(self, place: Place, signer: Signer) -> None:
        if signer.clipped_to:
            self.stderr.write(
                f"Links end from {signer.clipped_to:%Y-%m-%dT%H:%M:%SZ} on, with the security token that signed them."
            )
        if signer.skipped:
            what = f"{signer.skipped:,} of {signer.skipped + signer.made:,} objects have no link."
            raise CommandError(what, returncode=1)
        if not signer.made:
            self.stderr.write(f"Nothing in {place} matches; no link was made.")


def exit_code(error: Exception) -> int:
    """As the help has them."""
    if isinstance(error, ServiceError):
        is_fault = error.is_transient or isinstance(error, CorruptTransfer | IncompleteListing)
        return 5 if is_fault else 4
    is_argument = isinstance(error, InvalidArgument) and not isinstance(error, StorageMisconfigured)
    return 2 if is_argument else 3
