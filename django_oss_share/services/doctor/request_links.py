"""Links of file requests: whether they take files now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ...models import FileRequest
from ...oss.reading.words import moment
from .. import tokens
from ..access.denials import Reason
from ..file_requests.opening import reason_against
from ..file_requests.permissions import may_change
from .causes import Cause, Diagnosis
from .describing import iso


def diagnose_request(token: str, *, by: Any, now: datetime) -> Diagnosis:
    """:param token: a genuine one."""
    parsed = tokens.parse(token, FileRequest)
    request = FileRequest.objects.filter(public_id=parsed.public_id).first()
    if request is None:
        return _diagnosis(Cause.NOT_FOUND, "The link is genuine, but its file request is no longer there.")
    facts = _facts(request, now) if by is None or may_change(by, request) else {}
    reason = Reason.ROTATED if parsed.version != request.token_version else reason_against(request, now)
    if reason is None:
        until = f"until {moment(request.expires_at)}" if request.expires_at else "without an end"
        return _diagnosis(
            Cause.OK, f"A file request, which takes files {until}; nothing is to be downloaded there.", facts
        )
    cause = Cause.LINK_EXPIRED if reason is Reason.EXPIRED else Cause.POLICY_DENIED
    return _diagnosis(cause, f"A file request, which takes no files now: {reason.label}", facts)


def _diagnosis(cause: Cause, explanation: str, facts: dict[str, Any] | None = None) -> Diagnosis:
    cure = "" if cause is Cause.OK else "Change the file request in the admin, or make a new one."
    link = {"kind": "file_request", "url": "…/***/", **(facts or {})}
    return Diagnosis(cause=cause, explanation=explanation, cure=cure, link=link)


def _facts(request: FileRequest, now: datetime) -> dict[str, Any]:
    return {
        "id": request.pk,
        "label": request.label,
        "state": str(request.state(now)),
        "storage": request.storage,
        "prefix": request.prefix,
        "owner": request.created_by_label or None,
        "expires_at": iso(request.expires_at),
        "files": request.received,
        "max_files": request.max_files,
        "password": request.has_password,
    }
