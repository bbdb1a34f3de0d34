"""The doctor's page in the admin."""

from __future__ import annotations

import pytest
from admin.pages import body, log_in, shares_list
from django.urls import reverse
from django.utils import translation
from shares.factories import make_share

from django_oss_share.admin.doctor_facts import facts_in_words
from django_oss_share.services import tokens
from django_oss_share.services.doctor import diagnose

from .gateway import gateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(world, settings):
    settings.ROOT_URLCONF = "admin.urls"
    return world


def examine(client, url, **more):
    return client.post(reverse("admin:oss_share_share_doctor"), {"url": url, **more})


def test_who_has_business_with_shares_is_let_in(site):
    client, _ = log_in("ann", "share_object")
    page = reverse("admin:oss_share_share_doctor")
    assert "What is the matter" in body(client.get(page))
    assert page in body(client.get(shares_list()))
    stranger, _ = log_in("eve")
    assert stranger.get(page).status_code == examine(stranger, site.link()).status_code == 403


def test_a_link_is_explained_without_its_secrets(site):
    client, _ = log_in("ann", "share_object")
    url = site.link(pair=site.session(3600))
    html = body(examine(client, url, fetch="on"))
    assert "ok" in html
    assert "It opens" in html
    shown = html[html.index("oss-diagnosis") : html.index("<form method")] + html[html.index("</textarea>") :]
    for secret in ("x-oss-signature=", "x-oss-security-token="):
        assert url.partition(secret)[2].partition("&")[0] not in shown


def test_facts_have_names_in_the_language_of_the_reader(site):
    made = make_share()
    for url in (site.link(), f"https://testserver/s/{tokens.make(made)}/"):
        facts = diagnose(url, fetch=False).link
        with translation.override("zh-hans"):
            names = {str(name) for name, _value in facts_in_words(facts)}
        assert names >= {"存储", "对象名称"}
        assert not names & set(facts)


def test_what_is_no_link_is_said_at_the_field(site):
    client, _ = log_in("ann", "share_object")
    response = examine(client, "https://b.s3.amazonaws.com/q3.pdf")
    assert "Amazon S3" in response.context["form"].errors["url"][0]
    assert examine(client, "").context["form"].errors["url"]
    assert examine(client, "x" * 70_000).context["form"].errors["url"]


def test_only_hosts_of_the_project_are_asked(site):
    client, _ = log_in("ann", "share_object", is_superuser=True)
    asked: list[str] = []

    def answer(target):
        asked.append(target)
        return 200, {}, b""

    with gateway(answer) as place:
        for host in (
            place,
            place.replace("127.0.0.1", "localhost"),
            place.replace("127.0.0.1", "examplebucket.localhost"),
        ):
            url = site.link().replace(site.emulator.endpoint, f"http://{host}")
            html = body(examine(client, url, fetch="on"))
            assert "was not asked" in html
    assert not asked


def test_somebody_elses_share_keeps_its_details(site):
    client, _ = log_in("ann", "share_object")
    share = make_share(key="salaries.pdf", name="Salaries", max_downloads=3, downloads=3)
    html = body(examine(client, site.address(share)))
    assert "policy_denied" in html
    assert "alaries" not in html
    chief, _ = log_in("chief", "view_all_shares")
    assert "salaries.pdf" in body(examine(chief, site.address(share)))


def test_what_the_bucket_holds_is_told_to_those_who_may_browse(site, settings):
    url = site.link("a+b.txt")
    client, _ = log_in("ann", "share_object")
    assert "key_encoding" not in body(examine(client, url, fetch="on"))
    browsing, _ = log_in("bob", "browse_bucket")
    assert "key_encoding" in body(examine(browsing, url, fetch="on"))


def test_markup_in_a_link_stays_text(site):
    client, _ = log_in("ann", "share_object")
    html = body(examine(client, site.link("<script>alert(1)</script>.txt") + "&<script>=<b>"))
    assert "<script>alert" not in html


def test_what_was_signed_is_shown_as_the_link_has_it_and_as_oss_received_it(site):
    client, _ = log_in("ann", "share_object")
    pair = site.user("Allow", "oss:*")
    html = body(examine(client, site.link(pair=(pair[0], "another")), fetch="on"))
    assert html.count("/examplebucket/q3.pdf\n") == 2
    assert html.count("UNSIGNED-PAYLOAD\n") == 2
