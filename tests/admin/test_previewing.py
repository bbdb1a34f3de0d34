"""Pictures in the bucket browser, and looking at one object."""

from __future__ import annotations

import io
import re
from html import unescape
from urllib.request import urlopen

import pytest
from django.urls import reverse
from PIL import Image

from admin.pages import body
from django_oss_share.models import AuditEvent
from django_oss_share.services import audit

pytestmark = pytest.mark.django_db


def url(name: str) -> str:
    return reverse(f"admin:oss_share_share_{name}")


@pytest.fixture
def photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((640, 480), 80).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def ann(login, oss, photo):
    oss.put("photos/海 & 1+1.png", photo, content_type="image/png")
    oss.put("photos/notes.txt", b"text")
    oss.put("photos/empty.png", b"")
    return login("ann", "browse_bucket", "share_object")[0]


def pictures(page: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'<img class="oss-thumbnail" src="([^"]+)"', page)]


def test_pictures_are_small_and_loaded_when_they_come_into_view(ann, photo):
    page = body(ann.get(url("browse"), {"folder": "photos/"}))
    [src] = pictures(page)
    assert 'loading="lazy"' in page
    with urlopen(src) as answer:
        small = answer.read()
    assert Image.open(io.BytesIO(small)).size == (96, 72)
    assert len(small) < len(photo) / 20


def test_they_are_written_down_by_one_row(ann, oss, photo):
    oss.put("photos/b.png", photo)
    found = pictures(body(ann.get(url("browse"), {"folder": "photos/"})))
    event = AuditEvent.objects.get()
    assert {digest for _key, digest in event.data["links"]} == {audit.signature_digest(each) for each in found}


def test_a_folder_without_pictures_makes_no_links(ann):
    assert not pictures(body(ann.get(url("browse"), {"folder": "reports/"})))
    assert not AuditEvent.objects.exists()


def test_none_for_who_may_not_make_links(ann, login):
    client, _ = login("bob", "browse_bucket")
    assert not pictures(body(client.get(url("browse"), {"folder": "photos/"})))
    assert client.get(url("preview"), {"key": "photos/notes.txt"}).status_code == 403
    assert not AuditEvent.objects.exists()


def test_what_cannot_be_signed_is_listed_all_the_same(ann, settings):
    setup = settings.STORAGES["default"]
    options = {**setup["OPTIONS"], "access_key": None, "secret_key": None, "credentials": _without_credentials}
    settings.STORAGES = {**settings.STORAGES, "default": {**setup, "OPTIONS": options}}
    page = body(ann.get(url("browse"), {"folder": "photos/"}))
    assert "errornote" in page


def _without_credentials():
    from django_oss_share.oss import CredentialsUnavailable

    raise CredentialsUnavailable("none", retry_after=1)


def with_domain(settings, **options) -> None:
    setup = settings.STORAGES["default"]
    changed = {name: value for name, value in setup["OPTIONS"].items() if name != "endpoint_url"}
    settings.STORAGES = {**settings.STORAGES, "default": {**setup, "OPTIONS": {**changed, **options}}}


def test_by_a_custom_domain_the_link_itself_opens(login, settings, offline):
    with_domain(settings, custom_domain="files.example.com")
    client, _ = login("ann", "browse_bucket", "share_object")
    answer = client.get(url("preview"), {"key": "a/q3.pdf"})
    assert answer.status_code == 302
    assert answer.url.startswith("https://files.example.com/a/q3.pdf?")
    assert "response-content-type=application%2Fpdf" in answer.url
    assert "no-store" in answer["Cache-Control"]
    assert AuditEvent.objects.get().key == "a/q3.pdf"


@pytest.mark.parametrize(
    ("key", "said", "shown"),
    [
        ("a/q3.pdf", "custom_domain", False),
        ("a/notes.txt", "page of a share shows its beginning", False),
        ("a/photo.jpg", "Within a page it is shown", True),
        ("a/film.mp4", "Within a page it is shown", True),
        ("a/archive.zip", "they save them", False),
    ],
)
def test_by_oss_own_domain_it_is_shown_in_a_page_or_said_why_not(login, offline, key, said, shown):
    client, _ = login("ann", "browse_bucket", "share_object")
    page = body(client.get(url("preview"), {"key": key}))
    assert said in page
    assert ("x-oss-signature" in page) is shown
    assert AuditEvent.objects.count() == int(shown)


def test_out_of_reach(login, offline, settings):
    settings.OSS_SHARE = {"PREFIXES": ["b/"]}
    client, _ = login("ann", "browse_bucket", "share_object")
    page = body(client.get(url("preview"), {"key": "a/photo.jpg"}))
    assert "does not reach" in page
    assert "x-oss-signature" not in page


def test_the_page_of_an_object_explains(ann):
    page = body(ann.get(url("object"), {"key": "photos/海 & 1+1.png"}))
    assert url("preview") in page
    assert "Its link opens" in page
