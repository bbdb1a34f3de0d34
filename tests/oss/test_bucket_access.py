"""ACLs and Referer rules: set and read by the client, held to by the emulator, which reads the rules in its own way."""

from __future__ import annotations

from itertools import product

import pytest
import requests

from django_oss_share.oss import Credentials, Endpoint, InvalidArgument, InvalidKey
from django_oss_share.oss.errors import ObjectNotFound, PermissionDenied
from django_oss_share.oss.referer import RefererRule

KEY = "季度/a b+%25.txt"
HERE = "https://www.example.com"


@pytest.fixture
def access(oss_emulator):
    """Of the account's owner."""
    oss_emulator.put(KEY, b"x")
    return client_of(oss_emulator, oss_emulator.access_key_id, oss_emulator.access_key_secret)


def client_of(emulator, *keys):
    # Here, so that the rules' own tests run without the SDK.
    from django_oss_share.oss.bucket_access import AccessClient

    return AccessClient(Credentials(*keys), Endpoint(emulator.endpoint, region=emulator.region), emulator.bucket)


def status(emulator, referer=None):
    url = f"{emulator.endpoint}/{emulator.bucket}/{requests.utils.quote(KEY)}"
    return requests.get(url, headers={"Referer": referer} if referer else {}, timeout=5).status_code


def test_the_acl_of_a_bucket(access, oss_emulator):
    assert (access.bucket_acl(), status(oss_emulator)) == ("private", 403)
    access.set_bucket_acl("public-read")
    assert (access.bucket_acl(), status(oss_emulator)) == ("public-read", 200)


def test_the_acl_of_an_object_counts_for_more(access, oss_emulator):
    assert access.object_acl(KEY) == "default"
    access.set_object_acl(KEY, "public-read")
    assert (access.object_acl(KEY), status(oss_emulator)) == ("public-read", 200)
    access.set_bucket_acl("public-read")
    access.set_object_acl(KEY, "private")
    assert status(oss_emulator) == 403


def test_what_is_not_there(access):
    with pytest.raises(ObjectNotFound):
        access.object_acl("none")
    with pytest.raises(ObjectNotFound):
        access.set_object_acl("none", "private")
    with pytest.raises(InvalidKey):
        access.set_object_acl("", "public-read")


def test_without_the_permission(access, oss_emulator):
    user = oss_emulator.add_user(
        "reader", '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:GetObject","Resource":"*"}]}'
    )
    reader = client_of(oss_emulator, user.access_key_id, user.access_key_secret)
    for ask in (reader.bucket_acl, reader.referer_rule, lambda: reader.set_object_acl(KEY, "public-read")):
        with pytest.raises(PermissionDenied):
            ask()


@pytest.mark.parametrize(
    "rule",
    [
        RefererRule(),
        RefererRule(allowed=(HERE, "*.example.org"), denied=("https://bad.example.org",), allow_empty=False),
        RefererRule(denied=("http://?.test",), truncate_query=False, truncate_path=True),
    ],
)
def test_a_rule_is_read_as_it_was_set(access, rule):
    access.set_referer_rule(RefererRule(allowed=("*.old.test",)))
    access.set_referer_rule(rule)
    assert access.referer_rule() == rule


REFERERS = (
    "",
    HERE,
    f"{HERE}/page?x=1",
    "http://www.example.com/page",
    "https://www.example.com.evil.test/",
    "https://evil.test/?https://www.example.com",
    "https://bad.example.org/x",
    "https://a.b.example.org:8443",
    "https://a.test/x?u=http://b.example.org/",
    "https://a.test/x/y",
)
RULES = (
    {},
    {"allow_empty": False},
    {"allowed": (HERE,)},
    {"allowed": (HERE,), "allow_empty": False},
    {"denied": ("https://bad.*",), "allow_empty": False},
    {"allowed": ("*.example.org", "https://a.test/x"), "denied": ("bad",)},
    {"allowed": ("www.example.com/",)},
    {"allowed": ("https://?.test/x",), "truncate_path": True},
    {"allowed": ("*?x=1",), "truncate_query": False},
    {"allowed": ("*",), "denied": ("*.org",)},
)


def test_what_is_foretold_is_what_happens(access, oss_emulator):
    access.set_object_acl(KEY, "public-read")
    outcomes = set()
    for options in RULES:
        rule = RefererRule(**options)
        access.set_referer_rule(rule)
        for referer in REFERERS:
            told = rule.why_refused(referer)
            assert (status(oss_emulator, referer) == 403) is bool(told), (options, referer, told)
            outcomes.add(bool(told))
    assert outcomes == {True, False}


@pytest.mark.parametrize(
    ("pattern", "field"),
    list(product(("", " ", "a b", "a,b", "a\nb", "季度.com", "\ud800", "x" * 1001, 7), ("allowed", "denied"))),
)
def test_a_bad_pattern(pattern, field):
    with pytest.raises(InvalidArgument, match=f"{field}: "):
        RefererRule(**{field: (pattern,)}).checked()


def test_too_many_patterns():
    with pytest.raises(InvalidArgument, match="201 patterns"):
        RefererRule(denied=("a",) * 201).checked()
    with pytest.raises(InvalidArgument, match="20000 characters"):
        RefererRule(allowed=("x" * 999,) * 21).checked()


def test_what_others_have_set_is_read_though_we_would_not_set_it(access):
    from django_oss_share.oss.bucket_access import sdk

    listed = sdk.RefererList(referers=["https://季度.com", "a,b"])
    configuration = sdk.RefererConfiguration(allow_empty_referer=True, referer_list=listed)
    access._sdk.put_bucket_referer(sdk.PutBucketRefererRequest(access.bucket, referer_configuration=configuration))
    rule = access.referer_rule()
    assert rule.allowed == ("https://季度.com", "a,b")
    with pytest.raises(InvalidArgument):
        access.set_referer_rule(rule)


def test_a_pattern_of_stars_is_no_burden():
    for pattern in ("*" * 500 + "b", "*a" * 400 + "b"):
        assert RefererRule(allowed=(pattern,)).why_refused("https://" + "a" * 5000)
