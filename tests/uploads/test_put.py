"""Uploads by one request: what a link takes, and what comes of what was sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from shares.conftest import BACKEND

from django_oss_share.models import AuditEvent
from django_oss_share.oss import InvalidArgument
from django_oss_share.services import uploads
from django_oss_share.services.errors import UnknownStorage
from django_oss_share.services.uploads import BadTicket, BrokenPromise, NotArrived
from uploads.sending import CONTENT, code, md5, send

pytestmark = pytest.mark.django_db

KEY = "in/季度 +4%.pdf"


def put(key=KEY, **more):
    return uploads.put(key, **{"size": len(CONTENT), "content_type": "application/pdf", "md5": md5(CONTENT), **more})


def test_what_was_promised_arrives(oss):
    upload = put()
    assert send(upload).status_code == 200
    arrived = uploads.complete(upload.ticket)
    assert (arrived.storage, arrived.key) == ("default", KEY)
    assert (arrived.info.size, arrived.info.content_type) == (len(CONTENT), "application/pdf")
    assert oss.get(KEY) == CONTENT
    issued, uploaded = AuditEvent.objects.order_by("id")
    assert (issued.action, issued.key, issued.data) == ("issued", KEY, {"upload": True, "size": len(CONTENT)})
    assert issued.link_digest
    assert (uploaded.action, uploaded.key, uploaded.data["size"]) == ("uploaded", KEY, len(CONTENT))


def test_a_second_look_finds_the_same(oss):
    upload = put()
    send(upload)
    assert uploads.complete(upload.ticket).info.etag == uploads.complete(upload.ticket).info.etag


@pytest.mark.parametrize(
    ("content", "changed", "refusal"),
    [
        (CONTENT + b"!", {}, "SignatureDoesNotMatch"),
        (CONTENT[:-1], {}, "SignatureDoesNotMatch"),
        (CONTENT[:-1] + b"!", {}, "InvalidDigest"),
        (CONTENT, {"content_type": "text/html"}, "SignatureDoesNotMatch"),
        (CONTENT, {"content_type": None}, "SignatureDoesNotMatch"),
        (CONTENT, {"content_md5": None}, "SignatureDoesNotMatch"),
        (CONTENT, {"content_md5": md5(b"other")}, "SignatureDoesNotMatch"),
        (CONTENT, {"x_oss_meta_upload": "f" * 16}, "SignatureDoesNotMatch"),
        (CONTENT, {"x_oss_forbid_overwrite": None}, "SignatureDoesNotMatch"),
        (CONTENT, {"x_oss_object_acl": "public-read"}, "SignatureDoesNotMatch"),
    ],
)
def test_a_link_takes_nothing_else(oss, content, changed, refusal):
    upload = put()
    assert code(send(upload, content, **changed)) == refusal
    with pytest.raises(NotArrived):
        uploads.complete(upload.ticket)
    assert oss.keys("in/") == []


@pytest.mark.parametrize("method", ["get", "delete"])
def test_a_link_is_for_nothing_else(oss, method):
    import requests

    upload = put()
    send(upload)
    answer = requests.request(method, upload.link.url, headers=upload.headers, timeout=10)
    assert code(answer) == "SignatureDoesNotMatch"


def test_nothing_that_is_there_is_overwritten(oss):
    oss.put(KEY, b"was there first")
    upload = put()
    assert code(send(upload)) == "FileAlreadyExists"
    with pytest.raises(NotArrived):
        uploads.complete(upload.ticket)
    assert oss.get(KEY) == b"was there first"


def test_unless_that_is_asked_for(oss):
    oss.put(KEY, b"was there first")
    upload = put(overwrite=True)
    with pytest.raises(NotArrived):
        uploads.complete(upload.ticket)
    assert oss.get(KEY) == b"was there first"
    assert send(upload).status_code == 200
    assert uploads.complete(upload.ticket).info.size == len(CONTENT)


def test_what_breaks_the_promise_is_removed(oss):
    """As where a signature of V1 could not fix the length, or somebody with keys of their own wrote to the bucket."""
    upload = put()
    oss.put(KEY, b"short", content_type="application/pdf", **{"x-oss-meta-upload": upload.headers["x-oss-meta-upload"]})
    with pytest.raises(BrokenPromise, match=f"has 5 bytes, and {len(CONTENT)} were promised"):
        uploads.complete(upload.ticket)
    assert oss.keys("in/") == []


def test_another_type_is_removed(oss):
    upload = put()
    mark = {"x-oss-meta-upload": upload.headers["x-oss-meta-upload"]}
    oss.put(KEY, CONTENT, content_type="text/html", **mark)
    with pytest.raises(BrokenPromise, match="is 'text/html', and 'application/pdf' was promised"):
        uploads.complete(upload.ticket)
    assert oss.keys("in/") == []


def test_v1_fixes_the_content_by_its_md5(oss, oss_emulator, settings):
    options = oss_emulator.storage_options(signature_version="v1")
    settings.STORAGES = {"default": {"BACKEND": BACKEND, "OPTIONS": options}}
    upload = put()
    assert code(send(upload, CONTENT + b"!")) == "InvalidDigest"
    assert send(upload).status_code == 200
    assert uploads.complete(upload.ticket).info.size == len(CONTENT)
    with pytest.raises(InvalidArgument, match="md5 is missing: a signature of V1"):
        put(md5="")


def test_what_the_storage_stores_with_objects_is_stored_with_these(oss, oss_emulator, settings):
    parameters = {"CacheControl": "no-cache", "Metadata": {"team": "sales"}}
    options = oss_emulator.storage_options(object_parameters=parameters, location="tenant/")
    settings.STORAGES = {"default": {"BACKEND": BACKEND, "OPTIONS": options}}
    upload = put("a.bin", content_type="")
    assert upload.headers["cache-control"] == "no-cache"
    assert code(send(upload, cache_control="public")) == "SignatureDoesNotMatch"
    assert send(upload).status_code == 200
    arrived = uploads.complete(upload.ticket)
    assert (arrived.key, arrived.info.metadata["team"]) == ("a.bin", "sales")
    assert arrived.info.content_type == "application/octet-stream"
    assert oss.keys() == ["reports/q3.pdf", "tenant/a.bin"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"size": 0}, "size"),
        ({"size": -1}, "size"),
        ({"size": True}, "size"),
        ({"size": "10"}, "size"),
        ({"size": 5 * 1024**3 + 1}, "size"),
        ({"content_type": "html"}, "content_type"),
        ({"content_type": "text/html\r\nx-oss-object-acl: public-read"}, "content_type"),
        ({"content_type": "text/季度"}, "content_type"),
        ({"md5": "no"}, "md5"),
        ({"md5": "=" * 24}, "md5"),
        ({"md5": "季" * 24}, "md5"),
        ({"md5": "0123456789abcdef0123456789abcdef"}, "md5"),
        ({"expires_in": 59}, "expires_in"),
        ({"expires_in": 10**9}, "expires_in"),
        ({"key": ""}, "key"),
        ({"key": "in/"}, "key"),
        ({"key": "/in/a"}, "key"),
        ({"key": "in/../a"}, "key"),
        ({"key": "in//a"}, "key"),
        ({"key": "in/\na"}, "key"),
        ({"key": "季" * 342}, "key"),
    ],
)
def test_bad_inputs_are_named(changed, field):
    with pytest.raises(InvalidArgument) as refused:
        put(**changed)
    assert refused.value.field == field
    assert AuditEvent.objects.count() == 0


def test_an_unknown_storage():
    with pytest.raises(UnknownStorage, match="'nope'"):
        put(storage="nope")


def test_a_ticket_ends(oss):
    upload = put()
    with pytest.raises(BadTicket, match="ended at"):
        uploads.complete(upload.ticket, now=timezone.now() + timedelta(days=1, seconds=1))


@pytest.mark.parametrize("ticket", ["", "x", "a:b:c", "季", "x" * 100_000, None])
def test_a_ticket_that_is_none(ticket):
    with pytest.raises(BadTicket, match="is none of ours"):
        uploads.complete(ticket)


def test_a_ticket_cannot_be_changed(oss, settings):
    upload = put()
    forged = upload.ticket[:-1] + ("A" if upload.ticket[-1] != "A" else "B")
    with pytest.raises(BadTicket):
        uploads.complete(forged)
    settings.OSS_SHARE = {"TOKEN_KEYS": ["k" * 32]}
    with pytest.raises(BadTicket):
        uploads.complete(upload.ticket)
    assert repr(upload).count(upload.ticket) == 0


def test_a_key_that_was_rotated_out_still_opens_tickets(oss, settings):
    settings.OSS_SHARE = {"TOKEN_KEYS": ["k" * 32]}
    upload = put()
    send(upload)
    settings.OSS_SHARE = {"TOKEN_KEYS": ["n" * 32, "k" * 32]}
    assert uploads.complete(upload.ticket).key == KEY


def test_an_overwriting_upload_never_removes_what_it_did_not_store(oss):
    oss.put(KEY, b"was there first", content_type="text/plain")
    upload = put(overwrite=True, size=3, md5="")
    with pytest.raises(NotArrived):
        uploads.complete(upload.ticket)
    assert oss.get(KEY) == b"was there first"
