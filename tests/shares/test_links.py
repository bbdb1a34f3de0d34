"""The address of a share."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from django_oss_share.services import shares, tokens
from shares.factories import make_share

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def urls(settings):
    settings.ROOT_URLCONF = "shares.urls"


@pytest.fixture
def share():
    return make_share()


def test_a_path_where_no_host_is_known(share):
    assert shares.get_url(share) == f"/s/{tokens.make(share)}/"


def test_absolute_by_the_request(share):
    request = RequestFactory().get("/", secure=True)
    assert shares.get_url(share, request) == f"https://testserver/s/{tokens.make(share)}/"


@pytest.mark.parametrize("base", ["https://files.example.com", "https://files.example.com/"])
def test_absolute_by_the_setting(share, settings, base):
    settings.OSS_SHARE = {"BASE_URL": base}
    for request in (None, RequestFactory().get("/")):
        assert shares.get_url(share, request) == f"https://files.example.com/s/{tokens.make(share)}/"
