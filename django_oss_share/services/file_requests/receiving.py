"""A file on its way in: a place for it, links for its bytes, and a look at what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from ...models import Action, FileRequest, FileState, ReceivedFile
from ...oss import InvalidArgument, PresignedURL
from ...oss.writer import SINGLE_PUT_LIMIT
from .. import audit, inputs
from ..access.denials import Reason, unavailable_on_failure
from ..objects import storage_of
from ..transactions import atomic
from ..uploads import arriving, promises, sending
from ..uploads.errors import BadTicket, BrokenPromise
from ..uploads.naming import checked_upload_name, key_for, new_receipt
from ..uploads.patterns import is_taken
from ..uploads.promises import Promise
from ..uploads.sending import SignedPart
from .opening import RequestVisit, denied, reason_against
from .taking import let_go, owner_of, quarantined, take

if TYPE_CHECKING:
    from ...oss.client import Part

#: Seconds in which a visitor begins to send by a link: its request has to be made by then, not to be over.
LINK_LIFETIME = 300


@dataclass(frozen=True, slots=True)
class Expected:
    """A file that has its place.

    :ivar link: where to PUT it, with ``headers``; None: it is sent by ``parts`` parts of ``part_size`` bytes.
    """

    received: ReceivedFile
    ticket: str = field(repr=False)
    link: PresignedURL | None
    headers: Mapping[str, str] = field(default_factory=dict)
    part_size: int = 0
    parts: int = 0


@unavailable_on_failure
def link_origin(visit: RequestVisit) -> str:
    """Scheme and host of the bucket, to which the page may send."""
    return storage_of(visit.request.storage).link_origin


@unavailable_on_failure
def expect(visit: RequestVisit, name: str, *, size: int, content_type: str = "", md5: str = "") -> Expected:
    """Keep a place for a file, for a day, and say where to send it: over 100 MB, by parts.

    :param name: as it is called where it comes from. :param content_type: as the browser has it; else by its name.
    :param md5: of a file that is sent at once, as ``Content-MD5`` has it.
    :raises InvalidArgument: a file that the request does not take, named, see its ``field``.
    :raises Denied: EXHAUSTED, or what else of the request was changed meanwhile.
    """
    filename = checked_upload_name(name)
    promise, received = _promised(visit, filename, size, content_type)
    md5, link = inputs.checked_md5("md5", md5), None
    if size <= SINGLE_PUT_LIMIT:
        link = sending.put_link(promise, md5=md5, expires_in=_lifetime(visit))
    _keep_place(visit, received, link)
    if link is not None:
        upload = sending.put_upload(promise, link)
        return Expected(received, upload.ticket, link, upload.headers)
    promise = sending.initiated(promise)
    ReceivedFile.objects.filter(pk=received.pk).update(upload_id=promise.upload_id)
    return Expected(received, promises.seal(promise), None, {}, promise.part_size, promise.parts)


@unavailable_on_failure
def sign_parts(visit: RequestVisit, ticket: str, numbers: Iterable[int]) -> list[SignedPart]:
    """Links for parts, up to 1,000 at once. :raises BadTicket, InvalidArgument: see ``services.uploads``."""
    promise, _ = _under_way(visit, ticket)
    return sending.part_links(promise, numbers, expires_in=_lifetime(visit))


@unavailable_on_failure
def arrived_parts(visit: RequestVisit, ticket: str) -> list[Part]:
    """The parts of this one upload that are there. :raises BadTicket, NotArrived: see ``services.uploads``."""
    promise, _ = _under_way(visit, ticket)
    return arriving.parts_of(promise)


@unavailable_on_failure
def complete(visit: RequestVisit, ticket: str, *, etags: Mapping[int, str] | None = None) -> ReceivedFile:
    """Look at what arrived, count it and write it down; a second time finds the same.

    Call it outside of a transaction that a refusal would roll back.

    :raises NotArrived: nothing, or not all of it; it can still be sent. :raises BadTicket, BrokenPromise: see there.
    :raises Denied: the request takes nothing any more; what had arrived was removed.
    """
    promise, received = _opened(visit, ticket)
    if received.state in (FileState.WAITING, FileState.ACCEPTED, FileState.REJECTED):
        return received
    _refuse_given_up(received)
    try:
        if promise.upload_id:
            arriving.join(promise, etags)
        arrival = arriving.arrival(promise)
    except BrokenPromise as error:
        let_go(received, str(error))
        raise
    if reason := take(received, arrival, visit.now, actor=visit.user, client=visit.client):
        if let_go(received, str(reason.label)):
            arriving.remove(promise, promise.key)
        raise denied(visit, reason)
    return received


@unavailable_on_failure
def give_up(visit: RequestVisit, ticket: str) -> None:
    """The visitor has thought better of it: the place is free again, and what had arrived is removed."""
    promise, received = _opened(visit, ticket)
    if let_go(received):
        arriving.discard(promise)
        arriving.remove(promise, promise.key)


def _promised(visit: RequestVisit, filename: str, size: int, content_type: str) -> tuple[Promise, ReceivedFile]:
    request, receipt = visit.request, new_receipt()
    key = key_for(request.prefix, filename, receipt)
    promises.checked_size(size, request.max_size)
    kind = storage_of(request.storage).upload_headers(key, promises.said_type(content_type))["content-type"]
    if not is_taken(request.content_types, filename, kind):
        raise InvalidArgument(
            f"content_type={kind!r} is not taken here; allowed are {', '.join(request.content_types)}.",
            field="content_type",
            value=kind,
        )
    ends_at = promises.end_of_ticket(visit.now)
    own = Promise(request.storage, key, size, size, (kind,), owner_of(request), ends_at, mark=receipt)
    promise = quarantined(own, request)
    received = ReceivedFile(
        request=request,
        receipt=receipt,
        filename=filename,
        key=key,
        quarantine_key="" if promise.key == key else promise.key,
        size=size,
        content_type=kind,
        address=visit.client.recorded_address,
        created_at=visit.now,
        ends_at=datetime.fromtimestamp(ends_at, UTC),
    )
    return promise, received


def _keep_place(visit: RequestVisit, received: ReceivedFile, link: PresignedURL | None) -> None:
    """:raises Denied: there is none left, or the request was changed meanwhile."""
    with atomic():
        request = FileRequest.objects.locked(visit.request.pk)
        reason = reason_against(request, visit.now) or _full(request, visit.now)
        if reason is None:
            received.save(force_insert=True)
            facts = {"upload": True, "receipt": received.receipt, "filename": received.filename, "size": received.size}
            audit.record(
                Action.ISSUED,
                request=request,
                actor=visit.user,
                client=visit.client,
                key=received.place,
                link=link,
                data=facts,
            )
    if reason is not None:
        raise denied(visit, reason)


def _full(request: FileRequest, now: datetime) -> Reason | None:
    """Places that others keep are taken, too, so that nobody sends a file in vain."""
    if request.max_files is None or request.files.counted(now).count() < request.max_files:
        return None
    return Reason.EXHAUSTED


def _lifetime(visit: RequestVisit) -> int:
    """Seconds: no longer than the request, nor than the token that signs."""
    ends = [visit.request.expires_at, storage_of(visit.request.storage).token_expires_at]
    now = timezone.now()
    left = min((end - now for end in ends if end is not None), default=timedelta(seconds=LINK_LIFETIME))
    seconds = min(LINK_LIFETIME, left // timedelta(seconds=1))
    if seconds < 1:
        is_over = visit.request.expires_at is not None and visit.request.expires_at <= now + timedelta(seconds=1)
        raise denied(visit, Reason.EXPIRED if is_over else Reason.UNAVAILABLE)
    return seconds


def _opened(visit: RequestVisit, ticket: str) -> tuple[Promise, ReceivedFile]:
    """:raises BadTicket: it is of no file of this request."""
    promise = promises.unseal(ticket, owner_of(visit.request), visit.now)
    received = ReceivedFile.objects.filter(request=visit.request, receipt=promise.mark).first()
    if received is None:
        raise BadTicket("is of no file of this request")
    received.request = visit.request
    return promise, received


def _under_way(visit: RequestVisit, ticket: str) -> tuple[Promise, ReceivedFile]:
    promise, received = _opened(visit, ticket)
    _refuse_given_up(received)
    if not promise.upload_id:
        raise InvalidArgument("upload: this one is not sent by parts.", field="upload")
    return promise, received


def _refuse_given_up(received: ReceivedFile) -> None:
    if received.state == FileState.GIVEN_UP:
        raise BadTicket("is of an upload that was given up")
