"""What is in a storage, over the API."""

from __future__ import annotations

import pytest

from api.asking import log_in, refused, told
from django_oss_share.testing import Fault, Kind

pytestmark = pytest.mark.django_db

OBJECTS = "/api/v1/objects/"


@pytest.fixture
def ann(oss):
    for key in ("reports/2026/q1.pdf", "reports/+ %.txt", "季度/表.txt"):
        oss.put(key, key.encode(), content_type="text/plain")
    return log_in("ann", "browse_bucket")[0]


def test_a_folder_a_page_at_a_time(ann):
    page = told(ann.get(OBJECTS, {"prefix": "reports/"}))
    assert page["folders"] == [{"name": "2026", "key": "reports/2026/"}]
    assert [each["key"] for each in page["files"]] == ["reports/+ %.txt", "reports/q3.pdf"]
    assert page["files"][1]["size"] == 17
    assert page["next"] is None
    first = told(ann.get(OBJECTS, {"prefix": "reports/", "page_size": 2}))
    second = told(ann.get(first["next"]))
    assert len(first["folders"] + first["files"]) == 2
    assert [each["key"] for each in second["files"]] == ["reports/q3.pdf"]
    assert [each["key"] for each in told(ann.get(OBJECTS, {"search": "季"}))["folders"]] == ["季度/"]


def test_metadata_of_one_object(ann):
    about = told(ann.get(f"{OBJECTS}metadata/", {"key": "季度/表.txt"}))
    assert (about["key"], about["content_type"], about["size"]) == ("季度/表.txt", "text/plain", 14)
    assert about["crc64"].isdecimal()
    assert "nothing" in refused(ann.get(f"{OBJECTS}metadata/", {"key": "nothing"}), 404)


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("", {"prefix": "reports"}, "prefix"),
        ("", {"search": "a/b"}, "search"),
        ("", {"page_size": "1001"}, "page_size"),
        ("", {"storage": "nowhere"}, "storage"),
        ("", {"storage": "local"}, "storage"),
        ("", {"folder": "reports/"}, "folder"),
        ("metadata/", {}, "key"),
        ("metadata/", {"key": ""}, "key"),
    ],
)
def test_bad_inputs(ann, path, query, field):
    refused(ann.get(OBJECTS + path, query), 400, field)


@pytest.mark.parametrize("query", [{"prefix": "../"}, {"prefix": "/a/"}, {"prefix": "a/../../b/"}])
def test_there_is_no_way_out(ann, query):
    assert "would leave the storage" in refused(ann.get(OBJECTS, query), 400)
    assert "would leave" in refused(ann.get(f"{OBJECTS}metadata/", {"key": f"{query['prefix']}c"}), 400)


def test_oss_refuses_and_oss_is_down(ann, oss, settings):
    oss.faults.add(Fault(Kind.STATUS, operation="HeadObject", status=503))
    response = ann.get(f"{OBJECTS}metadata/", {"key": "reports/q3.pdf"})
    refused(response, 503)
    assert int(response["Retry-After"]) > 0
    oss.faults.clear()
    storage = settings.STORAGES["default"]
    options = {**storage["OPTIONS"], "secret_key": "no-longer-valid"}
    settings.STORAGES = {**settings.STORAGES, "default": {**storage, "OPTIONS": options}}
    problem = told(ann.get(OBJECTS), 502)
    assert problem["code"] == "SignatureDoesNotMatch"
    assert "no-longer-valid" not in str(problem)


def test_how_objects_are_sent_is_changed_by_who_may(ann, oss):
    asked = {"keys": ["reports/q3.pdf", "nothing"], "disposition": "inline", "cache_control": "max-age=60"}
    refused(ann.patch(f"{OBJECTS}metadata/", asked), 403)
    chef, _ = log_in("chef", "grant_access")
    looked = told(chef.patch(f"{OBJECTS}metadata/", {**asked, "dry_run": True}))["results"]
    assert [each["result"] for each in looked] == ["would_change", "failed"]
    done = told(chef.patch(f"{OBJECTS}metadata/", asked))["results"]
    assert (done[0]["result"], done[0]["after"]["cache-control"]) == ("changed", "max-age=60")
    assert done[1]["reason"]
    again = told(chef.patch(f"{OBJECTS}metadata/", {**asked, "keys": ["reports/q3.pdf"]}))["results"]
    assert again[0]["result"] == "unchanged"
    for change, field in [
        ({}, None),
        ({"content_type": "text"}, "content_type"),
        ({"disposition": "x"}, "disposition"),
        ({"cache_control": "a\r\nb"}, None),
        ({"fix_encoding": True, "charset": "klingon"}, "charset"),
    ]:
        refused(chef.patch(f"{OBJECTS}metadata/", {"keys": ["a"], **change}), 400, field)


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("", {"prefix": "../"}, "prefix"),
        ("", {"prefix": "/"}, "prefix"),
        ("", {"cursor": "none of yours"}, "cursor"),
        ("metadata/", {"key": "../a"}, "key"),
    ],
)
def test_what_leads_nowhere_is_named(ann, path, query, field):
    refused(ann.get(f"{OBJECTS}{path}", query), 400, field)


def test_a_header_that_is_none_is_called_as_it_was_given(oss):
    client, _ = log_in("ann", "grant_access")
    body = {"keys": ["reports/q3.pdf"], "cache_control": "a\r\nb"}
    refused(client.patch(f"{OBJECTS}metadata/", body), 400, "cache_control")
