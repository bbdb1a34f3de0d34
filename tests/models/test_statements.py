"""The kept statements say what the ORM says."""

from __future__ import annotations

import pytest
from django.db.models import F
from django.utils import timezone
from shares.factories import make_share, make_user

from django_oss_share.models import AuditEvent, Share
from django_oss_share.models.guards import AppendOnly
from django_oss_share.models.statements import add_downloads, share_by_public_id
from django_oss_share.services.audit.ids import uuid7


def known(share: Share) -> dict[str, object]:
    return {name: value for name, value in vars(share).items() if not name.startswith("_")}


@pytest.mark.parametrize("with_owner_state", [False, True])
def test_a_share_is_read_as_by_the_orm(each_database, with_owner_state):
    make_share()
    share = make_share(
        created_by=make_user(), allowed_networks=["10.0.0.0/8"], expires_at=timezone.now(), max_downloads=3, note="给"
    )
    expected = Share.objects.with_owner_state() if with_owner_state else Share.objects.all()
    read = share_by_public_id(share.public_id, with_owner_state=with_owner_state)
    assert known(read) == known(expected.get(pk=share.pk))
    assert share_by_public_id("f" * 18, with_owner_state=with_owner_state) is None


def test_downloads_are_added_up_to_the_limit_and_no_further(each_database):
    share = make_share(max_downloads=5, downloads=2)
    assert [add_downloads(share, count) for count in (4, 2, 2, 1, 1)] == [False, True, False, True, False]
    share.refresh_from_db()
    assert share.downloads == 5


def test_without_a_limit_there_is_none(each_database):
    share = make_share(downloads=2**40)
    assert add_downloads(share, 3)
    share.refresh_from_db()
    assert share.downloads == 2**40 + 3


def test_a_share_that_was_changed_or_revoked_since_is_not_counted(each_database):
    share = make_share()
    Share.objects.filter(pk=share.pk).update(revision=F("revision") + 1)
    assert not add_downloads(share, 1)
    revoked = make_share()
    Share.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())
    assert not add_downloads(revoked, 1)


def test_an_audit_row_is_stored_as_it_is_once(each_database):
    now = timezone.now()
    row = AuditEvent(
        id=uuid7(now),
        at=now,
        action="issued",
        share_id=7,
        share_label="季度",
        actor_id=None,
        link_expires_at=now,
        data={"a": [1, "二"], "b": None},
        mac="0" * 32,
    )
    row.save()
    assert known(AuditEvent.objects.get()) == known(row)
    with pytest.raises(AppendOnly):
        row.save()
