"""Uploads over the API: promised, sent to the emulator, looked at."""

from __future__ import annotations

import pytest
import requests
from shares.factories import make_user
from uploads.conftest import small_parts

from api.asking import client_of, log_in, refused, told
from django_oss_share.models import AuditEvent

__all__ = ["small_parts"]

pytestmark = pytest.mark.django_db

UPLOADS = "/api/v1/uploads/"
BODY = b"%PDF-1.7 the third quarter"


@pytest.fixture
def ann(oss):
    return log_in("ann", "upload_object")[0]


def test_one_request(ann, oss):
    asked = {"key": "in/q3.pdf", "size": len(BODY), "content_type": "application/pdf"}
    made = told(ann.post(UPLOADS, asked), 201)
    assert requests.put(made["url"], BODY + b"!", headers=made["headers"], timeout=5).status_code == 403
    assert (
        requests.put(made["url"], BODY, headers={**made["headers"], "content-type": "a/b"}, timeout=5).status_code
        == 403
    )
    assert "in/q3.pdf" in refused(ann.post(f"{UPLOADS}complete/", {"upload": made["upload"]}), 409)
    assert requests.put(made["url"], BODY, headers=made["headers"], timeout=5).status_code == 200
    arrived = told(ann.post(f"{UPLOADS}complete/", {"upload": made["upload"]}))
    assert (arrived["key"], arrived["size"], arrived["content_type"]) == ("in/q3.pdf", len(BODY), "application/pdf")
    assert oss.get("in/q3.pdf") == BODY
    assert AuditEvent.objects.filter(action="uploaded").count() == 1


def test_a_form(ann, oss):
    made = told(ann.post(f"{UPLOADS}form/", {"key": "in/${filename}", "max_size": 100}), 201)
    sent = requests.post(made["url"], data=made["fields"], files={"file": ("a.txt", BODY)}, timeout=5)
    assert sent.status_code == 200, sent.text
    too_large = requests.post(made["url"], data=made["fields"], files={"file": ("b.txt", b"x" * 101)}, timeout=5)
    assert too_large.status_code == 400
    told(ann.post(f"{UPLOADS}complete/", {"upload": made["upload"], "key": "in/a.txt"}))
    assert oss.get("in/a.txt") == BODY


def test_parts(ann, oss):
    body = bytes(range(256)) * 1000
    made = told(ann.post(f"{UPLOADS}multipart/", {"key": "in/film.mp4", "size": len(body)}), 201)
    parts = told(ann.post(f"{UPLOADS}parts/", {"upload": made["upload"], "numbers": [1, 2, 3]}))["results"]
    assert (made["parts"], [each["size"] for each in parts]) == (3, [102_400, 102_400, 51_200])
    etags, start = {}, 0
    for part in parts:
        piece = body[start : start + part["size"]]
        sent = requests.put(part["url"], piece, headers=part["headers"], timeout=5)
        etags[str(part["number"])], start = sent.headers["ETag"], start + part["size"]
    there = told(ann.post(f"{UPLOADS}arrived/", {"upload": made["upload"]}))["results"]
    assert [each["number"] for each in there] == [1, 2, 3]
    wrong = {"upload": made["upload"], "etags": {**etags, "2": "00"}}
    assert "part 2 has another ETag" in refused(ann.post(f"{UPLOADS}complete/", wrong), 400, "etags")
    told(ann.post(f"{UPLOADS}complete/", {"upload": made["upload"], "etags": etags}))
    assert oss.get("in/film.mp4") == body


def test_given_up(ann):
    made = told(ann.post(f"{UPLOADS}multipart/", {"key": "in/film.mp4", "size": 200_000}), 201)
    response = ann.post(f"{UPLOADS}abort/", {"upload": made["upload"]})
    assert (response.status_code, response.content) == (204, b"")
    refused(ann.post(f"{UPLOADS}arrived/", {"upload": made["upload"]}), 409, "upload")


def test_a_ticket_is_its_users_own(ann):
    made = told(ann.post(UPLOADS, {"key": "in/a", "size": 1}), 201)
    bob, _ = log_in("bob", "upload_object")
    detail = refused(bob.post(f"{UPLOADS}complete/", {"upload": made["upload"]}), 400, "upload")
    assert ("somebody else's" in detail, made["upload"] in detail) == (True, False)


def test_below_ones_folders_only(ann, settings):
    settings.OSS_SHARE = {"PREFIXES": ["team/"]}
    assert "'team/'" in refused(ann.post(UPLOADS, {"key": "other/a", "size": 1}), 403)
    refused(client_of(make_user("eve", "share_object")).post(UPLOADS, {"key": "team/a", "size": 1}), 403)


BAD = [
    ("", {"key": "a", "size": 0}, "size", "1 to 5368709120"),
    ("", {"key": "a", "size": 2**40}, "size", "1 to 5368709120"),
    ("", {"key": "a"}, "size", "required"),
    ("", {"key": "a/", "size": 1}, "key", "names a folder"),
    ("", {"key": "../a", "size": 1}, "key", "'../a'"),
    ("", {"key": "a", "size": 1, "content_type": "text"}, "content_type", "no media type"),
    ("", {"key": "a", "size": 1, "content_type": "a/b\r\nx: y"}, "content_type", "no media type"),
    ("", {"key": "a", "size": 1, "md5": "x"}, "md5", "base64"),
    ("", {"key": "a", "size": 1, "storage": "nowhere"}, "storage", "known"),
    ("form/", {"key": "in/${filename}", "max_size": 1, "min_size": 2}, "min_size", "0 to 1"),
    ("form/", {"key": "in/", "max_size": 1}, "key", "names a folder"),
    ("form/", {"key": "in/a", "max_size": 1, "redirect": "javascript:1"}, "redirect", "http or https"),
    ("multipart/", {"key": "a", "size": 1, "part_size": 1}, "part_size", "102400 to"),
    ("parts/", {"upload": "x", "numbers": [1]}, "upload", "none of ours"),
    ("parts/", {"upload": "x", "numbers": [0]}, "numbers", "1 to 10000"),
    ("parts/", {"upload": "x", "numbers": []}, "numbers", "1 to 1000"),
    ("complete/", {"upload": "x", "etags": {"one": "e"}}, "etags", "part numbers"),
    ("complete/", {"upload": ""}, "upload", "must not be empty"),
]


@pytest.mark.parametrize(("path", "body", "field", "words"), BAD, ids=[f"{each[0]}{each[1]}"[:60] for each in BAD])
def test_bad_inputs(ann, path, body, field, words):
    assert words in refused(ann.post(UPLOADS + path, body), 400, field)
    assert not AuditEvent.objects.exists()


def test_numbers_are_whole_however_they_are_written(ann):
    made = told(ann.post(f"{UPLOADS}multipart/", {"key": "in/film.mp4", "size": 2e5}), 201)
    asked = {"upload": made["upload"], "numbers": [1.0, 2], "expires_in": 60.0}
    assert [each["number"] for each in told(ann.post(f"{UPLOADS}parts/", asked))["results"]] == [1, 2]
    for wrong in ([1.5], [True], ["1"], [1e300], [0.0]):
        refused(ann.post(f"{UPLOADS}parts/", {**asked, "numbers": wrong}), 400, "numbers")
    refused(ann.post(UPLOADS, {"key": "a", "size": 1.5}), 400, "size")
    refused(ann.post(UPLOADS, {"key": "a", "size": 1e300}), 400, "size")


def test_fields_are_called_as_they_were_given(ann):
    made = told(ann.post(f"{UPLOADS}multipart/", {"key": "in/film.mp4", "size": 200_000}), 201)
    refused(ann.post(f"{UPLOADS}parts/", {"upload": made["upload"], "numbers": [9]}), 400, "numbers")
    refused(ann.post(f"{UPLOADS}form/", {"key": "../${filename}", "max_size": 1}), 400, "key")
