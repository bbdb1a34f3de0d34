"""Letting go of ended shares; what was done with them stays on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django_oss_share.models import Action, AuditEvent, Share, ShareItem
from django_oss_share.services import audit, shares
from django_oss_share.services.shares import purging
from shares.factories import make_share

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def test_only_what_ended_long_ago_goes(each_database):
    gone = [
        make_share(expires_at=NOW - 31 * DAY, name="old", keys=("a", "b")),
        make_share(revoked_at=NOW - 31 * DAY),
    ]
    kept = [
        make_share(),
        make_share(expires_at=NOW + DAY),
        make_share(expires_at=NOW - 29 * DAY, keys=("c",)),
        make_share(revoked_at=NOW - 29 * DAY),
        make_share(max_downloads=1, downloads=1),
    ]
    event = audit.record(Action.ISSUED, share=gone[0], key="a")
    assert shares.purge(30 * DAY, now=NOW) == 2
    assert set(Share.objects.all()) == set(kept)
    assert [item.key for item in ShareItem.objects.all()] == ["c"]

    survivor = AuditEvent.objects.select_related("share").get(pk=event.pk)
    assert (survivor.share, survivor.share_id) == (None, gone[0].pk)
    assert survivor.share_label == f"old [{gone[0].public_id[:8]}]"
    purged = AuditEvent.objects.get(action=Action.PURGED)
    assert purged.data == {"shares": [share.public_id for share in gone]}
    assert audit.verify().is_intact


def test_in_batches(db, monkeypatch):
    monkeypatch.setattr(purging, "BATCH", 2)
    for _ in range(5):
        make_share(revoked_at=NOW - 2 * DAY)
    assert shares.purge(DAY, now=NOW) == 5
    assert [len(event.data["shares"]) for event in AuditEvent.objects.order_by("id")] == [2, 2, 1]
    assert shares.purge(DAY, now=NOW) == 0
