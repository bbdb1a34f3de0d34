"""Finding what was done to the audit behind its back."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Max

from ...conf import conf
from ...models import Action, AuditEvent, AuditSeal
from .ids import time_of
from .paging import in_order
from .records import is_genuine
from .seals import rows_digest, seal_digest

_START = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    :ivar kind: ``edited``, ``removed``, ``inserted`` (a row), or ``chain`` (a seal).
    :ivar event_id: the row, or None. :ivar seal_id: the seal, or None for a row that none covers yet.
    """

    kind: str
    message: str
    event_id: UUID | None = None
    seal_id: int | None = None


@dataclass(slots=True)
class Report:
    """What :func:`verify` saw.

    :ivar late: genuine rows that no seal covers, since their transaction ended after their time was sealed.
    :ivar unsealed: rows after the last seal.
    :ivar head: the last seal's digest. Kept elsewhere, it also proves that nothing was cut off the end.
    """

    findings: list[Finding] = field(default_factory=list)
    seals: int = 0
    events: int = 0
    late: int = 0
    unsealed: int = 0
    head: str = ""

    @property
    def is_intact(self) -> bool:
        return not self.findings


def verify(expected_head: str | None = None) -> Report:
    """Check every row and every seal, in the order of time and in flat memory.

    Rows before the last recorded purge are not missed.

    :param expected_head: the ``head`` of an earlier report: a seal that must still be there.
    """
    report, purged_to = Report(), _last_purged()
    heads: set[str] = set()
    previous, after = "", _START
    for seal in in_order(AuditSeal.objects.all()):
        report.seals += 1
        report.findings += _check_link(seal, previous)
        rows = AuditEvent.objects.filter(id__gt=after, id__lte=seal.last_id).order_by("id")
        report.findings += _check_rows(report, seal, list(rows), is_purged=seal.pk <= purged_to)
        previous, after = seal.digest, seal.last_id
        if expected_head is not None:
            heads.add(seal.digest)
    report.findings += _check_open_rows(report, after)
    report.head = previous
    if expected_head is not None and expected_head not in heads:
        report.findings.append(Finding("chain", f"The seal {expected_head} is gone: the end of the chain was cut off."))
    return report


def _last_purged() -> int:
    """The number of the last seal whose rows were purged on record; 0: none were."""
    purges = [row for row in AuditEvent.objects.filter(action=Action.PURGED) if is_genuine(row)]
    digests = [row.data["last_seal"] for row in purges if "last_seal" in row.data]
    return AuditSeal.objects.filter(digest__in=digests).aggregate(last=Max("pk"))["last"] or 0


def _check_link(seal: AuditSeal, previous: str) -> Iterator[Finding]:
    if seal.previous != previous:
        yield Finding("chain", f"Seal {seal.pk} does not follow the one before it: seals were removed.", None, seal.pk)
    if not any(hmac.compare_digest(seal_digest(key, seal), seal.digest) for key in conf.audit_keys):
        yield Finding("chain", f"Seal {seal.pk} was edited, or made with a key that is not kept.", None, seal.pk)


def _check_rows(report: Report, seal: AuditSeal, rows: list[AuditEvent], *, is_purged: bool) -> list[Finding]:
    """Of rows that a purge has let go, none is missed; one that was put in their place is."""
    report.events += len(rows)
    members = _members(seal)
    sealed = [row for row in rows if row.pk in members]
    genuine = {row.pk for row in rows if is_genuine(row)}
    findings = [_wrong(row, members, seal.pk) for row in rows if row.pk not in genuine]
    if is_purged:
        return findings
    if len(members) != seal.count:
        message = f"The rows of seal {seal.pk} are gone, or its list of them, and no purge of it is on record."
        return [*findings, Finding("removed", message, None, seal.pk)]
    report.late += len(genuine - members)
    findings += [_finding("removed", gone, seal.pk, "is gone") for gone in sorted(members - {row.pk for row in sealed})]
    if not findings and rows_digest(sealed) != seal.rows_digest:
        findings.append(
            Finding("edited", f"Rows of seal {seal.pk} were changed by a holder of the key.", None, seal.pk)
        )
    return findings


def _wrong(row: AuditEvent, members: set[UUID], seal_id: int) -> Finding:
    if row.pk in members:
        return _finding("edited", row.pk, seal_id, "is not as it was recorded")
    return _finding("inserted", row.pk, seal_id, "was never recorded")


def _check_open_rows(report: Report, after: UUID) -> Iterator[Finding]:
    for row in in_order(AuditEvent.objects.filter(id__gt=after)):
        report.events += 1
        report.unsealed += 1
        if not is_genuine(row):
            yield _finding("inserted", row.pk, None, "was inserted, or edited before it was sealed")


def _finding(kind: str, event_id: UUID, seal_id: int | None, what: str) -> Finding:
    return Finding(kind, f"Row {event_id} of {time_of(event_id):%Y-%m-%d %H:%M:%S} UTC {what}.", event_id, seal_id)


def _members(seal: AuditSeal) -> set[UUID]:
    packed = bytes(seal.members)
    return {UUID(bytes=packed[start : start + 16]) for start in range(0, len(packed) - 15, 16)}
