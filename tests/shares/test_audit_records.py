"""One audit row: what it holds, in what order, and how a changed one gives itself away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from itertools import count

import pytest
from django.utils import timezone

from django_oss_share.models import Action, AuditEvent
from django_oss_share.services import audit
from django_oss_share.services.audit import ids
from django_oss_share.services.audit.ids import first_id_at, time_of, uuid7
from django_oss_share.services.audit.records import is_genuine
from django_oss_share.services.clients import Client
from shares.factories import VISITOR, make_share, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)


def test_ids_are_of_version_7_and_in_the_order_of_time():
    made = [uuid7(NOW + timedelta(microseconds=step)) for step in range(2000) for _ in range(3)]
    assert made == sorted(made)
    assert len(set(made)) == 6000
    assert {(identifier.version, identifier.variant) for identifier in made} == {(7, "specified in RFC 4122")}


def test_rows_of_one_moment_keep_their_order_however_many_there_were_before(monkeypatch):
    monkeypatch.setattr(ids, "_counter", count(2**14 - 2))
    made = [uuid7(NOW) for _ in range(4)]
    assert made == sorted(made)


def test_the_time_of_an_id():
    identifier = uuid7(NOW)
    assert time_of(identifier) == NOW.replace(microsecond=123_000)
    assert first_id_at(NOW) <= identifier < first_id_at(NOW + timedelta(microseconds=1))


def test_rows_come_newest_first_on_each_database(each_database):
    rows = [audit.record(Action.VIEWED, at=NOW + timedelta(microseconds=step)) for step in (0, 0, 1, 1000, 10**9)]
    assert list(AuditEvent.objects.all()) == rows[::-1]
    assert list(AuditEvent.objects.filter(id__lt=first_id_at(NOW + timedelta(seconds=1)))) == rows[3::-1]


def test_all_it_holds():
    share, user = make_share(name="Third quarter"), make_user("ann")
    event = audit.record(
        Action.DENIED, share=share, actor=user, client=VISITOR, reason="network", key="a/b", data={"a": [1]}, at=NOW
    )
    assert AuditEvent.objects.values().get() == {
        "id": event.pk,
        "at": NOW,
        "action": "denied",
        "share_id": share.pk,
        "share_label": f"Third quarter [{share.public_id[:8]}]",
        "actor_id": user.pk,
        "actor_label": "ann",
        "reason": "network",
        "address": "203.0.113.7",
        "user_agent": "Firefox",
        "storage": "default",
        "key": "a/b",
        "link_digest": "",
        "link_expires_at": None,
        "data": {"a": [1]},
        "mac": event.mac,
    }


def test_a_row_about_no_share():
    event = audit.record(Action.GRANTED, storage="archive", key="in/", data={"actions": ["put"]})
    assert (event.share_id, event.share_label, event.storage, event.key) == (None, "", "archive", "in/")
    assert abs(event.at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize("agent", ["a\0b", "a\r\nX-Evil: 1", "\ud800", "季度", "\u202e"])
def test_any_browser_can_be_written_down(each_database, agent):
    event = audit.record(Action.VIEWED, client=Client(ip_address("2001:db8::1"), agent))
    stored = AuditEvent.objects.get(pk=event.pk)
    assert stored.user_agent.isprintable()
    assert is_genuine(stored)


def test_a_row_survives_its_share_and_its_actor():
    share, user = make_share(), make_user("ann")
    event = audit.record(Action.VIEWED, share=share, actor=user)
    user.delete()
    type(share).objects.all().purge()
    stored = AuditEvent.objects.select_related("share", "actor").get(pk=event.pk)
    assert (stored.share, stored.actor, stored.actor_label) == (None, None, "ann")
    assert is_genuine(stored)


OTHER = {
    "id": uuid7(NOW),
    "at": NOW,
    "action": "viewed",
    "share_id": 99,
    "share_label": "x",
    "actor_id": 99,
    "actor_label": "x",
    "reason": "x",
    "address": "1.1.1.1",
    "user_agent": "x",
    "storage": "x",
    "key": "x",
    "link_digest": "x",
    "link_expires_at": NOW,
    "data": {"a": 2},
    "mac": "0" * 32,
}


@pytest.mark.parametrize("field", OTHER)
def test_every_column_is_covered(field):
    event = audit.record(Action.DENIED, share=make_share(), actor=make_user(), client=VISITOR, key="k", data={"a": 1})
    assert is_genuine(event)
    setattr(event, field, OTHER[field])
    assert not is_genuine(event)


def test_there_is_no_column_that_the_test_above_forgot():
    assert set(OTHER) == {field.attname for field in AuditEvent._meta.concrete_fields}


def test_rows_of_an_old_key_are_genuine_while_it_is_kept(settings):
    event = audit.record(Action.VIEWED)
    settings.OSS_SHARE = {"AUDIT_KEYS": ["n" * 40]}
    assert not is_genuine(event)
    settings.OSS_SHARE = {"AUDIT_KEYS": ["n" * 40, settings.SECRET_KEY + "x" * 32]}
    assert not is_genuine(event)
    settings.OSS_SHARE = {}
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert is_genuine(event)


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        ("https://b.example/k?x-oss-date=1&x-oss-signature=abc", "abc"),
        ("https://b.example/k?Expires=1&Signature=a%2Bb%3D&OSSAccessKeyId=x", "a+b="),
        ("https://b.example/k?Signature=abc", "abc"),
        ("https://b.example/k", None),
        ("https://b.example/k?x-oss-signature-version=OSS4-HMAC-SHA256", None),
    ],
)
def test_the_digest_of_a_signature(url, signature):
    assert audit.signature_digest(url) == (sha256(signature.encode()).hexdigest() if signature else "")
