"""Exports over the API: begun, watched, cancelled, tried again, fetched."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from shares.factories import make_share, make_user

from api.asking import log_in, refused, told
from django_oss_share.models import ExportJob
from django_oss_share.services.exports import running

pytestmark = pytest.mark.django_db(transaction=True)

EXPORTS = "/api/v1/exports/"
RIGHTS = ("export_links", "browse_bucket", "share_object")


@pytest.fixture
def ann(oss):
    return log_in("ann", *RIGHTS)[0]


@pytest.fixture
def later(monkeypatch):
    """Nobody runs exports by themselves; they wait."""
    monkeypatch.setattr("django_oss_share.services.exports.queueing._queue", lambda job, shards: None)


def test_a_folder_from_the_beginning_to_the_download(ann, oss, later):
    oss.put("reports/q4.tmp", b"4")
    asked = {"prefix": "reports/", "filters": {"rules": ["- *.tmp"]}, "format": "txt", "name": "Reports"}
    made = told(ann.post(EXPORTS, asked), 201)
    assert (made["state"], made["owner"], made["has_result"], made["progress"]["written"]) == (
        "queued",
        "ann",
        False,
        0,
    )
    assert "is queued and has no result" in refused(ann.post(f"{EXPORTS}{made['id']}/result/"), 409)
    running.run(made["id"], alone=True)
    done = told(ann.get(f"{EXPORTS}{made['id']}/"))
    assert (done["state"], done["progress"]["written"], done["progress"]["fraction"]) == ("done", 1, 1.0)
    share = told(ann.post(f"{EXPORTS}{made['id']}/result/"))
    assert told(ann.post(f"{EXPORTS}{made['id']}/result/")) == share
    assert oss.get(share["key"]).decode().count("x-oss-signature=") == 1
    assert [each["id"] for each in told(ann.get(EXPORTS))["results"]] == [made["id"]]


def test_links_of_shares_begin_where_they_were_asked_for(ann, oss, later):
    asked = {"keys": ["reports/q3.pdf"], "output": "shares", "format": "txt", "share_options": {"max_downloads": 3}}
    made = told(ann.post(EXPORTS, asked), 201)
    running.run(made["id"], alone=True)
    assert b"http://testserver/s/" in oss.get(ExportJob.objects.get().result_key)


def test_cancelled_and_tried_again(ann, later):
    made = told(ann.post(EXPORTS, {"prefix": ""}), 201)["id"]
    assert told(ann.post(f"{EXPORTS}{made}/cancel/"))["state"] == "cancelled"
    assert told(ann.post(f"{EXPORTS}{made}/cancel/"))["state"] == "cancelled"
    assert told(ann.post(f"{EXPORTS}{made}/retry/"))["state"] == "queued"
    problem = told(ann.post(f"{EXPORTS}{made}/retry/"), 409)
    assert problem["state"] == "queued"


def test_where_nobody_runs_exports_that_is_told(ann, monkeypatch):
    monkeypatch.setattr("django_oss_share.services.exports.queueing._queue", None)
    made = told(ann.post(EXPORTS, {"prefix": ""}), 201)["id"]
    shown = told(ann.get(f"{EXPORTS}{made}/"))
    assert (shown["state"], "Not queued" in shown["error"]) == ("failed", True)


def test_sent_again_it_begins_once(ann, later):
    first, again = (ann.post(EXPORTS, {"prefix": ""}, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert told(first, 201) == told(again, 201)
    assert ExportJob.objects.count() == 1


def test_ones_own_only(ann, later):
    made = told(ann.post(EXPORTS, {"prefix": ""}), 201)["id"]
    bob, _ = log_in("bob", *RIGHTS)
    assert told(bob.get(EXPORTS))["results"] == []
    for step in ("", "cancel/", "retry/", "result/"):
        refused(bob.post(f"{EXPORTS}{made}/{step}") if step else bob.get(f"{EXPORTS}{made}/"), 404)


def test_a_list_takes_as_many_queries_however_long(ann, later):
    counts = []
    for _ in range(3):
        told(ann.post(EXPORTS, {"prefix": ""}), 201)
        with CaptureQueriesContext(connection) as queries:
            told(ann.get(EXPORTS))
        counts.append(len(queries))
    assert len(set(counts)) == 1


BAD = [
    ({}, "prefix", "exactly one of prefix, keys, shares, inventory"),
    ({"prefix": "", "keys": ["a"]}, "prefix", "exactly one"),
    ({"keys": ["a"], "filters": {}}, "filters", "goes with prefix and inventory"),
    ({"keys": ["../a"]}, "keys", "../a"),
    ({"shares": [0]}, "shares", "whole numbers of 1 to"),
    ({"shares": [2**70]}, "shares", "whole numbers"),
    ({"prefix": "", "filters": {"rules": ["[z-"]}}, "filters.rules", "z-"),
    ({"prefix": "", "filters": {"rules": ["+ ["]}}, "filters.rules", "bracket"),
    ({"inventory": "../manifest.json"}, "inventory", "'..' segment"),
    ({"prefix": "", "filters": {"rule": []}}, "filters.rule", "did you mean 'rules'?"),
    ({"prefix": "", "filters": {"min_size": 2, "max_size": 1}}, None, "size"),
    ({"prefix": "", "url_options": {"expires_in": 59}}, "url_options.expires_in", "60 to 604800"),
    ({"prefix": "", "url_options": {"expires_in": 40_000}}, "expires_in", "60 to 32400"),
    ({"prefix": "", "share_options": {}}, "share_options", "does not go with the output 'urls'"),
    ({"prefix": "", "format": "pdf"}, "format", "allowed are 'csv'"),
    ({"prefix": "", "columns": ["colour"]}, "columns", "colour"),
    ({"prefix": "", "shards": 257}, "shards", "1 to 256"),
    ({"prefix": "", "storage": "nowhere"}, "storage", "known"),
    ({"prefix": 5}, "prefix", "must be a text"),
]


@pytest.mark.parametrize(("body", "field", "words"), BAD, ids=[str(each[0])[:60] for each in BAD])
def test_bad_inputs(ann, body, field, words):
    assert words in refused(ann.post(EXPORTS, body), 400, field)
    assert not ExportJob.objects.exists()


def test_shares_of_others_are_not_handed_out(ann):
    share = make_share(created_by=make_user("bob"))
    assert "0 of the 1 chosen shares" in refused(ann.post(EXPORTS, {"shares": [share.pk]}), 403)
