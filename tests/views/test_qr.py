"""The QR code of a share's address."""

from __future__ import annotations

import sys
from xml.etree import ElementTree

import pytest
from shares.factories import make_share

from django_oss_share.views import qr
from views.visiting import address, rows

pytestmark = pytest.mark.django_db


def test_it_is_a_picture(client, oss):
    share = make_share()
    response = client.get(address(share, "qr"))
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml")
    assert ElementTree.fromstring(response.content).tag == "{http://www.w3.org/2000/svg}svg"
    assert response.content == qr.draw(f"http://testserver{address(share)}")
    assert rows() == []
    assert address(share, "qr") in client.get(address(share)).content.decode()


def test_without_the_extra_there_is_none(client, oss, monkeypatch):
    monkeypatch.setitem(sys.modules, "segno", None)
    share = make_share()
    assert client.get(address(share, "qr")).status_code == 404
    assert "qr.svg" not in client.get(address(share)).content.decode()
