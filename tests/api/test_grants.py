"""Temporary credentials over the API: once, to those who may."""

from __future__ import annotations

import pytest
from credentials.conftest import role, role_settings

from api.asking import log_in, refused, told
from django_oss_share.models import AuditEvent, Grant
from django_oss_share.storage import OSSStorage
from django_oss_share.testing import Fault, Kind

__all__ = ["role", "role_settings"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("role")]

GRANTS = "/api/v1/grants/"
ASKED = {"prefix": "team/", "recipient": "Acme", "actions": ["list", "get"], "duration": 900}


def test_what_is_granted_opens_its_folder_and_is_told_once(oss_emulator):
    oss_emulator.put("team/a.txt", b"a")
    client, _ = log_in("ann", "grant_access")
    made = told(client.post(GRANTS, ASKED), 201)
    keys = made["credentials"]
    options = oss_emulator.storage_options(
        access_key=keys["access_key_id"],
        secret_key=keys["access_key_secret"],
        security_token=keys["security_token"],
    )
    with OSSStorage(**options).open("team/a.txt") as file:
        assert file.read() == b"a"
    assert (made["recipient"], made["prefix"], made["is_active"]) == ("Acme", "team/", True)
    assert AuditEvent.objects.get(action="granted").data["recipient"] == "Acme"
    for address in (GRANTS, f"{GRANTS}{made['id']}/"):
        text = client.get(address).content.decode()
        assert "Acme" in text
        assert keys["access_key_secret"] not in text
        assert keys["security_token"] not in text


def test_sent_again_it_grants_nothing_new_and_tells_no_secret():
    client, _ = log_in("ann", "grant_access")
    first = told(client.post(GRANTS, ASKED, headers={"Idempotency-Key": "x"}), 201)
    again = client.post(GRANTS, ASKED, headers={"Idempotency-Key": "x"})
    assert told(again, 201) == {**first, "credentials": None}
    assert again["Idempotent-Replayed"] == "true"
    assert Grant.objects.count() == 1


def test_one_sees_ones_own_and_who_may_view_them_all():
    ann, bob, eve = (
        log_in(name, right)[0] for name, right in [("a", "grant_access"), ("b", "grant_access"), ("e", "view_grant")]
    )
    made = told(ann.post(GRANTS, ASKED), 201)["id"]
    assert told(bob.get(GRANTS))["results"] == []
    refused(bob.get(f"{GRANTS}{made}/"), 404)
    assert [each["id"] for each in told(eve.get(GRANTS))["results"]] == [made]
    refused(eve.post(GRANTS, ASKED), 403)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"prefix": "team"}, "prefix", "must name a folder"),
        ({"prefix": ""}, "prefix", "must not be empty"),
        ({"prefix": "../"}, "prefix", "would leave the storage"),
        ({"prefix": "te*m/"}, "prefix", "'*'"),
        ({"actions": ["delete"]}, "actions", "some of list, get, put, copy"),
        ({"actions": []}, "actions", "0 entries"),
        ({"duration": 899}, "duration", "900 to 43200"),
        ({"recipient": ""}, "recipient", "must not be empty"),
        ({"recipient": " "}, "recipient", "1 to 200 characters"),
        ({"storage": "nowhere"}, "storage", "known"),
        ({"credentials": "nothing"}, "credentials", "nothing"),
    ],
)
def test_bad_inputs(change, field, words):
    client, _ = log_in("ann", "grant_access")
    assert words in refused(client.post(GRANTS, {**ASKED, **change}), 400, field)
    assert not Grant.objects.exists()


def test_sts_is_down(oss_emulator):
    client, _ = log_in("ann", "grant_access")
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
    response = client.post(GRANTS, ASKED, headers={"Idempotency-Key": "x"})
    refused(response, 503)
    assert response["Retry-After"]
    oss_emulator.faults.clear()
    told(client.post(GRANTS, ASKED, headers={"Idempotency-Key": "x"}), 201)
