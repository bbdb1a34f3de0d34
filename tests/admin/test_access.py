"""The page that says who reads a bucket and its objects, and changes it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
import requests
from django.urls import reverse
from shares.factories import make_share

from admin.pages import body, last_event, page_of
from django_oss_share.models import Action, AuditEvent
from django_oss_share.services import acl, audit, referer
from django_oss_share.testing import Fault
from django_oss_share.testing import Kind as FaultKind

pytestmark = pytest.mark.django_db

KEY = "reports/q3.pdf"
MANAGER = ("browse_bucket", "share_object", "change_all_shares")
RULE = {"referer-truncate_query": "on"}


def url(key="", **more):
    return reverse("admin:oss_share_share_access") + "?" + urlencode({"storage": "default", "key": key, **more})


def opened(oss):
    return requests.get(f"{oss.endpoint}/{oss.bucket}/{KEY}", timeout=5).status_code


def test_who_may_look_and_who_may_change(login, oss):
    client, _ = login("ann", "share_object", "change_all_shares")
    assert client.get(url(KEY)).status_code == 403
    client, _ = login("bob", "browse_bucket")
    page = body(client.get(url(KEY)))
    assert "nobody reads it" in page
    assert 'name="_acl"' not in page
    assert client.post(url(KEY), {"_acl": "1", "acl-acl": "private"}).status_code == 403
    assert "Who reads the bucket" not in body(client.get(reverse("admin:oss_share_share_browse")))
    client, _ = login("eve", *MANAGER)
    assert "Who reads the bucket" in body(client.get(reverse("admin:oss_share_share_browse")))
    assert url(KEY).partition("?")[0] in body(client.get(reverse("admin:oss_share_share_object"), {"key": KEY}))
    assert not AuditEvent.objects.filter(action="changed").exists()


def test_an_object_is_opened_after_the_warning(login, oss):
    client, user = login("ann", *MANAGER)
    page = body(client.post(url(KEY), {"_acl": "1", "acl-acl": "public-read"}))
    assert "Everybody who has or guesses the address reads the object." in page
    assert 'value="public-read"' in page.partition('name="confirmed"')[2][:80]
    assert opened(oss) == 403

    # A yes to one thing is none to another.
    page = body(client.post(url(KEY), {"_acl": "1", "acl-acl": "public-read-write", "confirmed": "public-read"}))
    assert "may replace it" in page
    assert opened(oss) == 403

    response = client.post(url(KEY), {"_acl": "1", "acl-acl": "public-read", "confirmed": "public-read"})
    assert response["Location"] == url(KEY)
    assert opened(oss) == 200
    page = body(client.get(url(KEY)))
    assert "everybody reads it" in page
    assert f"/{KEY}</dd>" in page
    assert (last_event().actor_id, last_event().address) == (user.pk, "203.0.113.7")

    client.post(url(KEY), {"_acl": "1", "acl-acl": "private"})
    assert opened(oss) == 403


def test_the_bucket_and_its_referer_rule(login, oss):
    client, _ = login("ann", *MANAGER)
    assert "there is no Referer rule" in body(client.get(url()))
    page = body(client.post(url(), {"_acl": "1", "acl-acl": "public-read"}))
    assert "every object of the bucket" in page
    assert body(client.post(url(), {"_acl": "1", "acl-acl": "default"})).count("Select a valid choice") == 1

    sent = {"_referer": "1", "referer-allowed": " https://www.example.com \n\n*.example.org", **RULE}
    page = body(client.post(url(), sent))
    assert "every visitor of a share" in page
    assert "https://www.example.com" in page.partition("<textarea")[2]
    assert client.post(url(), {**sent, "confirmed": "1"}).status_code == 302
    rule = referer.rule_of("default")
    assert (rule.allowed, rule.allow_empty) == (("https://www.example.com", "*.example.org"), False)
    assert "those that the Referer rule lets in" in body(client.get(url()))
    assert client.post(url(), {"_referer": "1", **RULE}).status_code == 302
    assert not referer.rule_of("default").is_set
    assert "is no pattern" in body(client.post(url(), {"_referer": "1", "referer-denied": "季度", **RULE}))


def test_what_oss_does_not_tell(login, oss):
    client, _ = login("ann", *MANAGER)
    assert "NoSuchKey" in body(client.get(url("none")))
    assert "is no alias" in body(client.get(url(storage="nowhere")))
    oss.faults.add(Fault(FaultKind.RESET, "PutObjectAcl", times=1))
    assert "no answer" in body(client.post(url(KEY), {"_acl": "1", "acl-acl": "private"}))
    assert acl.access_to("default", KEY).acl == "default"


def test_only_as_far_as_one_reaches(login, oss, settings):
    settings.OSS_SHARE = {**getattr(settings, "OSS_SHARE", {}), "PREFIXES": ["public/"]}
    client, _ = login("ann", *MANAGER)
    for key in ("", KEY):
        assert client.get(url(key)).status_code == 403
        assert client.post(url(key), {"_acl": "1", "acl-acl": "private"}).status_code == 403


def test_keys_of_every_script(login, oss):
    key = "季度/a b+%\"<&'.pdf"
    oss.put(key, b"x")
    client, _ = login("ann", *MANAGER)
    response = client.post(url(key), {"_acl": "1", "acl-acl": "private"})
    assert response["Location"] == url(key)
    assert acl.access_to("default", key).acl == "private"
    assert "&lt;&amp;&#x27;.pdf" in body(client.get(url(key)))


def test_a_share_tells_what_the_logs_say(login, oss):
    share = make_share()
    facts = {
        "links": 1,
        "downloads": 3,
        "partial": 1,
        "other": 0,
        "refused": 2,
        "bytes": 2048,
        "addresses": ["192.0.2.1"],
    }
    audit.record(Action.RECONCILED, share=share, key=share.key, data=facts)
    client, _ = login("ann", "view_all_shares", "share_object")
    page = body(client.get(page_of(share)))
    assert "3 fetched whole, 1 in part, 2 refused by OSS; 2.0\xa0KB" in page
    assert "a visitor" not in page.partition("compared with access logs")[2].partition("</li>")[0]
