"""Hotlink protection, set and held to; and what it would do to shares."""

from __future__ import annotations

import pytest
import requests

from django_oss_share.models import AuditEvent
from django_oss_share.oss.referer import RefererRule
from django_oss_share.services import audit, referer, shares
from django_oss_share.services.errors import NotAllowed, Unconfirmed
from django_oss_share.services.objects import storage_of
from shares.factories import make_user

pytestmark = pytest.mark.django_db

KEY = "reports/q3.pdf"
HERE = RefererRule(allowed=("https://www.example.com",))


def opened(from_page: str = "") -> int:
    headers = {"Referer": from_page} if from_page else {}
    return requests.get(storage_of("default").url(KEY), headers=headers, timeout=5).status_code


def test_set_and_taken_away(oss):
    assert not referer.rule_of("default").is_set
    assert referer.set_rule("default", HERE, by=make_user("ann", "share_object", "change_all_shares")) == RefererRule()
    assert referer.rule_of("default") == HERE
    assert [opened("https://www.example.com/page"), opened("https://evil.test/"), opened()] == [200, 403, 200]
    assert referer.set_rule("default", RefererRule()) == HERE
    assert opened("https://evil.test/") == 200

    first, second = AuditEvent.objects.order_by("id")
    assert (first.action, first.actor_label, first.storage, first.key) == ("changed", "ann", "default", "")
    assert first.data["referer"][1]["allowed"] == ["https://www.example.com"]
    assert second.data["referer"] == first.data["referer"][::-1]
    assert audit.verify().is_intact


def test_shutting_out_who_says_nothing_needs_a_yes_since_visitors_of_shares_do(oss, client, settings):
    settings.ROOT_URLCONF = "views.urls"
    strict = RefererRule(allowed=("https://www.example.com",), allow_empty=False)
    with pytest.raises(Unconfirmed, match="every visitor of a share"):
        referer.set_rule("default", strict)
    assert (opened(), AuditEvent.objects.exists()) == (200, False)
    referer.set_rule("default", strict, confirmed=True)
    # What a browser does: the page forbids it to say where it comes from.
    response = client.post(shares.get_url(shares.create(KEY)) + "download/")
    assert response["Referrer-Policy"] == "no-referrer"
    assert requests.get(response["Location"], timeout=5).status_code == 403


def test_a_list_of_those_denied_needs_none(oss):
    referer.set_rule("default", RefererRule(denied=("*.evil.test",), allow_empty=False))
    assert [opened(), opened("https://www.evil.test/"), opened("https://a.test")] == [200, 403, 200]


@pytest.mark.parametrize("permissions", [(), ("share_object", "browse_bucket"), ("change_all_shares",)])
def test_who_may_not(oss, permissions):
    with pytest.raises(NotAllowed):
        referer.set_rule("default", HERE, by=make_user("bob", *permissions))
    assert not referer.rule_of("default").is_set


def test_a_bucket_of_which_one_reaches_a_part(oss, settings):
    settings.OSS_SHARE = {"PREFIXES": ["reports/"]}
    user = make_user("ann", "share_object", "change_all_shares")
    with pytest.raises(NotAllowed):
        referer.set_rule("default", HERE, by=user)
    with pytest.raises(NotAllowed):
        referer.rule_of("default", by=user)
