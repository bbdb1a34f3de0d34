"""Migrations run forwards and backwards on each database, and say what the models say."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from shares.factories import make_share, make_user

from django_oss_share.models import Action, AuditEvent, Share
from django_oss_share.services import audit


@pytest.mark.django_db
def test_the_models_have_no_changes_without_a_migration():
    call_command("makemigrations", "oss_share", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("key", ["季" * 341, "😀.txt", "a" * 1023, "trailing "])
def test_rows_come_back_as_they_went(each_database, key):
    share = make_share(key=key, name="季度 😀", allowed_networks=["10.0.0.0/8"], created_by=make_user("ann"))
    event = audit.record(Action.VIEWED, share=share, key=key, data={"季": ["😀", 1, None]})
    assert Share.objects.get().key == key
    assert Share.objects.get().allowed_networks == ["10.0.0.0/8"]
    stored = AuditEvent.objects.get(pk=event.pk)
    assert (stored.key, stored.data, stored.at, stored.pk) == (key, event.data, event.at, event.pk)
    assert audit.verify().findings == []


def test_going_back_to_the_first_and_forwards_again_keeps_the_rows(each_database):
    share = make_share(keys=("a", "b"), note="季度")
    event = audit.record(Action.VIEWED, share=share, data={"n": 1})
    before = Share.objects.values().get(), list(share.items.values()), AuditEvent.objects.values().get()
    call_command("migrate", "oss_share", "0001", verbosity=0)
    call_command("migrate", "oss_share", verbosity=0)
    assert (Share.objects.values().get(), list(share.items.values()), AuditEvent.objects.values().get()) == before
    assert audit.verify().is_intact
    assert event.share_id == share.pk


def test_backwards_and_forwards(each_database):
    share = make_share()
    audit.record(Action.VIEWED, share=share)
    call_command("migrate", "oss_share", "zero", verbosity=0)
    assert not [name for name in connection.introspection.table_names() if name.startswith("oss_share")]
    call_command("migrate", "oss_share", verbosity=0)
    assert make_share().pk
