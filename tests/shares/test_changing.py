"""Extending, reviving, revoking, rotating, passwords, owners, settings: each with its audit row and its signal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password

from django_oss_share import signals
from django_oss_share.models import Action, AuditEvent, Kind, Share, State
from django_oss_share.oss import InvalidArgument
from django_oss_share.services import shares, tokens
from django_oss_share.services.errors import NotAllowed, PolicyViolation, WrongState
from shares.factories import PASSWORD, VISITOR, make_share, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NAIVE = datetime(2026, 3, 2)  # noqa: DTZ001 - the bad input


@pytest.fixture
def ann():
    return make_user("ann")


@pytest.fixture
def share(ann):
    return make_share(
        created_by=ann, created_by_label="ann", expires_at=NOW + DAY, max_downloads=3, downloads=1, etag='"E"'
    )


def successor():
    return get_user_model().objects.get_or_create(username="bob")[0]


CHANGES = {
    "extend": (lambda share, **who: shares.extend(share, NOW + 2 * DAY, now=NOW, **who), "share_extended"),
    "revive": (lambda share, **who: shares.revive(share, now=NOW + 2 * DAY, **who), "share_extended"),
    "revoke": (lambda share, **who: shares.revoke(share, now=NOW, **who), "share_revoked"),
    "rotate": (lambda share, **who: shares.rotate(share, now=NOW, **who), "share_rotated"),
    "set_password": (lambda share, **who: shares.set_password(share, PASSWORD, now=NOW, **who), "share_changed"),
    "hand_over": (lambda share, **who: shares.hand_over(share, successor(), **who), "share_handed_over"),
    "update": (lambda share, **who: shares.update(share, note="x", **who), "share_changed"),
}
each_change = pytest.mark.parametrize(("change", "signal"), CHANGES.values(), ids=CHANGES)


@each_change
def test_one_change_one_row_one_signal(share, ann, change, signal, django_capture_on_commit_callbacks):
    heard = []

    def receiver(share, event, **kwargs):
        heard.append((share, event))

    getattr(signals, signal).connect(receiver)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert change(share, by=ann, client=VISITOR) is share
    finally:
        getattr(signals, signal).disconnect(receiver)
    event = AuditEvent.objects.get()
    assert heard == [(share, event)]
    assert (event.share, event.actor, event.actor_label, event.address) == (share, ann, "ann", "203.0.113.7")


@each_change
def test_the_instance_says_what_the_row_says(share, change, signal):
    stale = Share.objects.get(pk=share.pk)
    change(stale)
    stored = Share.objects.filter(pk=share.pk).values().get()
    assert {name: getattr(stale, name) for name in stored} == stored
    assert stored["revision"] == 1


@each_change
def test_nobody_else_may(share, change, signal):
    before = Share.objects.filter(pk=share.pk).values().get()
    with pytest.raises(NotAllowed):
        change(share, by=make_user("mallory", "view_all_shares", "share_object"))
    assert Share.objects.filter(pk=share.pk).values().get() == before
    assert not AuditEvent.objects.exists()
    change(share, by=make_user("root", "change_all_shares"))


@each_change
def test_without_its_audit_row_nothing_changes(share, change, signal, monkeypatch):
    before = Share.objects.filter(pk=share.pk).values().get()
    monkeypatch.setattr(AuditEvent, "save", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        change(share)
    assert Share.objects.filter(pk=share.pk).values().get() == before


@pytest.mark.parametrize("name", ["extend", "revive", "rotate", "set_password", "update"])
def test_a_revoked_share_stays_as_it_is(share, name):
    shares.revoke(share, now=NOW)
    with pytest.raises(WrongState, match="revoked") as caught:
        CHANGES[name][0](share)
    assert caught.value.state == State.REVOKED
    assert AuditEvent.objects.count() == 1


def test_extending_goes_both_ways(share):
    shares.extend(share, NOW + timedelta(hours=1), now=NOW)
    assert share.expires_at == NOW + timedelta(hours=1)
    shares.extend(share, timedelta(days=9), now=NOW)
    assert share.expires_at == NOW + 9 * DAY
    first, second = AuditEvent.objects.order_by("id")
    assert first.data == {"expires_at": ["2026-03-02T00:00:00+00:00", "2026-03-01T01:00:00+00:00"]}
    assert second.data == {"expires_at": ["2026-03-01T01:00:00+00:00", "2026-03-10T00:00:00+00:00"]}


def test_extending_within_the_policy(share):
    for expiry in (NOW - DAY, timedelta(days=366), shares.NEVER, NAIVE):
        with pytest.raises(InvalidArgument):
            shares.extend(share, expiry, now=NOW)
    assert Share.objects.get().expires_at == NOW + DAY


def test_an_expired_share_works_again_on_the_same_link(share):
    token = tokens.make(share)
    later = NOW + 2 * DAY
    assert share.state(later) is State.EXPIRED
    shares.extend(share, DAY, now=later)
    assert share.state(later) is State.ACTIVE
    assert tokens.make(share) == token


def test_reviving_an_expired_share(share):
    later = NOW + 2 * DAY
    shares.revive(share, now=later)
    assert share.state(later) is State.ACTIVE
    assert share.expires_at == later + timedelta(days=30)
    event = AuditEvent.objects.get()
    assert event.action == Action.REVIVED
    assert event.data["max_downloads"] == [3, 3]


def test_reviving_an_exhausted_share(share):
    share.downloads = 3
    share.save()
    assert share.state(NOW) is State.EXHAUSTED
    for limit in (2, 3):
        with pytest.raises(WrongState, match="downloaded 3 times"):
            shares.revive(share, max_downloads=limit, now=NOW)
    with pytest.raises(WrongState, match="must be raised"):
        shares.revive(share, expires_at=9 * DAY, now=NOW)
    shares.revive(share, max_downloads=4, now=NOW)
    assert (share.state(NOW), share.downloads_left) == (State.ACTIVE, 1)
    assert share.expires_at == NOW + DAY


def test_reviving_without_a_limit(share):
    share.downloads = 3
    share.save()
    shares.revive(share, max_downloads=None, now=NOW)
    assert share.downloads_left is None


def test_only_what_ended_by_itself_is_revived(share):
    with pytest.raises(WrongState, match="active") as caught:
        shares.revive(share, now=NOW)
    assert caught.value.state == State.ACTIVE


def test_revoking(share, ann):
    shares.revoke(share, by=ann, reason="sent to the wrong Bob", now=NOW)
    assert (share.revoked_at, share.revoked_by_label) == (NOW, "ann")
    event = AuditEvent.objects.get()
    assert (event.action, event.reason) == (Action.REVOKED, "sent to the wrong Bob")


def test_revoking_twice_is_revoking_once(share):
    shares.revoke(share, now=NOW)
    shares.revoke(share, now=NOW + DAY)
    assert share.revoked_at == NOW
    assert AuditEvent.objects.count() == 1


def test_a_reason_that_is_too_long(share):
    with pytest.raises(InvalidArgument, match="64"):
        shares.revoke(share, reason="x" * 65)
    assert Share.objects.get().revoked_at is None


def test_rotating(share):
    old = tokens.make(share)
    shares.rotate(share)
    assert tokens.make(share) != old
    assert tokens.parse(tokens.make(share)).version == 1


def test_a_share_has_so_many_links(share):
    Share.objects.update(token_version=65_535)
    with pytest.raises(WrongState, match="65536 links"):
        shares.rotate(share)


def test_passwords(share):
    shares.set_password(share, PASSWORD)
    assert check_password(PASSWORD, share.password)
    shares.set_password(share, None)
    assert not share.has_password
    assert share.password_version == 2
    assert [event.data for event in AuditEvent.objects.order_by("id")] == [{"password": True}, {"password": False}]


def test_one_password_for_many_is_hashed_once(share, monkeypatch):
    hashed = shares.hashed_password(PASSWORD)
    monkeypatch.setattr("django_oss_share.services.shares.passwords.make_password", lambda password: 1 / 0)
    shares.set_password(share, hashed)
    assert check_password(PASSWORD, share.password)
    assert hashed.encoded not in repr(hashed)


def test_passwords_by_policy(share, settings):
    settings.OSS_SHARE = {"PASSWORD_REQUIRED": True}
    for password in (None, "x" * 9, "x" * 1025):
        with pytest.raises(PolicyViolation):
            shares.set_password(share, password)
    assert Share.objects.get().password_version == 0


def test_a_refused_password_is_never_hashed(share, monkeypatch):
    monkeypatch.setattr("django_oss_share.services.shares.passwords.make_password", lambda password: 1 / 0)
    with pytest.raises(PolicyViolation):
        shares.set_password(share, "x" * 1_000_000)


def test_handing_over(share, ann):
    bob = make_user("bob")
    shares.hand_over(share, bob, by=ann)
    assert (share.created_by, share.created_by_label) == (bob, "bob")
    assert AuditEvent.objects.get().data == {"owner": ["ann", "bob"]}
    with pytest.raises(NotAllowed):
        shares.hand_over(share, ann, by=ann)


def test_handing_over_to_somebody_who_cannot_log_in(share):
    with pytest.raises(InvalidArgument, match="'cid' may not log in"):
        shares.hand_over(share, make_user("cid", is_active=False))


@pytest.mark.parametrize("to", [None, "bob", 5], ids=repr)
def test_handing_over_to_nobody(share, ann, to):
    with pytest.raises(InvalidArgument, match=rf"to must be a user \(auth.User\), such as request.user; got {to!r}"):
        shares.hand_over(share, to, by=ann)
    assert Share.objects.get().created_by == ann


def test_updating(share, settings):
    settings.OSS_SHARE = {"ALLOW_ZIP": True}
    shares.update(
        share,
        name="new",
        note="",
        filename="季度.pdf",
        disposition="inline",
        mode="direct",
        starts_at=NOW,
        max_downloads=None,
        allowed_networks=["10.0.0.0/8"],
        allow_zip=True,
        pin="etag",
    )
    stored = Share.objects.get()
    assert (stored.name, stored.filename, stored.disposition, stored.mode) == ("new", "季度.pdf", "inline", "direct")
    assert (stored.starts_at, stored.max_downloads, stored.allowed_networks) == (NOW, None, ["10.0.0.0/8"])
    assert (stored.allow_zip, stored.pin) == (False, "etag")
    data = AuditEvent.objects.get().data
    assert data["max_downloads"] == [3, None]
    assert data["starts_at"] == [None, "2026-03-01T00:00:00+00:00"]
    assert "note" not in data


def test_an_update_that_changes_nothing_is_no_event(share):
    shares.update(share, note="", max_downloads=3)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (Kind.OBJECT, {"key": "another"}),
        (Kind.OBJECT, {"password": PASSWORD}),
        (Kind.OBJECT, {"max_downloads": 0}),
        (Kind.OBJECT, {"starts_at": NOW + DAY}),
        (Kind.OBJECT, {"starts_at": NAIVE}),
        (Kind.OBJECT, {"allow_zip": True}),
        (Kind.OBJECT, {"pin": "version"}),
        (Kind.OBJECT, {"mode": "popup"}),
        (Kind.PREFIX, {"mode": "direct"}),
        (Kind.PREFIX, {"filename": "x"}),
        (Kind.PREFIX, {"pin": "etag"}),
    ],
)
def test_bad_updates_change_nothing(share, kind, changes):
    Share.objects.update(kind=kind)
    with pytest.raises(InvalidArgument) as caught:
        shares.update(share, name="new", **changes)
    assert caught.value.field in changes
    assert Share.objects.get().name == ""
    assert not AuditEvent.objects.exists()


def test_changes_act_on_the_row_and_not_on_the_instance(share):
    stale = Share.objects.get(pk=share.pk)
    shares.update(share, name="by another")
    shares.update(stale, note="by me")
    assert (stale.name, stale.note) == ("by another", "by me")


def test_a_change_never_takes_a_download_back(share):
    stale = Share.objects.get(pk=share.pk)
    Share.objects.update(downloads=2)
    shares.update(stale, note="x")
    assert Share.objects.get().downloads == 2
