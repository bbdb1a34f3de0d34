"""Who asks, behind which proxies, and what is kept of it."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from django_oss_share.services.clients import Client, client_of, parse_address


def address_of(peer="203.0.113.7", forwarded=None):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    client = client_of(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))
    return None if client.address is None else str(client.address)


def client(text):
    return Client(ip_address(text))


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        ([], "203.0.113.7", "10.0.0.1", "203.0.113.7"),
        (["10.0.0.0/8"], "203.0.113.7", "198.51.100.1", "203.0.113.7"),
        (["10.0.0.0/8"], "10.0.0.1", None, "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 198.51.100.1, 10.2.3.4", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "10.9.9.9, 10.2.3.4", "10.9.9.9"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1, unknown", None),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1, ", None),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1, 10.0.0.1<script>", None),
        (["unix"], "", "198.51.100.1", "198.51.100.1"),
        (["unix"], "", None, None),
        (["10.0.0.0/8"], "", "198.51.100.1", None),
        (["unix"], "127.0.0.1", "198.51.100.1", "127.0.0.1"),
        (["10.0.0.1"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.2", "198.51.100.1", "10.0.0.2"),
    ],
)
def test_the_header_counts_as_far_as_trusted_proxies_wrote_it(settings, proxies, peer, forwarded, expected):
    settings.OSS_SHARE = {"TRUSTED_PROXIES": proxies}
    assert address_of(peer, forwarded) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
        ("unix:", None),
        ("localhost", None),
        ("203.0.113.256", None),
        ("0x7f.1", None),
    ],
)
def test_reading_an_address(text, expected):
    assert parse_address(text) == (ip_address(expected) if expected else None)


def test_one_slash_64_is_one_client():
    assert client("2001:db8:1:2::1").identity == client("2001:db8:1:2:ffff:ffff:ffff:ffff").identity
    assert client("2001:db8:1:2::1").identity != client("2001:db8:1:3::1").identity
    assert client("203.0.113.7").identity != client("203.0.113.8").identity


def test_all_unknown_addresses_are_one_client():
    assert Client().identity == Client(None, "curl").identity != client("203.0.113.7").identity


def test_an_identity_tells_no_address(settings):
    before = client("203.0.113.7").identity
    assert "203" not in before
    settings.SECRET_KEY = "another one"
    assert client("203.0.113.7").identity != before


@pytest.mark.parametrize(
    ("privacy", "ipv4", "ipv6"),
    [
        ("full", "203.0.113.7", "2001:db8:1:2::1"),
        ("truncated", "203.0.113.0/24", "2001:db8:1::/48"),
        ("none", "", ""),
    ],
)
def test_what_is_kept_of_an_address(settings, privacy, ipv4, ipv6):
    settings.OSS_SHARE = {"IP_PRIVACY": privacy}
    assert client("203.0.113.7").recorded_address == ipv4
    assert client("2001:db8:1:2::1").recorded_address == ipv6
    assert Client().recorded_address == ""


def test_a_hashed_address_can_be_compared_and_not_read(settings):
    settings.OSS_SHARE = {"IP_PRIVACY": "hashed"}
    assert client("203.0.113.7").recorded_address == client("203.0.113.7").recorded_address
    assert client("203.0.113.7").recorded_address != client("203.0.113.8").recorded_address
    assert len(client("203.0.113.7").recorded_address) == 32


def test_networks():
    assert client("10.1.2.3").is_within(["192.168.0.0/16", "10.0.0.0/8"])
    assert client("2001:db8::1").is_within(["10.0.0.0/8", "2001:db8::/32"])
    assert not client("11.0.0.1").is_within(["10.0.0.0/8"])
    assert not client("10.1.2.3").is_within([])
    assert not Client().is_within(["0.0.0.0/0", "::/0"])


def test_a_misspelt_network_in_the_settings_is_told(settings):
    settings.OSS_SHARE = {"TRUSTED_PROXIES": ["10.0.0.5/8"]}
    with pytest.raises(ImproperlyConfigured, match=r"10\.0\.0\.5/8"):
        address_of("10.0.0.1", "1.1.1.1")


def test_the_browser_is_cut_and_no_repr_shows_the_address():
    request = RequestFactory().get("/", HTTP_USER_AGENT="x" * 1000)
    assert client_of(request).user_agent == "x" * 200
    assert "203.0.113.7" not in repr(client("203.0.113.7"))
