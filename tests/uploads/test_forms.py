"""Uploads by an HTML form, whose policy nobody can widen."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

import pytest

from django_oss_share.oss import InvalidArgument
from django_oss_share.services import uploads
from django_oss_share.services.uploads import NotArrived
from uploads.sending import CONTENT, code, send_form

pytestmark = pytest.mark.django_db

FOLDER = "in/季度/"


def form(key=FOLDER + "${filename}", **more):
    return uploads.form(key, **{"max_size": 10_000, "content_types": ["application/pdf", "image/png"], **more})


def send(upload, content=CONTENT, **changed):
    return send_form(upload.post, content, **{"content_type": "application/pdf", **changed})


def test_a_file_below_a_folder(oss):
    upload = form()
    assert send(upload, name="报告 +1.pdf").status_code == 200
    arrived = uploads.complete(upload.ticket, key=FOLDER + "报告 +1.pdf")
    assert (arrived.info.size, arrived.info.content_type) == (len(CONTENT), "application/pdf")
    assert oss.get(FOLDER + "报告 +1.pdf") == CONTENT


def test_one_key(oss):
    upload = form(FOLDER + "a.pdf", content_types=["application/pdf"])
    assert upload.post.fields["content-type"] == "application/pdf"
    assert send(upload).status_code == 200
    assert uploads.complete(upload.ticket).key == FOLDER + "a.pdf"
    with pytest.raises(InvalidArgument, match=r"b\.pdf.*is of .*a\.pdf.* alone") as refused:
        uploads.complete(upload.ticket, key=FOLDER + "b.pdf")
    assert refused.value.field == "key"


def test_a_redirect(oss):
    upload = form(redirect="https://example.com/done")
    answer = send(upload)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("https://example.com/done?")


@pytest.mark.parametrize(
    ("content", "changed", "refusal"),
    [
        (CONTENT * 100, {}, "EntityTooLarge"),
        (b"", {}, "EntityTooSmall"),
        (CONTENT, {"content_type": "text/html"}, "AccessDenied"),
        (CONTENT, {"key": "out/a.pdf"}, "AccessDenied"),
        (CONTENT, {"key": "in/季度"}, "AccessDenied"),
        (CONTENT, {"x_oss_object_acl": "public-read"}, "AccessDenied"),
        (CONTENT, {"x_oss_forbid_overwrite": "false"}, "AccessDenied"),
        (CONTENT, {"x_oss_meta_upload": "0" * 16}, "AccessDenied"),
        (CONTENT, {"success_action_redirect": "https://evil.example/"}, "AccessDenied"),
    ],
)
def test_it_cannot_be_widened(oss, content, changed, refusal):
    upload = form(redirect="https://example.com/done")
    assert code(send(upload, content, **changed)) == refusal
    assert oss.keys("in/") == []


def test_its_policy_cannot_be_rewritten(oss):
    upload = form()
    policy = json.loads(b64decode(upload.post.fields["policy"]))
    policy["conditions"] = [c for c in policy["conditions"] if "content-length-range" not in c]
    widened = b64encode(json.dumps(policy).encode()).decode()
    assert code(send(upload, CONTENT * 100, policy=widened)) == "SignatureDoesNotMatch"


def test_it_ends(oss):
    upload = form(expires_in=60)
    oss.clock_offset = 62
    assert code(send(upload)) == "AccessDenied"


def test_nothing_that_is_there_is_overwritten(oss):
    oss.put(FOLDER + "q4.pdf", b"was there first")
    upload = form()
    assert code(send(upload)) == "FileAlreadyExists"
    with pytest.raises(NotArrived):
        uploads.complete(upload.ticket, key=FOLDER + "q4.pdf")
    assert oss.get(FOLDER + "q4.pdf") == b"was there first"


@pytest.mark.parametrize("key", [None, "", "out/a", FOLDER, FOLDER + "../a", "in/季度", FOLDER + "a/"])
def test_what_a_form_cannot_have_stored(oss, key):
    with pytest.raises(InvalidArgument) as refused:
        uploads.complete(form().ticket, key=key)
    assert refused.value.field == "key"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"max_size": 0}, "max_size"),
        ({"max_size": 5 * 1024**3 + 1}, "max_size"),
        ({"min_size": -1}, "min_size"),
        ({"min_size": 10_001}, "min_size"),
        ({"content_types": "image/png"}, "content_types"),
        ({"content_types": ["png"]}, "content_types"),
        ({"redirect": "/done"}, "redirect"),
        ({"redirect": "javascript:alert(1)"}, "redirect"),
        ({"redirect": "https://example.com/\r\nx: y"}, "redirect"),
        ({"key": "in"}, ""),
        ({"key": "${filename}"}, "prefix"),
        ({"key": "in/a${filename}"}, "prefix"),
        ({"key": "in/../${filename}"}, "prefix"),
        ({"key": "in/"}, "key"),
        ({"key": "${filename}/in"}, "key"),
    ],
)
def test_bad_inputs_are_named(changed, field):
    if not field:
        assert form(**changed).key == "in"
        return
    with pytest.raises(InvalidArgument) as refused:
        form(**changed)
    assert refused.value.field == field
