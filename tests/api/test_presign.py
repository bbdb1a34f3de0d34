"""Presigned links over the API, opened on the emulator: what they allow, and nothing else."""

from __future__ import annotations

import base64
import hashlib

import pytest
import requests
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime

from api.asking import log_in, refused, told
from django_oss_share.models import AuditEvent
from django_oss_share.services import audit

pytestmark = pytest.mark.django_db

PRESIGN = "/api/v1/presign/"


@pytest.fixture
def ann(oss):
    return log_in("ann", "share_object")[0]


def test_one_link_opens_and_is_written_down(ann):
    answer = told(ann.post(PRESIGN, {"key": "reports/q3.pdf", "expires_in": 60, "filename": "季度.pdf"}))
    [made] = answer["results"]
    got = requests.get(made["url"], timeout=5)
    assert (got.content, answer["method"], answer["headers"]) == (b"the third quarter", "GET", {})
    assert "filename*=UTF-8''%E5%AD%A3" in got.headers["Content-Disposition"]
    assert (made["key"], made["clipped"]) == ("reports/q3.pdf", False)
    event = AuditEvent.objects.get()
    assert event.link_digest == audit.signature_digest(made["url"])
    assert event.link_expires_at == parse_datetime(made["expires_at"])
    assert (event.action, event.key, event.data) == ("issued", "reports/q3.pdf", {"presigned": True, "expires_in": 60})


def test_many_links_each_open_and_are_written_down_in_one_row(ann, oss):
    keys = [f"many/{number} 季度+%.txt" for number in range(5)]
    for key in keys:
        oss.put(key, key.encode())
    made = told(ann.post(PRESIGN, {"keys": keys}))["results"]
    assert [each["key"] for each in made] == keys
    assert [requests.get(each["url"], timeout=5).content for each in made] == [key.encode() for key in keys]
    event = AuditEvent.objects.get()
    assert event.data["links"] == [[each["key"], audit.signature_digest(each["url"])] for each in made]
    assert audit.verify().findings == []


def test_what_an_upload_is_bound_to(oss):
    client, _ = log_in("ann", "share_object", "upload_object")
    body = b"%PDF-1.7"
    md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
    asked = {"key": "in/a.pdf", "method": "PUT", "content_type": "application/pdf", "content_md5": md5}
    answer = told(client.post(PRESIGN, asked))
    url, headers = answer["results"][0]["url"], answer["headers"]
    assert headers == {"content-type": "application/pdf", "content-md5": md5}
    assert requests.put(url, body, headers={**headers, "content-type": "text/html"}, timeout=5).status_code == 403
    assert requests.put(url, b"other", headers=headers, timeout=5).status_code == 400
    assert requests.put(url, body, headers={**headers, "x-oss-object-acl": "public-read"}, timeout=5).status_code == 403
    assert requests.get(url, timeout=5).status_code == 403
    assert requests.put(url, body, headers=headers, timeout=5).status_code == 200
    assert oss.get("in/a.pdf") == body
    assert AuditEvent.objects.get().data["method"] == "PUT"


def test_who_may_fetch_may_not_by_that_overwrite(ann):
    assert "'oss_share.upload_object'" in refused(ann.post(PRESIGN, {"key": "a", "method": "PUT"}), 403)


BAD = [
    ({}, "key", "exactly one of key and keys"),
    ({"key": "a", "keys": ["a"]}, "key", "exactly one"),
    ({"keys": []}, "keys", "0 entries; allowed are 1 to 1000"),
    ({"keys": ["a"] * 1001}, "keys", "1001 entries; allowed are 1 to 1000"),
    ({"keys": ["a", "../b"]}, "keys", "'../b'"),
    ({"keys": ["a", ""]}, "keys", "has 0 bytes"),
    ({"keys": ["a", "b"], "filename": "c"}, "filename", "single key"),
    ({"keys": ["a", "b"], "version_id": "c"}, "version_id", "single key"),
    ({"key": "a", "storage": "nowhere"}, "storage", "known: 'default'"),
    ({"key": "a", "method": "DELETE"}, "method", "allowed are 'GET', 'HEAD', 'PUT'"),
    ({"key": "a", "expires_in": 59}, "expires_in", "60 to 604800"),
    ({"key": "a", "expires_in": 604_801}, "expires_in", "60 to 604800"),
    ({"key": "a", "expires_in": 40_000}, "expires_in", "60 to 32400"),
    ({"key": "a", "parameters": {"acl": ""}}, "parameters", "'acl' does not go with GET"),
    ({"key": "a", "parameters": {"x-oss-signature": "1"}}, "parameters", "x-oss-signature"),
    ({"key": "a", "parameters": {"ResponseContentTyp": "1"}}, "parameters", "did you mean 'ResponseContentType'?"),
    ({"key": "a", "parameters": {"response-content-type": {}}}, "parameters", "names and texts"),
    ({"key": "a", "parameters": {"x-oss-traffic-limit": 1}}, "parameters", "819200 to 838860800"),
    ({"key": "a", "filename": "b\r\nSet-Cookie: c"}, "filename", "filename"),
    ({"key": "a", "content_md5": "x"}, "content_md5", "goes with PUT"),
    ({"key": "a", "host": "moon"}, "host", "allowed are 'usual', 'oss'"),
    ({"key": "a", "https": "yes"}, "https", "true or false"),
]


@pytest.mark.parametrize(("body", "field", "words"), BAD, ids=[str(each[0])[:60] for each in BAD])
def test_a_bad_input_is_told(ann, body, field, words):
    assert words in refused(ann.post(PRESIGN, body), 400, field)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "parameters", [{"acl": ""}, {"uploadId": "x"}, {"response-content-type": "a/b"}, {"tagging": ""}]
)
def test_an_upload_is_of_the_object_alone(oss, parameters):
    client, _ = log_in("ann", "share_object", "upload_object")
    body = {"key": "a", "method": "PUT", "parameters": parameters}
    assert "allowed are x-oss-traffic-limit" in refused(client.post(PRESIGN, body), 400, "parameters")
    refused(client.post(PRESIGN, {"key": "a", "method": "PUT", "filename": "b"}), 400, "filename")


def test_a_thousand_links_take_as_many_queries_as_one(oss, settings):
    """Permissions: one, for a user's own and for those of their groups, of a download and of an upload."""
    settings.OSS_SHARE = {"GROUPS": {"sales": {"PREFIXES": ["a/"]}}}
    client, ann = log_in("ann", "share_object", "upload_object")
    ann.groups.add(Group.objects.create(name="sales"))
    counts = []
    for number, method in ((1, "GET"), (1000, "GET"), (1000, "PUT")):
        client.force_authenticate(type(ann).objects.get(pk=ann.pk))
        with CaptureQueriesContext(connection) as queries:
            told(client.post(PRESIGN, {"keys": [f"a/{each}" for each in range(number)], "method": method}))
        counts.append(sum("auth_permission" in query["sql"] for query in queries))
        counts.append(len(queries))
    assert counts == [1, counts[1]] * 3
    assert counts[1] <= 5


def test_unless_asked_for_a_link_lives_as_long_as_the_storage_says(oss, settings):
    client, _ = log_in("ann", "share_object")
    storage = settings.STORAGES["default"]
    settings.STORAGES = {"default": {**storage, "OPTIONS": {**storage["OPTIONS"], "querystring_expire": 40_000}}}
    told(client.post(PRESIGN, {"key": "a"}))
    assert AuditEvent.objects.get().data["expires_in"] == 32_400


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"process": "\n"}, "process", "process holds a control character"),
        ({"content_type": "a/b\r\nX: 1"}, "content_type", "content_type holds a control character"),
        ({"method": "PUT", "content_type": "a/b\r\nX: 1"}, "content_type", "holds a control character"),
        ({"parameters": {"response-cache-control": "a\nb"}}, "parameters", "response-cache-control"),
        ({"parameters": {"response-cache-control": True}}, "parameters", "must be a str"),
        ({"parameters": {"response-expires": "x" * 1001}}, "parameters", "has 1001 characters; allowed are 1000"),
        ({"method": "PUT", "content_md5": "abc"}, "content_md5", "24 characters"),
    ],
)
def test_what_no_link_takes_is_told_by_the_name_it_was_given_under(oss, body, field, words):
    ann, _ = log_in("ann", "share_object", "upload_object")
    assert words in refused(ann.post(PRESIGN, {"key": "a", **body}), 400, field)
    assert not AuditEvent.objects.exists()
