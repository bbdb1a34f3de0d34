"""The page of a folder."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import urlopen

import pytest
from shares.factories import make_share

from django_oss_share.models import Kind, Share
from views.visiting import address, rows

pytestmark = pytest.mark.django_db

KEYS = ("team/a.txt", "team/sub/b.txt", "team/sub/deeper/c.txt", "team/空 格 & +.txt", "team2/other.txt", "secret.txt")


@pytest.fixture
def share(oss) -> Share:
    for key in KEYS:
        oss.put(key, key.encode())
    return make_share(key="team/", kind=Kind.PREFIX)


def page(client, share, **query):
    return client.get(address(share), query)


def names(response):
    return [entry.name for entry in response.context["entries"]]


def test_what_is_directly_in_it(client, share):
    response = page(client, share)
    assert names(response) == ["sub", "a.txt", "空 格 & +.txt"]
    html = response.content.decode()
    assert "空 格 &amp; +.txt" in html
    assert "other.txt" not in html
    assert "secret.txt" not in html
    assert rows() == [("viewed", "")]


def test_sub_folders_and_the_way_back(client, share):
    response = page(client, share, path="sub/deeper/")
    assert names(response) == ["c.txt"]
    assert response.context["crumbs"] == [
        ("sub", f"{address(share)}?path=sub%2F"),
        ("deeper", f"{address(share)}?path=sub%2Fdeeper%2F"),
    ]
    first = response.context["entries"][0]
    file = client.get(first.href)
    assert f'href="{address(share)}?path=sub%2Fdeeper/"' in file.content.decode()


@pytest.mark.parametrize("path", ["../", "sub/../", "/", "//", "sub//", "sub", "../team2/", "..%2f", "sub\\..\\"])
def test_there_is_no_way_out(client, share, path):
    response = page(client, share, path=path)
    assert response.status_code == 404
    assert b"other.txt" not in response.content
    assert rows() == [("denied", "item")]


@pytest.mark.parametrize(
    "item",
    ["", "../secret.txt", "sub/../../secret.txt", "/secret.txt", "sub/", "..", "0", "a.txt/../../secret.txt", "\0"],
)
@pytest.mark.parametrize("route", ["file", "download", "preview"])
def test_no_item_is_outside(client, share, item, route):
    before = Share.objects.get().downloads
    send = client.post if route == "download" else client.get
    response = send(address(share, route), {"item": item})
    if item == "0":
        # A name like any other: OSS knows that there is no such file.
        assert response.status_code in (302, 410)
    else:
        assert (response.status_code, Share.objects.get().downloads) == (404, before)
        assert f'href="{address(share)}"' in response.content.decode()
        assert b"secret" not in response.content


@pytest.mark.parametrize("item", ["a.txt", "sub/b.txt", "空 格 & +.txt"])
def test_each_file_can_be_had(client, share, item):
    assert escape(item.rpartition("/")[2]) in client.get(address(share, "file"), {"item": item}).content.decode()
    response = client.post(address(share, "download"), {"item": item})
    with urlopen(response["Location"]) as answer:
        assert answer.read() == f"team/{item}".encode()


def test_search(client, share, oss):
    assert names(page(client, share, search="空")) == ["空 格 & +.txt"]
    assert names(page(client, share, search="s")) == ["sub"]
    response = page(client, share, search="<x>")
    assert names(response) == []
    assert "No name in this folder begins with “&lt;x&gt;”" in response.content.decode()


def test_a_search_with_a_slash_is_explained(client, share):
    response = page(client, share, search="sub/b")
    assert response.status_code == 200
    assert 'role="alert">A slash is no part of a name' in response.content.decode()
    assert 'aria-invalid="true"' in response.content.decode()


def test_pages(client, oss):
    for number in range(230):
        oss.put(f"many/{number:03}.txt", b"")
    share = make_share(key="many/", kind=Kind.PREFIX)
    seen, following = [], address(share)
    while following:
        response = client.get(following)
        assert response.status_code == 200
        seen += names(response)
        following = response.context["next_page"]
    assert seen == [f"{number:03}.txt" for number in range(230)]
    assert response.context["first_page"] == address(share)


def test_a_position_that_we_did_not_write_begins_at_the_start(client, share, oss):
    for after in ("x", "x:y", "\0", "a" * 5000):
        assert len(names(page(client, share, after=after))) == 3
    assert oss.calls["ListObjectsV2"] == 4


def test_an_empty_folder(client, oss):
    response = page(client, make_share(key="none/", kind=Kind.PREFIX))
    assert b"This folder is empty." in response.content


def test_keys_that_no_path_leads_to_are_left_out(client, share, oss):
    oss.put("team//hidden.txt", b"")
    oss.put("team/../up.txt", b"")
    oss.put("team/back\\slash.txt", b"")
    assert names(page(client, share)) == ["sub", "a.txt", "空 格 & +.txt"]


def test_a_look_at_a_limited_folder_costs_nothing(client, oss):
    oss.put("team/a.txt", b"x")
    share = make_share(key="team/", kind=Kind.PREFIX, max_downloads=1)
    client.get(address(share))
    client.get(address(share, "file"), {"item": "a.txt"})
    client.get(address(share, "preview"), {"item": "a.txt"})
    assert Share.objects.get().downloads == 0
    assert client.post(address(share, "download"), {"item": "a.txt"}).status_code == 302
    assert client.post(address(share, "download"), {"item": "a.txt"}).status_code == 410


def test_links_lead_where_they_say(client, share):
    for entry in page(client, share).context["entries"]:
        query = parse_qs(urlsplit(entry.href).query)
        assert query in ({"path": ["sub/"]}, {"item": ["a.txt"]}, {"item": ["空 格 & +.txt"]})
        assert client.get(entry.href).status_code == 200
    assert quote("空") in page(client, share).context["entries"][-1].href


def test_oss_is_down(client, share, oss):
    from django_oss_share.testing import Fault
    from django_oss_share.testing import Kind as FaultKind

    oss.faults.add(Fault(FaultKind.STATUS, operation="ListObjectsV2", status=500))
    response = page(client, share)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
