"""A create that is sent again makes nothing new."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from services.threads import in_threads
from shares.factories import make_user

from api.asking import client_of, log_in, refused, told
from django_oss_share.models import IdempotencyKey, Share
from django_oss_share.services import idempotency
from django_oss_share.services.idempotency import KeyReused, Unfinished, once

SHARES = "/api/v1/shares/"
BODY = {"key": "a", "check": False, "password": "correct horse battery"}


def send(client, key="k-1", **body):
    return client.post(SHARES, {**BODY, **body}, headers={"Idempotency-Key": key})


@pytest.mark.django_db
class TestOverTheAPI:
    def test_the_same_request_again_is_answered_alike(self):
        client, _ = log_in("ann", "share_object")
        first, again = send(client), send(client)
        assert told(first, 201) == told(again, 201)
        assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
        assert Share.objects.count() == 1

    def test_what_was_made_is_the_users_no_longer(self):
        client, _ = log_in("ann", "share_object")
        make_user("bob")
        share = told(send(client), 201)["id"]
        told(client.post(f"{SHARES}{share}/hand-over/", {"to": "bob"}))
        assert "no longer yours" in refused(send(client), 404, "Idempotency-Key")
        assert Share.objects.count() == 1

    def test_another_body_under_the_same_key_is_refused(self):
        client, _ = log_in("ann", "share_object")
        told(send(client), 201)
        refused(send(client, name="other"), 422, "Idempotency-Key")
        told(send(client, key="k-2", name="other"), 201)

    def test_a_key_is_its_users_own(self):
        ann, bob = log_in("ann", "share_object")[0], log_in("bob", "share_object")[0]
        assert told(send(ann), 201)["owner"] == "ann"
        assert told(send(bob), 201)["owner"] == "bob"

    def test_what_failed_is_mended_under_the_same_key(self):
        client, _ = log_in("ann", "share_object")
        refused(send(client, max_downloads=0), 400)
        refused(send(client, storage="nowhere"), 400)
        told(send(client), 201)

    def test_without_a_key_each_makes_one(self):
        client, _ = log_in("ann", "share_object")
        assert [client.post(SHARES, BODY).status_code for _ in range(2)] == [201, 201]
        assert Share.objects.count() == 2
        assert not IdempotencyKey.objects.exists()

    @pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256])
    def test_what_is_no_key(self, key):
        client, _ = log_in("ann", "share_object")
        assert "1 to 255 characters" in refused(send(client, key=key), 400, "Idempotency-Key")

    def test_neither_the_key_nor_the_body_is_stored(self):
        client, _ = log_in("ann", "share_object")
        told(send(client, key="planted-key"), 201)
        stored = str(list(IdempotencyKey.objects.values()))
        assert "planted" not in stored
        assert "horse" not in stored


@pytest.mark.django_db
class TestOnce:
    def test_a_request_under_way_is_not_begun_again(self):
        ann = make_user()
        with once(ann, "share", "k", {}), pytest.raises(Unfinished, match="under way"), once(ann, "share", "k", {}):
            pass

    def test_a_request_that_was_broken_off_is_told(self):
        ann, now = make_user(), timezone.now()
        with once(ann, "share", "k", {}, now=now):
            pass
        later = now + idempotency.LONGEST
        with pytest.raises(Unfinished, match="may have been carried out"), once(ann, "share", "k", {}, now=later):
            pass

    def test_keys_are_forgotten_in_time(self):
        ann, now = make_user(), timezone.now()
        with once(ann, "share", "k", {"a": 1}, now=now - idempotency.KEPT) as request:
            request.remember(17)
        with pytest.raises(KeyReused), once(ann, "share", "k", {"a": 2}, now=now):
            pass
        with once(ann, "share", "k", {"a": 2}, now=now + timedelta(seconds=1)) as request:
            assert request.made == ""


def test_where_each_request_is_one_transaction(each_database, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    client, _ = log_in("ann", "share_object")
    refused(send(client, storage="nowhere"), 400)
    assert not IdempotencyKey.objects.exists()
    assert told(send(client), 201) == told(send(client), 201)
    refused(send(client, name="other"), 422)
    assert Share.objects.count() == 1


def test_of_many_at_once_one_is_carried_out(each_database):
    ann = make_user("ann", "share_object")
    statuses = in_threads(6, lambda: send(client_of(ann)).status_code)
    assert Share.objects.count() == 1
    assert statuses.count(201) >= 1
    assert set(statuses) <= {201, 409}
