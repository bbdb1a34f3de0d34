"""Why something was done or refused, for people to read."""

from __future__ import annotations

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from ..models import Action, AuditEvent
from ..services.access import Reason


def reason_in_words(event: AuditEvent) -> str:
    """What the visitor was told; what access logs say; of all else, what somebody typed."""
    if event.action == Action.RECONCILED:
        return _fetched(event.data)
    is_ours = event.action in (Action.DENIED, Action.UNLOCK_FAILED) and event.reason in Reason.values
    return str(Reason(event.reason).label) if is_ours else event.reason


def _fetched(data: dict[str, Any]) -> str:
    """What was really fetched by the links of a share, or of none."""
    if "bytes" not in data:
        return ""
    counts = _("%(downloads)d fetched whole, %(partial)d in part, %(refused)d refused by OSS") % data
    return f"{counts}; {filesizeformat(data['bytes'])}"
