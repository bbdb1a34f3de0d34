from __future__ import annotations

import json

import pytest
import requests
from django.core.management.base import CommandError
from shares.conftest import offline, oss
from shares.factories import make_user

from django_oss_share.models import AuditEvent
from django_oss_share.services import cors
from django_oss_share.services.errors import NotAllowed

__all__ = ["offline", "oss"]

pytestmark = pytest.mark.django_db

SITE = "https://files.example.com"
OTHER = {"origins": ["https://*.other.example"], "methods": ["GET"], "headers": [], "exposed": []}


def asked(oss, origin: str, method: str = "PUT") -> int:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type,content-md5,x-oss-meta-upload",
    }
    return requests.options(f"{oss.endpoint}/{oss.bucket}/a", headers=headers, timeout=10).status_code


def test_pages_of_a_site_may_upload(run, oss):
    assert run("oss_cors", "show") == "No rules.\n"
    assert asked(oss, SITE) == 403
    assert run("oss_cors", "allow", SITE) == f"{SITE}: PUT, POST; headers *\n"
    assert (asked(oss, SITE), asked(oss, "https://evil.example"), asked(oss, SITE, "DELETE")) == (200, 403, 403)
    (event,) = AuditEvent.objects.all()
    assert (event.action, event.data["cors"][0]) == ("changed", [])
    run("oss_cors", "allow", SITE)
    assert AuditEvent.objects.count() == 1
    assert run("oss_cors", "allow", "http://localhost:8000") == f"{SITE}, http://localhost:8000: PUT, POST; headers *\n"
    assert json.loads(run("oss_cors", "forbid", SITE, "http://localhost:8000", "--json")) == {"rules": []}
    assert asked(oss, SITE) == 403


def test_other_rules_stay(run, oss):
    from django_oss_share.oss.bucket_settings import CORSRule
    from django_oss_share.services.cors import _connected

    other = CORSRule(*(tuple(value) for value in OTHER.values()))
    _connected("default").set_cors([other])
    rules = json.loads(run("oss_cors", "allow", SITE, "--json"))["rules"]
    assert rules[0] == OTHER
    assert [rule["origins"] for rule in rules] == [OTHER["origins"], [SITE]]
    assert json.loads(run("oss_cors", "forbid", SITE, "--json"))["rules"] == [OTHER]


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "files.example.com",
        SITE + "/",
        "https://user@a.example",
        "https://",
        "ftp://a.example",
        "https://季.cn",
        "https://a.example:443",
        "http://a.example:80",
    ],
)
def test_what_is_no_origin(run, oss, origin):
    with pytest.raises(CommandError, match="is no origin of a site"):
        run("oss_cors", "allow", origin)


def test_who_may(oss):
    with pytest.raises(NotAllowed):
        cors.allow_uploads("default", [SITE], by=make_user("ann", "upload_object"))


def test_an_unknown_storage(run, oss):
    with pytest.raises(CommandError, match="'nope'"):
        run("oss_cors", "show", "--storage", "nope")
