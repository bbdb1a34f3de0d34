"""What is done to the audit by SQL is found: one edited, one removed, one inserted row, and broken chains."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import QuerySet
from services.threads import in_threads

from django_oss_share.models import Action, AuditEvent, AuditSeal
from django_oss_share.services import audit
from django_oss_share.services.audit import seals
from django_oss_share.services.audit.ids import uuid7
from shares.factories import make_share

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rows_of_hours(count, start=START):
    return [audit.record(Action.VIEWED, data={"n": n}, at=start + n * HOUR) for n in range(count)]


def by_sql(model=AuditEvent):
    """The table without its guards."""
    return QuerySet(model)


def inserted_at(at, like):
    row = by_sql().get(pk=like.pk)
    row.pk = uuid7(at)
    by_sql().bulk_create([row])
    return row


def found(report):
    return sorted((finding.kind, finding.event_id) for finding in report.findings)


@pytest.fixture(autouse=True)
def small_seals(monkeypatch):
    monkeypatch.setattr(seals, "BATCH", 4)


def test_nothing_is_wrong_with_nothing(db):
    assert audit.verify().is_intact
    assert audit.seal() == 0


def test_sealing_in_batches(each_database):
    rows = rows_of_hours(10)
    assert audit.seal(START + 24 * HOUR) == 10
    assert audit.seal(START + 24 * HOUR) == 0
    made = list(AuditSeal.objects.order_by("id"))
    assert [seal.count for seal in made] == [4, 4, 2]
    assert [(seal.first_id, seal.last_id) for seal in made] == [
        (rows[0].pk, rows[3].pk),
        (rows[4].pk, rows[7].pk),
        (rows[8].pk, rows[9].pk),
    ]
    assert [seal.previous for seal in made] == ["", made[0].digest, made[1].digest]
    report = audit.verify()
    assert report.is_intact
    assert (report.seals, report.events, report.unsealed, report.late, report.head) == (3, 10, 0, 0, made[2].digest)


def test_young_rows_stay_open(db):
    rows_of_hours(2)
    audit.record(Action.VIEWED, at=START + 2 * HOUR)
    assert audit.seal(START + 2 * HOUR + timedelta(minutes=4)) == 2
    report = audit.verify()
    assert (report.is_intact, report.unsealed) == (True, 1)


def test_tampering_with_sealed_rows_is_found(each_database):
    rows = rows_of_hours(12)
    audit.seal(START + 24 * HOUR)
    by_sql().filter(pk=rows[1].pk).update(reason="another")
    by_sql().filter(pk=rows[5].pk).delete()
    forged = inserted_at(START + 9.5 * HOUR, like=rows[9])
    report = audit.verify()
    assert found(report) == [("edited", rows[1].pk), ("inserted", forged.pk), ("removed", rows[5].pk)]
    texts = {finding.kind: str(finding.message) for finding in report.findings}
    assert "2026-03-01 05:00:00 UTC is gone" in texts["removed"]
    assert all(finding.seal_id for finding in report.findings)


def test_tampering_within_one_seal_is_told_apart(db):
    rows = rows_of_hours(4)
    audit.seal(START + 24 * HOUR)
    by_sql().filter(pk=rows[0].pk).update(address="1.1.1.1")
    by_sql().filter(pk=rows[1].pk).delete()
    forged = inserted_at(START + 2.5 * HOUR, like=rows[2])
    assert found(audit.verify()) == [("edited", rows[0].pk), ("inserted", forged.pk), ("removed", rows[1].pk)]


def test_tampering_shows_before_anything_is_sealed(each_database):
    rows = rows_of_hours(3)
    by_sql().filter(pk=rows[0].pk).update(data={"n": 7})
    forged = inserted_at(START + 9 * HOUR, like=rows[1])
    assert found(audit.verify()) == [("inserted", rows[0].pk), ("inserted", forged.pk)]


def test_a_row_that_was_tampered_with_and_then_sealed_is_still_found(db):
    rows = rows_of_hours(3)
    by_sql().filter(pk=rows[0].pk).update(reason="another")
    audit.seal(START + 24 * HOUR)
    assert found(audit.verify()) == [("edited", rows[0].pk)]


def test_rows_before_the_first_and_between_seals(db):
    rows = rows_of_hours(8)
    audit.seal(START + 24 * HOUR)
    before, between = inserted_at(START - HOUR, like=rows[0]), inserted_at(START + 3.5 * HOUR, like=rows[0])
    assert found(audit.verify()) == [("inserted", before.pk), ("inserted", between.pk)]


def test_who_has_the_key_is_found_by_the_seal(db):
    rows = rows_of_hours(4)
    audit.seal(START + 24 * HOUR)
    row = by_sql().get(pk=rows[1].pk)
    row.reason = "another"
    row.mac = seals.mac("tests-only", "audit row", audit.records.content(row))[:16].hex()
    by_sql().bulk_update([row], ["reason", "mac"])
    (finding,) = audit.verify().findings
    assert (finding.kind, finding.event_id) == ("edited", None)
    assert "holder of the key" in finding.message


def test_a_late_row_is_not_a_forged_one(db):
    rows_of_hours(4)
    audit.seal(START + 24 * HOUR)
    audit.record(Action.VIEWED, at=START + 1.5 * HOUR)
    report = audit.verify()
    assert (report.is_intact, report.late) == (True, 1)


@pytest.mark.parametrize("field", ["previous", "digest", "rows_digest", "count", "first_id"])
def test_an_edited_seal(db, field):
    rows = rows_of_hours(8)
    audit.seal(START + 24 * HOUR)
    values = {"count": 3, "first_id": rows[1].pk}
    seal = AuditSeal.objects.order_by("id").first()
    by_sql(AuditSeal).filter(pk=seal.pk).update(**{field: values.get(field, "0" * 64)})
    assert "chain" in {finding.kind for finding in audit.verify().findings}


@pytest.mark.parametrize("taken", [1, 16, 64])
def test_members_that_were_edited(db, taken):
    rows_of_hours(4)
    audit.seal(START + 24 * HOUR)
    seal = AuditSeal.objects.get()
    by_sql(AuditSeal).filter(pk=seal.pk).update(members=bytes(seal.members)[taken:])
    assert not audit.verify().is_intact


@pytest.mark.parametrize("number", [0, 1])
def test_a_removed_seal(db, number):
    rows_of_hours(12)
    audit.seal(START + 24 * HOUR)
    gone = AuditSeal.objects.order_by("id")[number]
    by_sql(AuditSeal).filter(pk=gone.pk).delete()
    assert {finding.kind for finding in audit.verify().findings} >= {"chain"}


def test_an_end_that_was_cut_off_is_found_by_a_digest_kept_elsewhere(db):
    rows_of_hours(8)
    audit.seal(START + 24 * HOUR)
    head = audit.verify().head
    last = AuditSeal.objects.order_by("-id").first()
    by_sql().filter(id__gte=last.first_id).delete()
    by_sql(AuditSeal).filter(pk=last.pk).delete()
    assert audit.verify().is_intact
    (finding,) = audit.verify(expected_head=head).findings
    assert finding.kind == "chain"
    assert head in finding.message


def test_an_empty_head_is_none(db):
    assert not audit.verify(expected_head="").is_intact


def test_a_head_of_earlier_still_counts(db):
    rows_of_hours(4)
    audit.seal(START + 24 * HOUR)
    head = audit.verify().head
    rows_of_hours(4, START + 30 * HOUR)
    audit.seal(START + 60 * HOUR)
    assert audit.verify(expected_head=head).is_intact


def test_two_who_seal_at_once_make_one_chain(each_database):
    rows_of_hours(20)
    sealed = in_threads(4, lambda: audit.seal(START + 48 * HOUR))
    assert sum(sealed) == 20
    report = audit.verify()
    assert (report.is_intact, report.seals) == (True, 5)


def test_without_its_keys_nothing_is_genuine(db, settings):
    rows_of_hours(1)
    audit.seal(START + 24 * HOUR)
    settings.OSS_SHARE = {"AUDIT_KEYS": ["n" * 40]}
    assert {finding.kind for finding in audit.verify().findings} == {"chain", "edited"}


def test_verifying_reads_rows_seal_by_seal(db, django_assert_max_num_queries):
    make_share()
    rows_of_hours(12)
    audit.seal(START + 24 * HOUR)
    with django_assert_max_num_queries(6):
        audit.verify()
