"""ACLs: what they open is said before it is done, and what was done is on record."""

from __future__ import annotations

import pytest
import requests

from django_oss_share.models import AuditEvent
from django_oss_share.oss import InvalidArgument, InvalidKey
from django_oss_share.oss.errors import ObjectNotFound, PermissionDenied, ServiceError, Unreachable
from django_oss_share.oss.referer import RefererRule
from django_oss_share.services import acl, audit, cors, referer
from django_oss_share.services.errors import NotAllowed, Unconfirmed, UnknownStorage
from django_oss_share.testing.emulator.faults import Fault, Kind
from shares.factories import VISITOR, make_user

pytestmark = pytest.mark.django_db

KEY = "reports/q3.pdf"
MANAGER = ("share_object", "change_all_shares")


@pytest.fixture
def anyone(oss):
    """What whoever has no signature gets."""
    return lambda: requests.get(f"{oss.endpoint}/{oss.bucket}/{KEY}", timeout=5).status_code


def set_acl(wanted, key=KEY, **more):
    return acl.set_acl("default", key, wanted, **more)


def test_an_object_is_opened_and_shut(oss, anyone):
    user = make_user("ann", *MANAGER)
    assert acl.access_to("default", KEY) == acl.Access("default", "private")
    assert set_acl("public-read", confirmed=True, by=user, client=VISITOR).acl == "default"
    assert (acl.access_to("default", KEY).is_public, anyone()) == (True, 200)
    set_acl("private")
    assert (acl.access_to("default", KEY).is_public, anyone()) == (False, 403)

    first, second = AuditEvent.objects.order_by("id")
    assert (first.action, first.actor_label, first.storage, first.key) == ("changed", "ann", "default", KEY)
    assert first.address == "203.0.113.7"
    assert first.data == {"acl": ["default", "public-read"], "of": "object"}
    assert second.data == {"acl": ["public-read", "private"], "of": "object"}
    assert audit.verify().is_intact


def test_a_bucket_is_opened_with_all_that_has_no_acl_of_its_own(oss, anyone):
    set_acl("private")
    set_acl("public-read", "", confirmed=True)
    assert (acl.access_to("default"), anyone()) == (acl.Access("public-read", "public-read"), 403)
    with pytest.raises(Unconfirmed):  # what was shut is opened by it, too
        set_acl("default")
    set_acl("default", confirmed=True)
    assert (acl.access_to("default", KEY).effective, anyone()) == ("public-read", 200)
    assert AuditEvent.objects.order_by("-id")[1].data == {"acl": ["private", "public-read"], "of": "bucket"}


@pytest.mark.parametrize(
    ("wanted", "key", "words"),
    [
        ("public-read", KEY, ("reads the object", "no signature")),
        ("public-read-write", KEY, ("reads the object", "replace it")),
        ("public-read", "", ("every object of the bucket", "on your bill")),
        ("public-read-write", "", ("every object of the bucket", "replace it")),
    ],
)
def test_nothing_is_opened_without_a_yes(oss, anyone, wanted, key, words):
    with pytest.raises(Unconfirmed) as caught:
        set_acl(wanted, key)
    text = " ".join(caught.value.warnings)
    assert all(word in text for word in words), text
    assert anyone() == 403
    assert not AuditEvent.objects.exists()


def test_what_is_open_already_needs_no_second_yes(oss):
    set_acl("public-read", confirmed=True)
    set_acl("public-read")
    with pytest.raises(Unconfirmed):
        set_acl("public-read-write")


def test_a_version(oss):
    from django_oss_share.oss.bucket_access import sdk
    from django_oss_share.services.objects import storage_of

    client = storage_of("default").client._sdk
    versioned = sdk.VersioningConfiguration(status="Enabled")
    client.put_bucket_versioning(sdk.PutBucketVersioningRequest(oss.bucket, versioning_configuration=versioned))
    oss.put(KEY, b"second")
    set_acl("public-read", version_id="null", confirmed=True)
    assert acl.access_to("default", KEY, "null").acl == "public-read"
    assert acl.access_to("default", KEY).acl == "default"
    assert AuditEvent.objects.get().data["version_id"] == "null"


@pytest.mark.parametrize("permissions", [(), ("share_object",), ("change_all_shares",), ("browse_bucket",)])
def test_who_may_not(oss, anyone, permissions):
    with pytest.raises(NotAllowed):
        set_acl("public-read", confirmed=True, by=make_user("bob", *permissions))
    assert anyone() == 403


def test_what_is_out_of_reach(oss, settings):
    settings.OSS_SHARE = {"PREFIXES": ["public/"]}
    user = make_user("ann", *MANAGER)
    for key in (KEY, ""):
        with pytest.raises(NotAllowed):
            set_acl("private", key, by=user)
        with pytest.raises(NotAllowed):
            acl.access_to("default", key, by=user)


@pytest.mark.parametrize(
    ("wanted", "key", "error"),
    [
        ("public", KEY, InvalidArgument),
        ("default", "", InvalidArgument),
        ("private", "a//b", InvalidKey),
        ("private", "../b", InvalidKey),
        ("private", "none", ObjectNotFound),
    ],
)
def test_what_makes_no_sense(oss, wanted, key, error):
    with pytest.raises(error):
        set_acl(wanted, key)
    with pytest.raises(UnknownStorage):
        acl.set_acl("nowhere", KEY, "private")


def test_what_oss_refuses_is_not_on_record(oss, settings):
    reader = oss.add_user("r", '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:Get*","Resource":"*"}]}')
    keys = {"access_key": reader.access_key_id, "secret_key": reader.access_key_secret}
    default = {**settings.STORAGES["default"], "OPTIONS": oss.storage_options(**keys)}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    with pytest.raises(PermissionDenied):
        set_acl("private")
    assert not AuditEvent.objects.exists()


def test_it_tries_once(oss):
    oss.faults.add(Fault(Kind.RESET, "PutObjectAcl", times=1))
    with pytest.raises(Unreachable):
        set_acl("private")
    assert [event.data["answer"] for event in AuditEvent.objects.all()] == ["none"]


def test_in_a_location(oss, settings):
    default = {**settings.STORAGES["default"], "OPTIONS": oss.storage_options(location="reports")}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    set_acl("public-read", "q3.pdf", confirmed=True)
    assert acl.access_to("default", "q3.pdf").acl == "public-read"


@pytest.mark.parametrize(
    ("operation", "change"),
    [
        ("PutObjectAcl", lambda: acl.set_acl("default", KEY, "public-read", confirmed=True)),
        ("PutBucketAcl", lambda: acl.set_acl("default", "", "public-read", confirmed=True)),
        ("PutBucketReferer", lambda: referer.set_rule("default", RefererRule(denied=("https://evil.test",)))),
        ("PutBucketCors", lambda: cors.allow_uploads("default", ["https://www.example.com"])),
    ],
)
@pytest.mark.parametrize("kind", ["lose-answer", "status"])
def test_a_change_that_may_have_been_made_is_on_record(oss, operation, change, kind):
    oss.faults.add(Fault(kind, operation, times=1, **({"status": 503} if kind == "status" else {})))
    with pytest.raises(ServiceError):
        change()
    rows = [event.data.get("answer") for event in AuditEvent.objects.filter(action="changed")]
    assert rows == (["none"] if kind == "lose-answer" else [])
