"""File requests over the API: made, changed, ended; and what strangers left through them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from file_requests.making import leave, make_request
from shares.factories import make_user
from uploads.conftest import small_parts

from api.asking import log_in, refused, told
from django_oss_share.models import AuditEvent, FileRequest, FileState

__all__ = ["small_parts"]

pytestmark = pytest.mark.django_db

REQUESTS = "/api/v1/file-requests/"
ASKED = {"prefix": "incoming/acme/", "name": "Tender documents"}
PASSWORD = "correct horse battery"


@pytest.fixture
def ann(oss):
    return log_in("ann", "request_files")[0]


def made_by(client, **asked):
    return told(client.post(REQUESTS, {**ASKED, **asked}), 201)


def test_made_with_everything_it_says_so_and_its_page_opens(ann):
    terms = {
        "max_files": 20,
        "max_size": 1000,
        "content_types": [".PDF", "image/*"],
        "note": "By Friday",
        "notify": False,
    }
    made = made_by(ann, **terms, expires_in=3600, password=PASSWORD)
    assert {name: made[name] for name in terms} == {**terms, "content_types": [".pdf", "image/*"]}
    assert (made["prefix"], made["name"], made["owner"], made["state"]) == (*ASKED.values(), "ann", "active")
    assert (made["has_password"], made["received"], made["files_left"]) == (True, 0, 20)
    assert PASSWORD not in str(made)
    assert told(ann.get(f"{REQUESTS}{made['id']}/")) == made
    page = Client().get(made["url"])
    assert (page.status_code, b"password" in page.content) == (403, True)
    event = AuditEvent.objects.get(action="created")
    assert (event.actor_label, event.address, event.data["request"]) == ("ann", "203.0.113.7", made["id"])


def test_what_was_left(ann):
    made = made_by(ann)
    files = f"{REQUESTS}{made['id']}/files/"
    assert told(ann.get(files)) == {"results": [], "next": None}
    row = FileRequest.objects.get()
    left = [leave(row, name) for name in ("a.pdf", "季度 +%.pdf")]
    page = told(ann.get(files, {"page_size": 1}))
    assert [each["filename"] for each in page["results"]] == ["季度 +%.pdf"]
    [older] = told(ann.get(page["next"]))["results"]
    assert (older["receipt"], older["key"], older["state"]) == (left[0].receipt, left[0].key, "accepted")
    assert told(ann.get(f"{REQUESTS}{made['id']}/"))["received"] == 2


def test_what_is_under_way_or_never_came_is_not_told(ann):
    made = made_by(ann)
    facts = {"request_id": made["id"], "size": 1, "ends_at": timezone.now(), "created_at": timezone.now()}
    for number, state in enumerate((FileState.EXPECTED, FileState.GIVEN_UP)):
        FileRequest.objects.get().files.create(receipt=f"R{number}", state=state, **facts)
    assert told(ann.get(f"{REQUESTS}{made['id']}/files/"))["results"] == []


def test_each_step(ann):
    bob = make_user("bob")
    made = made_by(ann)
    at = f"{REQUESTS}{made['id']}/"
    assert told(ann.patch(at, {"max_files": 3, "name": "Tenders"}))["files_left"] == 3
    assert told(ann.post(f"{at}extend/", {"expires_in": 60}))["expires_at"] < made["expires_at"]
    assert told(ann.post(f"{at}password/", {"password": PASSWORD}))["has_password"]
    assert not told(ann.post(f"{at}password/", {"password": None}))["has_password"]
    assert told(ann.post(f"{at}rotate/"))["url"] != made["url"]
    revoked = told(ann.post(f"{at}revoke/", {"reason": "late"}))
    assert (revoked["state"], revoked["revoked_by"], revoked["url"]) == ("revoked", "ann", None)
    assert told(ann.post(f"{at}revoke/")) == revoked
    for step, body in [("extend", {"expires_in": 60}), ("rotate", {}), ("password", {"password": None})]:
        assert "was revoked" in refused(ann.post(f"{at}{step}/", body), 409)
    assert told(ann.post(f"{at}hand-over/", {"to": "bob"}))["owner"] == bob.get_username()
    refused(ann.get(at), 404)
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert [*actions] == [
        *("created", "changed", "extended", "password_set", "password_set", "rotated", "revoked", "handed_over")
    ]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"prefix": "incoming"}, "prefix", "must end in '/'"),
        ({"prefix": "../"}, "prefix", "'..' segment"),
        ({"prefix": ""}, "prefix", "must not be empty"),
        ({"prefix": "é" * 401 + "/"}, "prefix", "allowed are 800"),
        ({"name": " "}, "name", "say what the files are for"),
        ({"storage": "nowhere"}, "storage", "known"),
        ({"max_files": 0}, "max_files", "1 to 2147483647"),
        ({"max_size": 48_800_000_000_001}, "max_size", "1 to 48800000000000"),
        ({"content_types": ["pdf"]}, "content_types", "neither a media type"),
        ({"content_types": [".a"] * 51}, "content_types", "0 to 50"),
        ({"expires_in": 60, "expires_at": None}, "expires_in", "exclude each other"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at", "is not after now"),
        ({"expires_at": None}, "expires_at", "NEVER is not allowed"),
        ({"password": "short"}, "password", "allowed are 10 or more"),
        ({"passwort": PASSWORD}, "passwort", "did you mean 'password'?"),
    ],
)
def test_bad_inputs(ann, change, field, words):
    response = ann.post(REQUESTS, {**ASKED, **change})
    assert words in refused(response, 400, field)
    assert PASSWORD.encode() not in response.content
    assert not FileRequest.objects.exists()


def test_sent_again_it_makes_nothing_new(ann):
    sent = [ann.post(REQUESTS, ASKED, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert told(sent[0], 201) == told(sent[1], 201)
    refused(ann.post(REQUESTS, {**ASKED, "name": "x"}, headers={"Idempotency-Key": "k"}), 422, "Idempotency-Key")
    assert FileRequest.objects.count() == 1


def test_one_sees_ones_own_and_links_of_what_one_may_change(ann):
    made = made_by(ann)
    at = f"{REQUESTS}{made['id']}/"
    bob, _ = log_in("bob", "request_files")
    assert told(bob.get(REQUESTS))["results"] == []
    for answer in (bob.get(at), bob.get(f"{at}files/"), bob.patch(at, {"name": "x"}), bob.post(f"{at}revoke/")):
        refused(answer, 404)
    watcher, _ = log_in("watcher", "view_all_requests")
    assert told(watcher.get(at))["url"] is None
    assert told(watcher.get(REQUESTS))["results"][0]["id"] == made["id"]
    refused(watcher.post(f"{at}revoke/"), 403)
    refused(watcher.post(REQUESTS, ASKED), 403)
    changer, _ = log_in("changer", "change_all_requests")
    assert told(changer.get(at))["url"] == made["url"]


def test_folders_are_those_that_one_reaches(ann, settings):
    settings.OSS_SHARE = {"PREFIXES": ["incoming/"]}
    made_by(ann)
    refused(ann.post(REQUESTS, {**ASKED, "prefix": "reports/"}), 403)


def test_filters_and_queries_that_do_not_grow(ann):
    told(ann.post(f"{REQUESTS}{made_by(ann)['id']}/revoke/"))
    counts = []
    for number in (1, 5):
        for _ in range(number):
            made_by(ann)
        with CaptureQueriesContext(connection) as queries:
            told(ann.get(REQUESTS))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    found = {state: len(told(ann.get(REQUESTS, {"state": state}))["results"]) for state in ("active", "revoked")}
    assert found == {"active": 6, "revoked": 1}
    for query, number in [({"owner": "ann"}, 7), ({"owner": "nobody"}, 0), ({"storage": "archive"}, 0)]:
        assert len(told(ann.get(REQUESTS, query))["results"]) == number
    refused(ann.get(REQUESTS, {"state": "scheduled"}), 400, "state")


def test_exhausted_is_a_state(ann):
    row = make_request(max_files=1, received=1)
    root, _ = log_in("root", is_superuser=True)
    assert told(root.get(REQUESTS, {"state": "exhausted"}))["results"][0]["id"] == row.pk
