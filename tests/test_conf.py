"""The settings of shares: their defaults, what they may be, and that they are read anew each time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_oss_share.conf import KNOWN, Settings, conf

DAY = timedelta(days=1)
KEY = "k" * 32


@pytest.mark.parametrize(
    ("name", "default", "given", "read"),
    [
        ("base_url", "", "https://files.example.com/", "https://files.example.com"),
        ("default_expiry", 30 * DAY, 3600, timedelta(hours=1)),
        ("default_expiry", 30 * DAY, None, None),
        ("max_expiry", 365 * DAY, 2 * DAY, 2 * DAY),
        ("max_expiry", 365 * DAY, None, None),
        ("groups", {}, {"sales": {}}, {"sales": {}}),
        ("password_required", False, True, True),
        ("password_min_length", 10, 12, 12),
        ("allowed_networks", (), ["10.0.0.0/8"], ("10.0.0.0/8",)),
        ("owner_deactivated", "deny", "allow", "allow"),
        ("allow_zip", False, True, True),
        ("link_lifetime", 60, 300, 300),
        ("unlock_lifetime", 3600, 60, 60),
        ("hide_revoked", False, True, True),
        ("ip_privacy", "full", "hashed", "hashed"),
        ("trusted_proxies", (), ["unix"], ("unix",)),
        ("retention", None, 90 * DAY, 90 * DAY),
        ("upload_scanner", None, "", None),
        ("quarantine_prefix", "oss-share-quarantine/", "in/quarantine/", "in/quarantine/"),
        ("token_keys", ("tests-only",), [KEY], (KEY,)),
        ("audit_keys", ("tests-only",), [KEY], (KEY,)),
    ],
)
def test_a_setting(settings, name, default, given, read):
    settings.SECRET_KEY = "tests-only"
    settings.OSS_SHARE = {}
    assert getattr(conf, name) == default
    settings.OSS_SHARE = {name.upper(): given}
    assert getattr(conf, name) == read
    assert name.upper() in KNOWN


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("base_url", 5, "must be a str"),
        ("upload_scanner", 5, "must be a str or nonetype"),
        ("upload_scanner", "nowhere.scan", "names no function"),
        ("quarantine_prefix", "quarantine", "must be a folder"),
        ("quarantine_prefix", "../quarantine/", "must be a folder"),
        ("base_url", "files.example.com", "must begin with https:// and a host"),
        ("base_url", "https://files.example.com/?a=b", "must begin with https:// and a host"),
        ("base_url", "https://user@files.example.com", "must begin with https:// and a host"),
        ("default_expiry", "1 day", "of at least a minute"),
        ("max_expiry", timedelta(seconds=59), "of at least a minute"),
        ("max_expiry", True, "of at least a minute"),
        ("retention", -1, "of at least a minute"),
        ("max_expiry", timedelta.max, "at most 36525 days"),
        ("retention", 10**30, "at most 36525 days"),
        ("groups", [], "must be a mapping"),
        ("groups", {"sales": []}, r"\['sales'\] must be a dict; it is list"),
        ("groups", {"sales": {"MAX_EXPIRE": DAY}}, r"\['sales'\] has an unknown key 'MAX_EXPIRE'"),
        ("groups", {"sales": {"MAX_EXPIRY": "1 day"}}, r"\['sales'\]: .* of at least a minute"),
        ("groups", {"sales": {"PASSWORD_MIN_LENGTH": 0}}, r"\['sales'\]: .* allowed are 1 to 128"),
        ("groups", {"sales": {"ALLOW_ZIP": "no"}}, r"\['sales'\]: .* must be a bool"),
        ("password_required", "yes", "must be a bool"),
        ("password_min_length", 0, "allowed are 1 to 128"),
        ("password_min_length", True, "allowed are 1 to 128"),
        ("allowed_networks", "10.0.0.0/8", "must be a list or tuple"),
        ("owner_deactivated", "ignore", "allowed are 'deny', 'allow'"),
        ("link_lifetime", 301, "301 is out of range; allowed are 1 to 300"),
        ("link_lifetime", 0, "out of range"),
        ("unlock_lifetime", 59, "allowed are 60 to 86400"),
        ("ip_privacy", "some", "allowed are 'full', 'truncated', 'hashed', 'none'"),
        ("trusted_proxies", "10.0.0.1", "must be a list or tuple"),
    ],
)
def test_a_bad_setting_is_told_by_name(settings, name, value, message):
    settings.OSS_SHARE = {name.upper(): value}
    with pytest.raises(ImproperlyConfigured, match=message) as caught:
        getattr(conf, name)
    assert f"OSS_SHARE[{name.upper()!r}]" in str(caught.value)


@pytest.mark.parametrize("name", ["token_keys", "audit_keys"])
@pytest.mark.parametrize("value", [[], ["short-sentinel"], [KEY, 5], "k" * 40, None])
def test_bad_keys_are_told_and_not_shown(settings, name, value):
    settings.OSS_SHARE = {name.upper(): value}
    with pytest.raises(ImproperlyConfigured, match=name.upper()) as caught:
        getattr(conf, name)
    assert "sentinel" not in str(caught.value)


def test_djangos_keys_with_their_fallbacks(settings):
    settings.OSS_SHARE = {}
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old", b"bytes\xff"]
    assert conf.token_keys == conf.audit_keys == ("new", "old", "bytes\xff")


def test_every_property_reads_a_known_setting():
    properties = {name for name, value in vars(Settings).items() if isinstance(value, property)}
    assert {name.upper() for name in properties} - {"_VALUES", "UNKNOWN"} == set(KNOWN)
