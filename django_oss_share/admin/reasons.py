"""Why something was done or refused, for people to read."""

from __future__ import annotations

from ..models import Action, AuditEvent
from ..services.access import Reason


def reason_in_words(event: AuditEvent) -> str:
    """What the visitor was told; of all but refusals, what somebody typed."""
    is_ours = event.action in (Action.DENIED, Action.UNLOCK_FAILED) and event.reason in Reason.values
    return str(Reason(event.reason).label) if is_ours else event.reason
