"""Files shown on our pages: counted like downloads, and never by looking at a page of a limited share."""

from __future__ import annotations

import re
from urllib.request import urlopen

import pytest
from shares.factories import make_share

from django_oss_share.models import AuditEvent, Share
from django_oss_share.services import shares
from django_oss_share.views import previews
from views.visiting import address, rows

pytestmark = pytest.mark.django_db

CHINESE = "编号,姓名,城市\n0001,王小明,杭州\n"
SHOWN = {"a.png": "img", "a.pdf": "iframe", "a.mp4": "video", "a.mp3": "audio"}


def shown(response):
    """Tag and address of what the page shows."""
    found = re.search(r'<figure class="preview \w+">\s*<(\w+)(?: src="([^"#]*))?', response.content.decode())
    return (found[1], (found[2] or "").replace("&amp;", "&")) if found else None


@pytest.mark.parametrize(("name", "tag"), SHOWN.items())
def test_the_page_shows_it_and_what_it_shows_is_counted(client, oss, name, tag):
    oss.put(name, b"bytes")
    share = make_share(key=name)
    page = client.get(address(share))
    assert shown(page) == (tag, address(share, "preview"))
    assert Share.objects.get().downloads == 0
    response = client.get(address(share, "preview"))
    assert response.status_code == 302
    with urlopen(response["Location"]) as answer:
        assert answer.read() == b"bytes"
        assert answer.headers["Content-Disposition"].startswith("inline")
    assert Share.objects.get().downloads == 1
    event = AuditEvent.objects.get(action="issued")
    assert (event.key, event.data) == (name, {"preview": True})


def test_a_text_in_its_own_charset_is_counted_as_the_page_is_shown(client, oss):
    oss.put("a.csv", CHINESE.encode("gb18030"))
    page = client.get(address(make_share(key="a.csv")))
    assert "0001,王小明,杭州" in page.content.decode()
    assert "GB18030" in page.content.decode()
    assert Share.objects.get().downloads == 1
    assert rows() == [("issued", ""), ("viewed", "")]


def test_a_text_is_text(client, oss):
    oss.put("a.txt", b"</pre><script>alert(1)</script>")
    assert "<script>alert" not in client.get(address(make_share(key="a.txt"))).content.decode()


def test_only_the_beginning_of_a_long_text_is_read(client, oss):
    oss.put("a.log", b"0123456789abcdef" * 100_000)
    html = client.get(address(make_share(key="a.log"))).content.decode()
    assert "This is the beginning" in html
    assert len(html) < 100_000


@pytest.mark.parametrize("name", [*SHOWN, "a.txt"])
def test_of_a_limited_share_nothing_is_shown_unasked(client, oss, name):
    oss.put(name, b"planted bytes")
    share = make_share(key=name, max_downloads=1)
    page = client.get(address(share))
    assert shown(page) is None
    assert "A preview counts as a download." in page.content.decode()
    assert b"planted bytes" not in page.content
    for method in ("get", "head"):
        response = getattr(client, method)(address(share, "preview"))
        assert (response.status_code, response["Location"]) == (302, address(share))
    assert Share.objects.get().downloads == 0


@pytest.mark.parametrize(("name", "tag"), [*SHOWN.items(), ("a.txt", "pre")])
def test_whoever_asks_for_a_preview_spends_a_download(client, oss, name, tag):
    oss.put(name, b"bytes of it")
    share = make_share(key=name, max_downloads=1)
    response = client.post(address(share, "file"))
    assert response.status_code == 200
    assert shown(response)[0] == tag
    assert "This preview was counted as a download." in response.content.decode()
    assert "That was the last download." in response.content.decode()
    if tag != "pre":
        with urlopen(shown(response)[1]) as answer:
            assert answer.read() == b"bytes of it"
    else:
        assert b"bytes of it" in response.content
    assert Share.objects.get().downloads == 1
    assert client.post(address(share, "file")).status_code == 410
    assert client.post(address(share, "download")).status_code == 410


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.xml", "a.js", "a.exe", "a"])
def test_the_rest_is_not_shown(client, oss, name):
    oss.put(name, b"<svg onload=alert(1)>")
    share = make_share(key=name)
    assert shown(client.get(address(share))) is None
    response = client.get(address(share, "preview"))
    with urlopen(response["Location"]) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_what_is_large_is_shown_to_those_who_ask(client, oss, monkeypatch):
    monkeypatch.setattr(previews, "AUTOMATIC_BYTES", 3)
    oss.put("a.png", b"four")
    oss.put("a.mp4", b"four")
    share = make_share(key="a.png")
    assert shown(client.get(address(share))) is None
    assert shown(client.post(address(share, "file")))[0] == "img"
    assert shown(client.get(address(make_share(key="a.mp4"))))[0] == "video"


def test_a_pdf_is_not_framed_where_oss_would_have_it_saved(client, offline, monkeypatch):
    from django_oss_share.services.access import Visit

    share = make_share(key="a.pdf")
    visit = Visit(share, None, None, share.created_at)
    assert previews.kind_shown(visit, "a.pdf") == ""
    assert previews.kind_shown(visit, "a.png") == "image"


def test_of_a_replaced_file_no_text_is_shown(client, oss):
    oss.put("a.txt", b"first")
    share = shares.create("a.txt", pin="etag")
    oss.put("a.txt", b"second")
    response = client.get(address(share))
    assert response.status_code == 410
    assert b"second" not in response.content


def test_programs_that_look_at_links_are_shown_no_preview(client, oss):
    oss.put("a.txt", b"planted bytes")
    share = make_share(key="a.txt")
    bot = {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}
    assert b"planted" not in client.get(address(share), headers=bot).content
    assert client.get(address(share, "preview"), headers=bot)["Location"] == address(share)
    assert Share.objects.get().downloads == 0


def test_the_page_of_a_single_file_is_the_landing_page(client, oss):
    share = make_share()
    assert client.get(address(share, "file"))["Location"] == address(share)
