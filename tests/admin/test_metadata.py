"""The page that sets what objects are sent with."""

from __future__ import annotations

import pytest
from django.core.files.storage import storages
from django.urls import reverse

from admin.pages import body, last_event
from django_oss_share.models import AuditEvent

pytestmark = pytest.mark.django_db

CHINESE = "本报告是第三季度的销售情况。由于市场变化，我们在上海的业务都有了新的进展。\n".encode("gb18030")


def url(name: str) -> str:
    return reverse(f"admin:oss_share_share_{name}")


@pytest.fixture
def ann(login, oss):
    oss.put("a/季度.txt", CHINESE, content_type="text/plain")
    oss.put("a/ascii.txt", b"plain", content_type="text/plain")
    return login("ann", "browse_bucket", "grant_access")[0]


def content_type(key: str) -> str:
    return storages["default"].client.head(key).content_type


def test_only_who_may_write_gets_there(login, oss):
    client, _ = login("bob", "share_object", "browse_bucket", "view_all_shares", "change_all_shares")
    assert client.get(url("metadata")).status_code == 403
    assert client.post(url("metadata"), {"_change": "1", "storage": "default", "key": "a"}).status_code == 403
    assert 'name="metadata"' not in body(client.get(url("browse"), {"folder": "reports/"}))
    assert url("metadata") not in body(client.get(url("object"), {"key": "reports/q3.pdf"}))


def test_from_the_browser_by_what_is_ticked(ann):
    page = body(ann.get(url("browse"), {"folder": "a/"}))
    assert 'name="metadata"' in page
    assert 'name="share"' not in page
    ticked = {"storage": "default", "folder": "a/", "key": ["a/季度.txt", "a/ascii.txt"], "metadata": "1"}
    assert "a/季度.txt\na/ascii.txt</textarea>" in body(ann.post(url("chosen"), ticked))
    assert url("metadata") in body(ann.get(url("object"), {"key": "a/季度.txt"}))


def test_a_look_then_the_change(ann):
    asked = {"storage": "default", "key": "a/季度.txt\na/ascii.txt", "fix_encoding": "on"}
    page = body(ann.post(url("metadata"), {**asked, "_look": "1"}))
    assert "would change" in page
    assert "<ins>text/plain; charset=gb18030</ins>" in page
    assert content_type("a/季度.txt") == "text/plain"
    assert not AuditEvent.objects.exists()
    page = body(ann.post(url("metadata"), {**asked, "_change": "1"}))
    assert "What was done" in page
    assert content_type("a/季度.txt") == "text/plain; charset=gb18030"
    event = last_event(action="changed")
    assert (event.key, event.actor_label, event.address) == ("a/季度.txt", "ann", "203.0.113.7")
    assert AuditEvent.objects.count() == 1


def test_type_name_and_caching(ann, oss):
    asked = {
        "storage": "default",
        "key": "a/季度.txt",
        "content_type": "text/csv",
        "disposition": "attachment",
        "own_filename": "on",
        "cache_control": "max-age=60",
        "_change": "1",
    }
    page = body(ann.post(url("metadata"), asked))
    for text in ("text/csv", "max-age=60", "attachment; filename="):
        assert text in page
    asked = {"storage": "default", "key": "a/季度.txt", "disposition": "remove", "remove_cache_control": "on"}
    page = body(ann.post(url("metadata"), {**asked, "_change": "1"}))
    assert "cache-control: <del>max-age=60</del> → <ins>–</ins>" in page
    assert "content-disposition: <del>attachment" in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "Nothing is to be changed"),
        ({"content_type": "text"}, "is no content type"),
        ({"content_type": "text/plain", "fix_types": "on"}, "leave fix_types"),
        ({"filename": "x"}, "A file name goes with"),
        ({"cache_control": "\x01"}, "control character"),
        ({"cache_control": "no-store", "remove_cache_control": "on"}, "Either name a value"),
        ({"key": "a/", "fix_types": "on"}, "oss_metadata --prefix"),
        ({"key": "\n".join(f"k{n}" for n in range(51)), "fix_types": "on"}, "At most 50 at once"),
        ({"key": "", "fix_types": "on"}, "required"),
        ({"storage": "nowhere", "fix_types": "on"}, "valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_in_the_form(ann, asked, said):
    page = body(ann.post(url("metadata"), {"storage": "default", "key": "a/ascii.txt", "_change": "1", **asked}))
    assert said in page
    assert "What was done" not in page


def test_out_of_reach(ann, settings):
    settings.OSS_SHARE = {"PREFIXES": ["b/"]}
    asked = {"storage": "default", "key": "a/季度.txt", "fix_encoding": "on", "_change": "1"}
    assert "does not reach" in body(ann.post(url("metadata"), asked))
    assert content_type("a/季度.txt") == "text/plain"


def test_what_stays_as_it_is_says_why(ann, oss):
    oss.put("a/x.txt", "Größe".encode("windows-1252"), content_type="text/plain")
    page = body(ann.post(url("metadata"), {"storage": "default", "key": "a/x.txt", "fix_encoding": "on", "_look": "1"}))
    assert "stays as it is" in page
    assert "not certain" in page
