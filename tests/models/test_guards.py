"""The audit takes new rows and nothing else."""

from __future__ import annotations

import pytest
from shares.factories import make_share

from django_oss_share.models import Action, AuditEvent, AuditSeal
from django_oss_share.models.guards import AppendOnly
from django_oss_share.oss import OSSShareError
from django_oss_share.services import audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return audit.record(Action.VIEWED, share=make_share())


def changed(event):
    event.reason = "another"
    event.save()


ATTEMPTS = {
    "save": changed,
    "save as new": lambda event: AuditEvent.objects.get(pk=event.pk).save(force_insert=True),
    "delete": lambda event: event.delete(),
    "update": lambda event: AuditEvent.objects.update(reason="another"),
    "delete many": lambda event: AuditEvent.objects.filter(pk=event.pk).delete(),
    "bulk_create": lambda event: AuditEvent.objects.bulk_create([event], update_conflicts=True),
    "bulk_update": lambda event: AuditEvent.objects.bulk_update([event], ["reason"]),
    "update_or_create": lambda event: AuditEvent.objects.update_or_create({"reason": "another"}, pk=event.pk),
    "through the share": lambda event: event.share.events.all().update(reason="another"),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_a_row_stays_as_it_is(event, attempt):
    before = AuditEvent.objects.filter(pk=event.pk).values().get()
    with pytest.raises(AppendOnly) as caught:
        attempt(event)
    assert isinstance(caught.value, OSSShareError)
    assert isinstance(caught.value, PermissionError)
    assert AuditEvent.objects.filter(pk=event.pk).values().get() == before


def test_seals_are_append_only_too(event):
    seal = AuditSeal.objects.create(
        first_id=event.pk, last_id=event.pk, count=1, members=event.pk.bytes, rows_digest="", previous="", digest="x"
    )
    with pytest.raises(AppendOnly):
        seal.delete()
    with pytest.raises(AppendOnly):
        AuditSeal.objects.update(digest="y")
