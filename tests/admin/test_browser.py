"""The bucket browser."""

from __future__ import annotations

import pytest
from alibabacloud_oss_v2 import VersioningConfiguration
from django.urls import reverse
from shares.factories import make_share, make_user

from admin.pages import body, messages_of
from django_oss_share.testing import Fault
from django_oss_share.testing import Kind as FaultKind

pytestmark = pytest.mark.django_db


def url(name: str) -> str:
    return reverse(f"admin:oss_share_share_{name}")


@pytest.mark.parametrize("name", ["browse", "object", "chosen"])
def test_only_who_may_browse_looks_in(login, name):
    client, _ = login("ann", "share_object", "view_all_shares")
    assert client.get(url(name)).status_code == 403


def test_folders_files_sizes_dates_and_classes(login, oss):
    oss.put("reports/季度 & co.txt", b"x" * 2048)
    oss.put("reports/2026/q1.pdf", b"1")
    client, _ = login("ann", "browse_bucket")
    assert "folder=reports%2F" in body(client.get(url("browse")))
    page = body(client.get(url("browse"), {"folder": "reports/"}))
    for text in ("q3.pdf", "季度 &amp; co.txt", "2.0\xa0KB", "2026/", "Standard", "key=reports%2Fq3.pdf"):
        assert text in page
    assert "q1.pdf" not in page


def test_who_may_not_share_gets_no_buttons(login, oss):
    client, _ = login("ann", "browse_bucket")
    assert 'name="key"' not in body(client.get(url("browse"), {"folder": "reports/"}))
    client, _ = login("bob", "browse_bucket", "share_object")
    assert 'name="key"' in body(client.get(url("browse"), {"folder": "reports/"}))


def test_search_is_by_the_beginning_of_a_name(login, oss):
    oss.put("reports/other.pdf", b"")
    client, _ = login("ann", "browse_bucket")
    page = body(client.get(url("browse"), {"folder": "reports/", "search": "q"}))
    assert "q3.pdf" in page
    assert "other.pdf" not in page


def test_pages_lead_to_all_of_a_folder(login, oss):
    names = {f"n{number:03}.txt" for number in range(230)}
    for name in names:
        oss.put(f"many/{name}", b"")
    client, _ = login("ann", "browse_bucket")
    seen, address = [], f"{url('browse')}?folder=many/"
    while address:
        response = client.get(address)
        seen += [file.name for file in response.context["page"].files]
        query = response.context["next_query"]
        address = f"{url('browse')}?{query}" if query else ""
    assert len(seen) == len(names)
    assert set(seen) == names


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"folder": "reports"}, "is no folder"),
        ({"search": "a/b"}, "holds a slash"),
        ({"storage": "local"}, "storage: Select a valid choice"),
        ({"after": "nonsense"}, "ListObjectsV2"),
        ({"folder": "../"}, ""),
        ({"folder": "\0/"}, "folder"),
    ],
)
def test_senseless_questions_get_one_sentence(login, oss, query, said):
    client, _ = login("ann", "browse_bucket")
    page = body(client.get(url("browse"), query))
    assert "errornote" in page
    assert said in page


def test_an_oss_that_is_down_gets_one_sentence(login, oss):
    oss.faults.add(Fault(operation="*", kind=FaultKind.STATUS, status=503))
    client, _ = login("ann", "browse_bucket")
    assert "(503)" in body(client.get(url("browse")))
    assert "(503)" in body(client.get(url("object"), {"key": "reports/q3.pdf"}))


def test_an_object_with_its_facts_and_shares(login, oss):
    client, ann = login("ann", "browse_bucket", "share_object")
    make_share(created_by=ann, name="mine-here")
    make_share(created_by=ann, name="folder-above", key="reports/", kind="prefix")
    make_share(created_by=make_user("bob"), name="not-mine")
    page = body(client.get(url("object"), {"key": "reports/q3.pdf"}))
    for text in ("17\xa0bytes", "CRC-64", "Standard", "mine-here", "folder-above", "add/?storage=default"):
        assert text in page
    assert "not-mine" not in page


def test_an_object_that_is_not_there(login, oss):
    client, _ = login("ann", "browse_bucket")
    assert "NoSuchKey" in body(client.get(url("object"), {"key": "absent"}))
    assert "errornote" in body(client.get(url("object")))


def test_versions_can_be_looked_at_one_by_one(login, oss):
    import alibabacloud_oss_v2 as sdk
    from django.core.files.storage import storages

    bucket = storages["default"].client
    status = VersioningConfiguration(status="Enabled")
    bucket._sdk.put_bucket_versioning(sdk.PutBucketVersioningRequest(oss.bucket, versioning_configuration=status))
    bucket.put("reports/q3.pdf", b"second", {})
    bucket.put("reports/q3.pdf.sig", b"another", {})
    bucket.delete("reports/q3.pdf")
    kept = bucket.versions("reports/q3.pdf")
    assert [version.size for version in kept] == [None, 6, 17]
    assert [version.is_latest for version in kept] == [True, False, False]
    client, _ = login("ann", "browse_bucket")
    page = body(client.get(url("object"), {"key": "reports/q3.pdf"}))
    assert kept[1].version_id in page
    assert "deleted" in page
    page = body(client.get(url("object"), {"key": "reports/q3.pdf", "version_id": kept[1].version_id}))
    assert "6\xa0bytes" in page


def test_what_is_ticked_goes_to_the_form(login, oss):
    client, _ = login("ann", "browse_bucket", "share_object")
    ticked = {"storage": "default", "folder": "reports/", "key": ["reports/q3.pdf", "reports/q4.pdf"]}
    assert "reports/q3.pdf\nreports/q4.pdf</textarea>" in body(client.post(url("chosen"), {**ticked, "share": "1"}))
    page = body(client.post(url("chosen"), {**ticked, "presign": "1"}))
    assert "reports/q3.pdf\nreports/q4.pdf</textarea>" in page
    assert f'action="{url("presign")}"' in page


def test_nothing_ticked_is_said(login, oss):
    client, _ = login("ann", "browse_bucket", "share_object")
    response = client.post(url("chosen"), {"storage": "default", "folder": "reports/", "share": "1"})
    assert "Tick" in messages_of(response)
    assert response.url == f"{url('browse')}?storage=default&folder=reports%2F"
