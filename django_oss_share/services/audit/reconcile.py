"""Which of the links that were handed out were really opened, by OSS's access logs; and which were never handed out.

The logs are read in one pass, and of the links that are in them one small record each is kept; the audit is then read
once, over the time in which those links were signed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from ...models import Action, AuditEvent, ExportJob, Share
from ...models.export import Output
from ...oss import OSSShareError
from ..clients import Client, parse_address
from ..objects import linkable_storages
from ..transactions import atomic
from ..uploads.promises import TICKET_LIFE
from .ids import first_id_at
from .log_files import LogFile
from .paging import in_order
from .records import record
from .tallies import LogTally, Opened, Tally, read
from .upload_links import Uploads, begins_parts

#: Between OSS's clock and ours.
_SKEW = timedelta(minutes=15)
# Links say the second in which they were signed.
_SECOND = timedelta(seconds=1)
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class FileRead:
    """One log file.

    :ivar is_known: an earlier run has recorded it, or it is here twice; it is not recorded again.
    """

    name: str
    sha256: str
    lines: int
    unreadable: int
    is_known: bool


@dataclass(frozen=True, slots=True)
class Use:
    """What became of one link that was handed out, or of those to the parts of an upload.

    :ivar event: that it was. :ivar key: of the object, as the audit has it. :ivar digest: as the tally has it.
    """

    event: AuditEvent
    key: str
    digest: str
    tally: Tally

    @property
    def other_addresses(self) -> int:
        """From how many addresses it was opened beside the one it was handed to; 0 where that was not kept."""
        if not self.event.address:
            return 0
        # It may have been written down when IP_PRIVACY had addresses kept in full, and has them shortened by now.
        by_now = Client(parse_address(self.event.address)).recorded_address
        return len(self.tally.addresses.keys() - {self.event.address, by_now})


@dataclass(slots=True)
class Reconciliation:
    """What a run found.

    :ivar broken: files that could not be read to their end, with the reason; nothing of them counts.
    :ivar tally: all that the files say, each once. :ivar uses: of links that were handed out.
    :ivar never_issued: links in the logs that no row of the audit tells of. :ivar exported: the number of an export
        that was writing links of that bucket when one of those was signed, by digest.
    :ivar issued: links to the buckets in the logs that were handed out between the first line and the last.
    :ivar opened: how many of those OSS let somebody in by.
    :ivar recorded: rows that the audit has now and had not before.
    """

    files: list[FileRead] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    tally: LogTally = field(default_factory=LogTally)
    uses: list[Use] = field(default_factory=list)
    never_issued: list[Opened] = field(default_factory=list)
    exported: dict[str, int] = field(default_factory=dict)
    issued: int = 0
    opened: int = 0
    recorded: int = 0


def reconcile(files: Iterable[LogFile], *, by: Any = None) -> Reconciliation:
    """Read access logs, join them to the links that were handed out, and put on record what is new.

    A file that an earlier run has recorded counts for the answer, but is not recorded again. Run one at a time.

    :param files: as ``log_files.find`` gives them.
    """
    found, new = Reconciliation(), LogTally()
    known = {event.data["sha256"] for event in _earlier() if "sha256" in event.data}
    new_files: list[FileRead] = []
    buckets = frozenset(storage.bucket_name for storage in linkable_storages().values())
    here: set[str] = set()
    for file in files:
        try:
            tally, digest = read(file.lines(), buckets)
        except (OSSShareError, OSError, EOFError, zlib.error) as error:
            found.broken.append((file.name, str(error) or type(error).__name__))
            continue
        facts = FileRead(file.name, digest, tally.lines, tally.unreadable, digest in known or digest in here)
        found.files.append(facts)
        if digest not in here:
            found.tally.merge(tally)
        if not facts.is_known:
            new.merge(tally)
            new_files.append(facts)
        here.add(digest)
    _join(found)
    _put_on_record(found, new, new_files, by)
    return found


def _earlier() -> Iterator[AuditEvent]:
    return in_order(AuditEvent.objects.filter(action=Action.RECONCILED).only("id", "data"))


def _join(found: Reconciliation) -> None:
    links, storages = found.tally.links, linkable_storages()
    unexplained, uploads = dict(links), Uploads(links.values(), _SKEW)
    for event in _issued(found.tally):
        storage = storages.get(event.storage)
        is_counted = storage is not None and storage.bucket_name in found.tally.buckets and _is_between(event, found)
        for key, digest in _links_of(event):
            # The same object signed twice within a second is one and the same link, which counts for the first.
            if opened := unexplained.pop(digest, None):
                found.uses.append(Use(event, key, digest, opened.tally))
            if is_counted:
                found.issued += 1
                found.opened += digest in links and links[digest].tally.was_let_in
        if storage is not None and begins_parts(event):
            uploads.join(event, storage.bucket_name, storage.object_key(event.key))
    for digest, event in uploads.begun.items():
        found.uses.append(Use(event, event.key, digest, unexplained.pop(digest).tally))
    found.never_issued = sorted(unexplained.values(), key=_worst_first)
    found.exported = dict(_exported(found.never_issued))


def _exported(unexplained: list[Opened]) -> Iterator[tuple[str, int]]:
    """Exports are on record as a whole, and not link by link; these fit by bucket and by time."""
    dated = [(opened, opened.link.signed_at) for opened in unexplained if opened.link.signed_at is not None]
    if not dated:
        return
    first, last = min(at for _, at in dated), max(at for _, at in dated)
    jobs = ExportJob.objects.filter(
        Q(finished_at__isnull=True) | Q(finished_at__gte=first), output=Output.URLS, started_at__lte=last + _SECOND
    )
    buckets = {alias: storage.bucket_name for alias, storage in linkable_storages().items()}
    spans = [
        (pk, buckets.get(storage), start - _SECOND, end)
        for pk, storage, start, end in jobs.values_list("pk", "storage", "started_at", "finished_at")
        if start is not None
    ]
    for opened, at in dated:
        for pk, bucket, start, end in spans:
            if bucket == opened.bucket and start <= at and (end is None or at <= end):
                yield opened.link.digest, pk


def _worst_first(opened: Opened) -> tuple[bool, int, str]:
    return not opened.tally.was_let_in, -opened.tally.sent, opened.key


def _issued(tally: LogTally) -> Iterator[AuditEvent]:
    """The rows that may tell of a link in the logs, or of one that was handed out while they were written."""
    if tally.first is None or tally.last is None:
        return iter(())
    rows = AuditEvent.objects.filter(action__in=_HANDING_OUT, id__lt=first_id_at(tally.last + _SKEW))
    signed = [(opened.link.signed_at, opened.link.is_part) for opened in tally.links.values()]
    # Links to parts are signed as they are asked for, as long as the upload's ticket is good.
    moments = [at - TICKET_LIFE if is_part else at for at, is_part in signed if at is not None]
    if len(moments) == len(signed):
        rows = rows.filter(id__gte=first_id_at(min([*moments, tally.first]) - _SKEW))
    return in_order(rows)


#: Rows that hold digests of links.
_HANDING_OUT = (Action.ISSUED, Action.GRANTED, Action.UPLOADED)


def _links_of(event: AuditEvent) -> Iterator[tuple[str, str]]:
    """Key and digest of each link that the row tells of; a row of many has them in its data."""
    if event.link_digest:
        yield event.key, event.link_digest
    yield from event.data.get("links", ())


def _is_between(event: AuditEvent, found: Reconciliation) -> bool:
    first, last = found.tally.first, found.tally.last
    # Logs name the second alone.
    return first is not None and last is not None and first <= event.at < last + _SECOND


def _put_on_record(found: Reconciliation, new: LogTally, files: list[FileRead], by: Any) -> None:
    """One row for each file, for each share whose links were opened, for the other links, and for those unknown."""
    by_share: dict[tuple[int | None, str], list[Tally]] = {}
    strange = [new.links[opened.link.digest] for opened in found.never_issued if opened.link.digest in new.links]
    for use in found.uses:
        if opened := new.links.get(use.digest):
            by_share.setdefault((use.event.share_id, use.event.storage), []).append(opened.tally)
    shares = Share.objects.in_bulk([pk for pk, _ in by_share if pk is not None])
    with atomic():
        for (pk, storage), tallies in by_share.items():
            share = shares.get(pk) if pk is not None else None
            facts = summary(tallies) | ({"share": pk} if pk is not None and share is None else {})
            key = share.key if share else ""
            record(Action.RECONCILED, share=share, actor=by, storage=storage, key=key, data=facts)
        if strange:
            facts = summary([opened.tally for opened in strange])
            facts["never_issued"] = [f"oss://{opened.bucket}/{opened.key}" for opened in strange[:_SHOWN]]
            record(Action.RECONCILED, actor=by, data=facts)
        for file in files:
            facts = {"file": file.name, "sha256": file.sha256, "lines": file.lines, "unreadable": file.unreadable}
            record(Action.RECONCILED, actor=by, data=facts)
    found.recorded = len(by_share) + bool(strange) + len(files)


def summary(tallies: Iterable[Tally]) -> dict[str, Any]:
    """Tallies of several links as one, fit for JSON."""
    whole, links = Tally(), 0
    for each in tallies:
        whole.merge(each)
        links += 1
    return {
        "links": links,
        "downloads": whole.downloads,
        "partial": whole.partial,
        "other": whole.other,
        "refused": whole.refused,
        "bytes": whole.sent,
        "addresses": [address for address, _ in whole.addresses.most_common(_SHOWN)],
        "first": _moment(whole.first),
        "last": _moment(whole.last),
    }


def _moment(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None
