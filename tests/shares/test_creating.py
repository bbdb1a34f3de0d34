"""Making shares, and all that is refused, atomically."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import md5
from ipaddress import ip_address

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from django_oss_share import signals
from django_oss_share.models import Action, AuditEvent, Kind, Pin, Share, ShareItem, State
from django_oss_share.oss import InvalidArgument, InvalidKey
from django_oss_share.oss.errors import ObjectNotFound, ServiceError
from django_oss_share.services import shares
from django_oss_share.services.clients import Client
from django_oss_share.services.errors import NotAllowed, PolicyViolation, UnknownStorage
from django_oss_share.testing import Fault
from django_oss_share.testing import Kind as FaultKind
from shares.factories import PASSWORD, VISITOR, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAIVE = datetime(2030, 1, 1)  # noqa: DTZ001 - the bad input
KEY = "reports/q3.pdf"


def create(key=KEY, **more):
    return shares.create(key, **{"check": False, **more})


def test_the_contract(oss):
    ann = make_user("ann")
    share = shares.create(
        key=KEY,
        storage="default",
        created_by=ann,
        expires_in=timedelta(days=3),
        password=PASSWORD,
        max_downloads=5,
        starts_at=None,
        allowed_networks=("10.0.0.0/8",),
        filename="季度.pdf",
        disposition="inline",
        version_id=None,
        name="Third quarter",
        note="for the board",
    )
    stored = Share.objects.get()
    assert stored == share
    assert stored.state() is State.ACTIVE
    assert (stored.kind, stored.key, stored.storage, stored.pin) == (Kind.OBJECT, KEY, "default", Pin.REPORT)
    assert stored.expires_at - stored.created_at == timedelta(days=3)
    assert check_password(PASSWORD, stored.password)
    assert (stored.max_downloads, stored.downloads, stored.allowed_networks) == (5, 0, ["10.0.0.0/8"])
    assert (stored.filename, stored.disposition, stored.name, stored.note) == (
        "季度.pdf",
        "inline",
        "Third quarter",
        "for the board",
    )
    assert (stored.created_by, stored.created_by_label) == (ann, "ann")
    assert stored.etag.strip('"') == md5(b"the third quarter").hexdigest().upper()
    assert len(stored.public_id) == 18


@pytest.mark.parametrize("owner", ["joe", 5, AnonymousUser()], ids=["a name", "a number", "nobody"])
def test_an_owner_who_is_no_user(owner):
    with pytest.raises(InvalidArgument, match=r"created_by must be a user \(auth.User\), such as") as told:
        create(created_by=owner)
    assert told.value.field == "created_by"
    assert not Share.objects.exists()


def test_the_audit_tells_who_made_what_and_nothing_secret():
    ann = make_user("ann", "share_object")
    share = create(created_by=ann, by=ann, client=VISITOR, password=PASSWORD, max_downloads=2, now=NOW)
    event = AuditEvent.objects.get()
    assert (event.action, event.share, event.actor, event.actor_label) == (Action.CREATED, share, ann, "ann")
    assert (event.key, event.storage, event.at, event.address) == (KEY, "default", NOW, "203.0.113.7")
    assert event.data == {
        "kind": "object",
        "expires_at": "2026-03-31T00:00:00+00:00",
        "max_downloads": 2,
        "password": True,
    }


def test_ids_are_never_the_same():
    assert len({create().public_id for _ in range(20)}) == 20


def test_the_default_expiry_is_the_policys(settings):
    assert create(now=NOW).expires_at == NOW + timedelta(days=30)
    settings.OSS_SHARE = {"DEFAULT_EXPIRY": 600, "MAX_EXPIRY": None}
    assert create(now=NOW).expires_at == NOW + timedelta(minutes=10)
    assert create(now=NOW, expires_at=shares.NEVER).expires_at is None
    settings.OSS_SHARE = {"DEFAULT_EXPIRY": None, "MAX_EXPIRY": None}
    assert create(now=NOW).expires_at is None


def test_an_object_that_is_not_there(oss):
    with pytest.raises(ObjectNotFound, match="reports/q4.pdf"):
        shares.create("reports/q4.pdf")
    assert not Share.objects.exists()
    assert shares.create("reports/q4.pdf", check=False).etag == ""


def test_a_bucket_that_does_not_answer(oss):
    oss.faults.add(Fault(operation="HeadObject", kind=FaultKind.STATUS, status=503))
    with pytest.raises(ServiceError):
        shares.create(KEY)
    assert not Share.objects.exists()


def test_a_selection(oss):
    oss.put("b.txt", b"b")
    share = shares.create(keys=["b.txt", KEY, "b.txt"], name="Two files")
    assert (share.kind, share.key) == (Kind.SELECTION, "")
    items = list(share.items.all())
    assert [(item.position, item.key) for item in items] == [(0, "b.txt"), (1, KEY)]
    assert all(item.etag for item in items)
    assert AuditEvent.objects.get().data["keys"] == ["b.txt", KEY]
    with pytest.raises(ObjectNotFound):
        shares.create(keys=["b.txt", "absent"])
    assert (Share.objects.count(), ShareItem.objects.count()) == (1, 2)


def test_a_folder(oss):
    share = shares.create(prefix="reports/")
    assert (share.kind, share.key, share.pin) == (Kind.PREFIX, "reports/", Pin.NONE)
    with pytest.raises(ObjectNotFound, match="'empty/'"):
        shares.create(prefix="empty/")
    assert shares.create(prefix="empty/", check=False).key == "empty/"


def test_pins(oss):
    assert shares.create(KEY, pin="etag").pin == Pin.ETAG
    assert shares.create(KEY, pin="none").pin == Pin.NONE
    with pytest.raises(InvalidArgument, match="keeps none") as caught:
        shares.create(KEY, pin="version")
    assert caught.value.field == "pin"
    pinned = create(version_id="CAEQ")
    assert (pinned.version_id, pinned.pin) == ("CAEQ", Pin.VERSION)


def test_by_must_be_allowed():
    with pytest.raises(NotAllowed):
        create(by=make_user("ann"))
    assert not AuditEvent.objects.exists()


def test_zip_by_policy(settings):
    assert create(key=None, prefix="a/").allow_zip is False
    with pytest.raises(PolicyViolation, match="ALLOW_ZIP"):
        create(key=None, prefix="a/", allow_zip=True)
    settings.OSS_SHARE = {"ALLOW_ZIP": True}
    assert create(key=None, prefix="a/").allow_zip is True
    assert create(key=None, prefix="a/", allow_zip=False).allow_zip is False
    assert create().allow_zip is False


@pytest.mark.parametrize(
    ("more", "error", "field"),
    [
        ({"key": ""}, InvalidKey, "key"),
        ({"key": "a/../b"}, InvalidKey, "key"),
        ({"key": None}, InvalidArgument, "key"),
        ({"keys": ["a"]}, InvalidArgument, "key"),
        ({"key": None, "keys": []}, InvalidArgument, "keys"),
        ({"key": None, "keys": "abc"}, InvalidArgument, "keys"),
        ({"key": None, "keys": [str(number) for number in range(201)]}, InvalidArgument, "keys"),
        ({"key": None, "keys": ["a", "/b"]}, InvalidKey, "keys"),
        ({"key": None, "prefix": "team"}, InvalidKey, "prefix"),
        ({"storage": "nowhere"}, UnknownStorage, None),
        ({"storage": "local"}, UnknownStorage, None),
        ({"expires_in": 0}, InvalidArgument, "expires_in"),
        ({"expires_in": "1 hour"}, InvalidArgument, "expires_in"),
        ({"expires_in": timedelta(days=366)}, PolicyViolation, "expires_in"),
        ({"expires_in": 60, "expires_at": timezone.now()}, InvalidArgument, "expires_in"),
        ({"expires_at": NAIVE}, InvalidArgument, "expires_at"),
        ({"expires_at": datetime(9999, 1, 1, tzinfo=UTC)}, PolicyViolation, "expires_at"),
        ({"starts_at": NAIVE}, InvalidArgument, "starts_at"),
        ({"max_downloads": 0}, InvalidArgument, "max_downloads"),
        ({"password": "short"}, PolicyViolation, "password"),
        ({"allowed_networks": ["10.0.0.5/8"]}, InvalidArgument, "allowed_networks"),
        ({"filename": "a/b"}, InvalidArgument, "filename"),
        ({"key": None, "prefix": "a/", "filename": "x"}, InvalidArgument, "filename"),
        ({"disposition": "attachment\r\nX: y"}, InvalidArgument, "disposition"),
        ({"mode": "popup"}, InvalidArgument, "mode"),
        ({"key": None, "prefix": "a/", "mode": "direct"}, InvalidArgument, "mode"),
        ({"pin": "tight"}, InvalidArgument, "pin"),
        ({"pin": "etag"}, InvalidArgument, "pin"),
        ({"pin": "version"}, InvalidArgument, "pin"),
        ({"pin": "none", "version_id": "CAEQ"}, InvalidArgument, "pin"),
        ({"key": None, "prefix": "a/", "pin": "etag"}, InvalidArgument, "pin"),
        ({"key": None, "keys": ["a"], "version_id": "CAEQ"}, InvalidArgument, "version_id"),
        ({"version_id": "CA\nEQ"}, InvalidArgument, "version_id"),
        ({"version_id": "x" * 129}, InvalidArgument, "version_id"),
        ({"name": "x" * 201}, InvalidArgument, "name"),
        ({"note": "x" * 2001}, InvalidArgument, "note"),
    ],
)
def test_bad_inputs_leave_nothing_behind(more, error, field):
    with pytest.raises(error) as caught:
        create(**more)
    assert getattr(caught.value, "field", None) == field
    assert not Share.objects.exists()
    assert not AuditEvent.objects.exists()


def test_without_its_audit_row_there_is_no_share(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("disk full")

    monkeypatch.setattr("django_oss_share.services.audit.records.AuditEvent.save", fail)
    with pytest.raises(RuntimeError):
        create(key=None, keys=["a", "b"])
    assert not Share.objects.exists()
    assert not ShareItem.objects.exists()


def test_the_signal_comes_on_commit(django_capture_on_commit_callbacks):
    heard = []

    def receiver(sender, share, event, **kwargs):
        heard.append((sender, share, event.action))

    signals.share_created.connect(receiver)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            share = create()
            assert heard == []
    finally:
        signals.share_created.disconnect(receiver)
    assert heard == [(Share, share, "created")]


def test_a_receiver_that_fails_stops_nothing(django_capture_on_commit_callbacks, caplog):
    def receiver(**kwargs):
        raise RuntimeError("mail server down")

    signals.share_created.connect(receiver)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            create()
    finally:
        signals.share_created.disconnect(receiver)
    assert "mail server down" in caplog.text
    assert Share.objects.count() == 1


def test_an_unknown_address_is_no_obstacle_to_making_a_share():
    create(client=Client(ip_address("2001:db8::1")))
    create(client=Client())
    assert set(AuditEvent.objects.values_list("address", flat=True)) == {"2001:db8::1", ""}
