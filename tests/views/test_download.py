"""Handing out over HTTP: counted, written down, sent to the bucket; or nothing at all."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from django.db import OperationalError
from shares.factories import make_share

from django_oss_share.models import AuditEvent, Share
from django_oss_share.oss.errors import CredentialsUnavailable
from django_oss_share.services import shares
from views.visiting import address, rows

pytestmark = pytest.mark.django_db

KEY = "reports/q3.pdf"


def download(client, share, **more):
    return client.post(address(share, "download"), **more)


def test_the_bytes_and_the_name(client, oss):
    response = download(client, shares.create(KEY, filename="季度.pdf"))
    assert response.status_code == 302
    with urlopen(response["Location"]) as answer:
        assert answer.read() == b"the third quarter"
        assert "%E5%AD%A3%E5%BA%A6.pdf" in answer.headers["Content-Disposition"]


def test_a_limit_is_exact_and_the_next_is_told(client, oss):
    share = make_share(max_downloads=2)
    assert [download(client, share).status_code for _ in range(4)] == [302, 302, 410, 410]
    assert Share.objects.get().downloads == 2
    assert rows() == [("issued", "")] * 2 + [("denied", "exhausted")] * 2
    assert b"limit" in client.get(address(share)).content


def test_a_revocation_holds_from_the_next_request_on(client, oss):
    share = make_share()
    assert download(client, share).status_code == 302
    shares.revoke(share)
    assert download(client, share).status_code == 410


def test_reviving_opens_the_same_address(client, oss):
    share = make_share(max_downloads=1)
    statuses = [download(client, share).status_code for _ in range(2)]
    shares.revive(share, max_downloads=3)
    assert [*statuses, download(client, share).status_code] == [302, 410, 302]


def test_what_was_deleted_is_not_counted(client, oss):
    share = make_share(key="reports/none.pdf", max_downloads=1)
    response = download(client, share)
    assert response.status_code == 410
    assert b"no longer there" in response.content
    assert (Share.objects.get().downloads, rows()) == (0, [("denied", "gone")])


def test_no_audit_row_no_redirect_no_count(client, oss, monkeypatch):
    save = AuditEvent.save

    def full(event, *args, **kwargs):
        if event.action == "issued":
            raise OperationalError("planted: disk full")
        return save(event, *args, **kwargs)

    monkeypatch.setattr(AuditEvent, "save", full)
    response = download(client, make_share())
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert b"planted" not in response.content
    assert "Location" not in response.headers
    assert (Share.objects.get().downloads, rows()) == (0, [])


def test_no_token_no_redirect(client, settings):
    def none():
        raise CredentialsUnavailable("STS does not answer.", retry_after=7)

    options = {"bucket_name": "examplebucket", "region_name": "cn-hangzhou", "credentials": none}
    settings.STORAGES = {
        "default": {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": options},
    }
    response = download(client, make_share())
    assert response.status_code == 503
    assert int(response["Retry-After"]) >= 7
    assert Share.objects.get().downloads == 0


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.xml", "a.js", "a.xhtml", "a.pdf.html", "a"])
def test_what_a_browser_might_run_is_saved(client, oss, name):
    oss.put(name, b"<script>")
    response = download(client, make_share(key=name, disposition="inline"))
    with urlopen(response["Location"]) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_name_that_would_break_the_header_is_left_out(client, oss):
    response = download(client, make_share(filename='a"\r\nSet-Cookie: x=1.pdf'))
    assert response.status_code == 302
    assert "\n" not in response["Location"]
    with urlopen(response["Location"]) as answer:
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "address_of_evil", ["https://evil.example/", "//evil.example", "\\\\evil.example", "http:evil"]
)
@pytest.mark.parametrize("field", ["next", "url", "item", "redirect", "key", "path"])
def test_nothing_that_is_sent_leads_elsewhere(client, oss, field, address_of_evil):
    host = urlsplit(oss.endpoint).netloc
    for share in (make_share(), make_share(key="reports/", kind="prefix"), make_share(keys=(KEY,))):
        for route in ("download", "unlock"):
            response = client.post(f"{address(share, route)}?{field}={address_of_evil}", {field: address_of_evil})
            location = urlsplit(response.headers.get("Location", "/s/"))
            assert location.netloc == host or (location.netloc == "" and location.path.startswith("/s/"))


def test_the_link_dies_within_a_minute_by_default(client, oss):
    query = parse_qs(urlsplit(download(client, make_share())["Location"]).query)
    assert query["x-oss-expires"] == ["60"]
