"""The page of several files that were picked."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
from shares.factories import make_share

from django_oss_share.models import Share
from views.visiting import address, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def share(oss) -> Share:
    oss.put("a/same.txt", b"one")
    oss.put("b/same.txt", b"two")
    return make_share(keys=("a/same.txt", "b/same.txt", "gone.txt"))


def test_the_list(client, share, oss):
    response = client.get(address(share))
    assert [entry.name for entry in response.context["entries"]] == ["same.txt", "same.txt", "gone.txt"]
    assert "3 files" in response.content.decode()
    assert oss.calls["HeadObject"] == 0
    assert rows() == [("viewed", "")]


@pytest.mark.parametrize(("item", "content"), [("0", b"one"), ("1", b"two")])
def test_each_can_be_had(client, share, item, content):
    assert client.get(address(share, "file"), {"item": item}).status_code == 200
    response = client.post(address(share, "download"), {"item": item})
    with urlopen(response["Location"]) as answer:
        assert answer.read() == content


@pytest.mark.parametrize("item", ["", "3", "-1", "1.0", "٣", "1e0", "99999999999999999999", "a/same.txt", "0x0", " 0"])
@pytest.mark.parametrize("route", ["download", "file", "preview"])
def test_nothing_else_is_in_it(client, share, item, route):
    send = client.post if route == "download" else client.get
    response = send(address(share, route), {"item": item})
    assert response.status_code == 404
    assert rows() == [("denied", "item")]


def test_one_that_is_gone(client, share):
    assert client.get(address(share, "file"), {"item": "2"}).status_code == 410
