"""Presigned links out of the admin."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
from django.urls import reverse

from admin.pages import body
from django_oss_share.models import Action, AuditEvent
from django_oss_share.services import audit, presigning
from django_oss_share.storage import StorageMisconfigured

pytestmark = pytest.mark.django_db

USUAL = {"_presign": "1", "storage": "default", "key": "reports/q3.pdf", "expires_in": "60", "host": "usual"}


def post(client, **more):
    return client.post(reverse("admin:oss_share_share_presign"), {**USUAL, **more})


def test_only_who_may_share_makes_links(login):
    client, _ = login("ann", "view_all_shares", "browse_bucket")
    assert post(client).status_code == 403
    assert not AuditEvent.objects.exists()


def test_a_link_opens_and_is_written_down(login, oss):
    client, ann = login("ann", "share_object")
    response = post(client, use="download", filename="季度.pdf")
    [(key, link)] = response.context["links"]
    assert key == "reports/q3.pdf"
    with urlopen(link.url) as answer:
        assert answer.read() == b"the third quarter"
        assert "%E5%AD%A3" in answer.headers["Content-Disposition"]
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.key, event.storage) == (Action.ISSUED, ann, key, "default")
    assert event.link_digest == audit.signature_digest(link.url)
    assert "x-oss-signature" not in str(event.data)
    assert "no-store" in response["Cache-Control"]


def test_many_at_once(login):
    client, _ = login("ann", "share_object")
    response = post(client, key="a.txt\nb.txt", https="on")
    assert [key for key, _link in response.context["links"]] == ["a.txt", "b.txt"]
    assert AuditEvent.objects.count() == 2
    assert "goes with a single file" in body(post(client, key="a.txt\nb.txt", filename="c.txt"))


@pytest.mark.parametrize("seconds", ["59", "32401", "0", "-1", "x", ""])
def test_validity_is_that_of_the_console(login, seconds):
    client, _ = login("ann", "share_object")
    response = post(client, expires_in=seconds, https="on")
    assert response.context["form"].errors["expires_in"]
    assert not AuditEvent.objects.exists()


def test_up_to_seven_days_by_policy(login, settings):
    client, _ = login("ann", "share_object")
    settings.OSS_SHARE = {"MAX_PRESIGN": 604_800}
    assert "x-oss-expires=604800" in post(client, expires_in="604800", https="on").context["links"][0][1].url


def test_bad_keys_are_said_and_leave_nothing_behind(login):
    client, _ = login("ann", "share_object")
    assert "/bad" in body(post(client, key="good.txt\n/bad", https="on"))
    assert not AuditEvent.objects.exists()


def test_hosts_and_schemes(settings):
    settings.STORAGES["default"]["OPTIONS"]["custom_domain"] = "files.example.com"

    def origin(**how):
        return presigning.storage_for("default", **how).link_origin

    assert origin() == "https://files.example.com"
    assert origin(host="oss") == "https://examplebucket.oss-cn-hangzhou.aliyuncs.com"
    assert origin(host="accelerate") == "https://examplebucket.oss-accelerate.aliyuncs.com"
    with pytest.raises(StorageMisconfigured, match="plain http"):
        origin(host="oss", https=False)
    settings.OSS_SHARE = {"ALLOW_HTTP": True}
    assert origin(https=False) == "http://files.example.com"
    assert origin(host="accelerate", https=False) == "http://examplebucket.oss-accelerate.aliyuncs.com"


def test_plain_http_is_refused_in_the_form(login):
    client, _ = login("ann", "share_object")
    assert "plain http" in body(post(client))
