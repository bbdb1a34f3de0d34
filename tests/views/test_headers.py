"""What every answer carries, whether it hands out, shows or refuses."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from django.test import Client
from shares.factories import PASSWORD, make_share

from django_oss_share.models import Kind
from views.visiting import ALL_METHODS, METHODS, ROUTES, address

pytestmark = pytest.mark.django_db

EXPECTED = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def policy(response):
    directives = response["Content-Security-Policy"].split("; ")
    return {name: sources.split() for name, _, sources in (each.partition(" ") for each in directives)}


@pytest.mark.parametrize("route", ROUTES)
def test_every_answer(client, oss, route):
    tokens = [make_share(), make_share(key="reports/", kind=Kind.PREFIX), "x" * 36, make_share(password=PASSWORD)]
    for share in tokens:
        for method in ALL_METHODS:
            response = client.generic(method, address(share, route))
            for name, value in EXPECTED.items():
                assert response[name] == value
            assert policy(response)["default-src"] == ["'none'"]
            assert policy(response)["frame-ancestors"] == ["'none'"]
            assert policy(response)["base-uri"] == ["'none'"]


def test_a_page_loads_its_own_style_and_script_and_files_of_the_bucket_alone(client, oss):
    response = client.get(address(make_share()))
    html, allowed = response.content.decode(), policy(response)
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        inside = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = b64encode(sha256(inside[0].encode()).digest()).decode()
        assert (len(inside), allowed[directive]) == (1, [f"'sha256-{digest}'"])
    assert allowed["img-src"] == ["'self'", "data:", oss.endpoint]
    assert allowed["media-src"] == allowed["frame-src"] == allowed["form-action"] == ["'self'", oss.endpoint]
    assert not re.search(r'\b(src|href|style)="(https?:|//)', html)
    assert not re.search(r'\s(style|on\w+)="', html)


@pytest.mark.parametrize("mode", ["page", "direct"])
def test_before_the_unlock_no_header_tells_the_bucket(client, oss, mode):
    response = client.get(address(make_share(password=PASSWORD, mode=mode)))
    assert policy(response)["form-action"] == ["'self'"]
    assert oss.endpoint not in response.serialize_headers().decode()


def test_forms_are_checked_as_django_has_it(client, oss):
    strict = Client(enforce_csrf_checks=True)
    share = make_share()
    for route, methods in METHODS.items():
        if "POST" in methods:
            assert strict.post(address(share, route)).status_code == 403
    strict.get(address(share))
    token = strict.cookies["csrftoken"].value
    assert strict.post(address(share, "download"), {"csrfmiddlewaretoken": token}).status_code == 302
