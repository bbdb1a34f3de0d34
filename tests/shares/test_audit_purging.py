"""Old audit rows go, the chain stays, and a theft is not mistaken for a purge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import JSONField, QuerySet, Value

from django_oss_share.models import Action, AuditEvent, AuditSeal
from django_oss_share.services import audit
from django_oss_share.services.audit import purging, seals
from shares.factories import make_user

NOW = datetime(2026, 3, 31, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def small_seals(monkeypatch):
    monkeypatch.setattr(seals, "BATCH", 4)


def rows_of_days(count):
    """One a day; the last is of yesterday."""
    return [audit.record(Action.VIEWED, data={"n": n}, at=NOW - (count - n) * DAY) for n in range(count)]


def test_only_old_rows_go(each_database):
    rows = rows_of_days(20)
    assert audit.purge(10 * DAY, by=make_user("root"), now=NOW) == 8
    left = list(AuditEvent.objects.order_by("id"))
    assert left[:-1] == rows[8:]
    assert (left[-1].action, left[-1].actor_label) == (Action.PURGED, "root")
    last = AuditSeal.objects.order_by("id")[1].digest
    assert left[-1].data == {"events": 8, "last_seal": last, "before": "2026-03-21T00:00:00Z"}
    report = audit.verify()
    assert report.is_intact
    assert report.seals == 5


def test_nothing_old_is_no_purge(db):
    rows_of_days(3)
    assert audit.purge(10 * DAY, now=NOW) == 0
    assert not AuditEvent.objects.filter(action=Action.PURGED).exists()


def test_again_and_again(db):
    rows_of_days(20)
    assert audit.purge(10 * DAY, now=NOW) == 8
    assert audit.purge(10 * DAY, now=NOW) == 0
    assert audit.purge(10 * DAY, now=NOW + 8 * DAY) == 8
    assert audit.verify().is_intact
    assert audit.purge(DAY, now=NOW + 60 * DAY) == 6
    assert audit.verify().is_intact
    assert AuditEvent.objects.get().action == Action.PURGED


def test_a_purge_that_was_broken_off_is_finished_by_the_next(db, monkeypatch):
    rows_of_days(20)
    mark = AuditSeal.objects.none().mark_purged.__func__
    calls = []

    def fail_at_second(self, now):
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit
        mark(self, now)

    monkeypatch.setattr(type(AuditSeal.objects.none()), "mark_purged", fail_at_second)
    with pytest.raises(SystemExit):
        audit.purge(10 * DAY, now=NOW)
    assert AuditEvent.objects.exclude(action=Action.PURGED).count() == 16
    assert audit.verify().is_intact
    assert audit.purge(10 * DAY, now=NOW) == 4
    assert AuditEvent.objects.exclude(action=Action.PURGED).count() == 12
    assert audit.verify().is_intact


def test_a_theft_that_looks_like_a_purge(db):
    rows_of_days(20)
    audit.seal(NOW)
    first = AuditSeal.objects.order_by("id")[:1]
    stolen = first[0]
    QuerySet(AuditEvent).filter(id__lte=stolen.last_id).delete()
    assert [finding.kind for finding in audit.verify().findings] == ["removed"] * 4
    AuditSeal.objects.filter(pk=stolen.pk).mark_purged(NOW)
    (finding,) = audit.verify().findings
    assert (finding.kind, finding.seal_id) == ("removed", stolen.pk)
    assert "no purge of it is on record" in finding.message


def test_a_forged_record_of_a_purge_is_no_excuse(db):
    rows = rows_of_days(20)
    audit.seal(NOW)
    stolen = AuditSeal.objects.order_by("id").first()
    QuerySet(AuditEvent).filter(id__lte=stolen.last_id).delete()
    QuerySet(AuditEvent).filter(pk=rows[-1].pk).update(action="purged", data={"last_seal": stolen.digest})
    kinds = [finding.kind for finding in audit.verify().findings]
    assert sorted(kinds) == ["edited", *["removed"] * 4]


def test_a_seal_that_takes_the_number_of_a_purged_one(db):
    rows = rows_of_days(20)
    audit.purge(10 * DAY, now=NOW)
    for seal in AuditSeal.objects.order_by("id"):
        QuerySet(AuditSeal).filter(pk=seal.pk).update(id=seal.pk - 100)
    assert audit.verify().is_intact
    QuerySet(AuditEvent).filter(pk=rows[12].pk).delete()
    (finding,) = audit.verify().findings
    assert (finding.kind, finding.event_id) == ("removed", rows[12].pk)


@pytest.mark.parametrize("data", [5, None, "last_seal", ["last_seal"]])
def test_a_record_of_a_purge_that_holds_anything_else(db, data):
    rows = rows_of_days(8)
    QuerySet(AuditEvent).filter(pk=rows[0].pk).update(action="purged", data=Value(data, JSONField()))
    assert [finding.kind for finding in audit.verify().findings] == ["inserted"]


def test_a_row_put_where_rows_were_purged(db):
    rows = rows_of_days(20)
    audit.purge(10 * DAY, now=NOW)
    forged = AuditEvent.objects.get(pk=rows[-1].pk)
    forged.pk = rows[2].pk
    QuerySet(AuditEvent).bulk_create([forged])
    assert [finding.kind for finding in audit.verify().findings] == ["inserted"]


def test_in_small_transactions(db, django_capture_on_commit_callbacks, monkeypatch):
    sizes = []
    purge_rows = type(AuditEvent.objects.none()).purge

    def counted(self):
        sizes.append(self.count())
        return purge_rows(self)

    monkeypatch.setattr(type(AuditEvent.objects.none()), "purge", counted)
    rows_of_days(20)
    purging.purge(DAY, now=NOW)
    assert max(sizes) <= 4
