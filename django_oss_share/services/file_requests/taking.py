"""From a promise to a file that was received: exactly once, whoever finds it first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import F

from ... import signals
from ...conf import conf
from ...models import Action, FileRequest, FileState, ReceivedFile
from .. import audit
from ..access.denials import Reason
from ..clients import Client
from ..transactions import atomic, send_on_commit
from ..uploads import arriving
from ..uploads.arriving import Arrival
from ..uploads.errors import BrokenPromise, NotArrived
from ..uploads.promises import Promise
from .opening import reason_against

#: Why a file was refused by whatever examined it; kept in the audit.
REJECTED = "rejected by the scanner"


def owner_of(request: FileRequest) -> str:
    """Who alone may go on with an upload of a file request."""
    return f"file request {request.pk}"


def promise_of(received: ReceivedFile) -> Promise:
    """What was promised, as its row remembers it."""
    return Promise(
        received.request.storage,
        received.place,
        received.size,
        received.size,
        (received.content_type,),
        owner_of(received.request),
        int(received.ends_at.timestamp()),
        mark=received.receipt,
        upload_id=received.upload_id,
    )


def take(received: ReceivedFile, arrival: Arrival, now: datetime, **who: Any) -> Reason | None:
    """Count a file that has arrived and write it down, or say why its request takes none any more.

    Of several who find it, one does; the others find it done.

    :param who: ``actor`` and ``client``, for the audit.
    """
    with atomic():
        request = FileRequest.objects.locked(received.request_id)
        if reason := reason_against(request, now, finishing=True):
            return reason
        state = FileState.WAITING if received.quarantine_key else FileState.ACCEPTED
        own = ReceivedFile.objects.filter(pk=received.pk, state=FileState.EXPECTED)
        if own.update(state=state, arrived_at=now, etag=arrival.info.etag):
            FileRequest.objects.filter(pk=request.pk).update(received=F("received") + 1)
            request.received += 1
            _tell(request, received, state, **who)
    received.refresh_from_db()
    return None


def accept(received: ReceivedFile, now: datetime) -> None:
    """The scanner found nothing, and the file is where it belongs."""
    with atomic():
        waiting = ReceivedFile.objects.filter(pk=received.pk, state=FileState.WAITING)
        if waiting.update(state=FileState.ACCEPTED, quarantine_key="", examined_at=now, lease_until=None):
            _tell(received.request, received, FileState.ACCEPTED)
    received.refresh_from_db()


def reject(received: ReceivedFile, verdict: str, now: datetime) -> None:
    """The scanner found something: the file no longer counts."""
    with atomic():
        request = FileRequest.objects.locked(received.request_id)
        waiting = ReceivedFile.objects.filter(pk=received.pk, state=FileState.WAITING)
        if waiting.update(state=FileState.REJECTED, verdict=verdict, examined_at=now, lease_until=None):
            FileRequest.objects.filter(pk=request.pk).update(received=F("received") - 1)
            request.received -= 1
            facts = {"receipt": received.receipt, "filename": received.filename, "finding": verdict}
            event = audit.record(Action.DENIED, request=request, reason=REJECTED, key=received.place, data=facts)
            send_on_commit(signals.file_rejected, file_request=request, received=received, event=event)
    received.refresh_from_db()


def let_go(received: ReceivedFile, verdict: str = "") -> bool:
    """Whether it was still expected, and no longer is."""
    expected = ReceivedFile.objects.filter(pk=received.pk, state=FileState.EXPECTED)
    return bool(expected.update(state=FileState.GIVEN_UP, verdict=verdict[:200]))


def collect(received: ReceivedFile, now: datetime) -> bool:
    """Take in a file whose visitor went away before it was looked at, or let it go. Whether it had arrived.

    :raises ServiceError: OSS does not tell.
    """
    promise = promise_of(received)
    try:
        arrival = arriving.arrival(promise)
    except (NotArrived, BrokenPromise) as error:
        if let_go(received, str(error)):
            arriving.discard(promise)
        return False
    # It came before anybody looked for it.
    if take(received, arrival, min(arrival.info.modified, now)) is not None and let_go(received, "It came too late."):
        arriving.remove(promise, promise.key)
        return False
    return True


def quarantined(promise: Promise, request: FileRequest) -> Promise:
    """The same for another place, if there is a scanner that looks at files before they go where they belong."""
    if conf.upload_scanner is None:
        return promise
    return replace(promise, key=f"{conf.quarantine_prefix}{request.public_id}/{promise.mark}")


def _tell(
    request: FileRequest,
    received: ReceivedFile,
    state: FileState,
    actor: Any = None,
    client: Client | None = None,
) -> None:
    facts = {"receipt": received.receipt, "filename": received.filename, "size": received.size, "state": state.value}
    key = received.place if state is FileState.WAITING else received.key
    event = audit.record(Action.UPLOADED, request=request, actor=actor, client=client, key=key, data=facts)
    if state is FileState.ACCEPTED:
        send_on_commit(signals.file_received, file_request=request, received=received, event=event)
