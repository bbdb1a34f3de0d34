"""Links of each CDN type, before a verifier that was written from the vendor's formula alone."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from cdn_stand_in import VERIFIERS

from django_oss_share.oss.cdn import Scheme, sign

KEY = "aliyuncdnexp1234"
NOW = datetime(2026, 3, 1, 12, 0, 17, tzinfo=UTC)
URL = "https://cdn.example.com/%E5%AD%A3%E5%BA%A6/a%20b%2Bc.pdf"
PATH = "/%E5%AD%A3%E5%BA%A6/a%20b%2Bc.pdf"
SCHEMES = {
    "A": {"type": "A"},
    "B": {"type": "B"},
    "C": {"type": "C"},
    "C in the query": {"type": "C", "query": True},
    "F": {"type": "F"},
    "F hexadecimal": {"type": "F", "hexadecimal": True},
}


def verify(kind, url, now, *, key=KEY, validity=1800):
    parts = urlsplit(url)
    return VERIFIERS[kind](parts.path, parts.query, int(now), key, validity)


@pytest.mark.parametrize("validity", [1800, 60])
@pytest.mark.parametrize("kind", SCHEMES)
def test_good_to_its_end_and_not_a_second_longer(kind, validity):
    link = sign(URL, KEY, Scheme(**SCHEMES[kind], validity=validity), expires_in=300, now=NOW)
    end = link.expires_at.timestamp()
    assert end - NOW.timestamp() in ((300,) if kind != "B" else range(300, 360))
    for moment in (NOW.timestamp(), end):
        assert verify(kind, link.url, moment, validity=validity) == (PATH, "")
    assert verify(kind, link.url, end + 1, validity=validity) is None


@pytest.mark.parametrize("kind", SCHEMES)
def test_tampered_with(kind):
    url = sign(URL, KEY, Scheme(**SCHEMES[kind]), expires_in=300, now=NOW).url
    assert verify(kind, url, NOW.timestamp())
    for other in (url.replace("a%20b", "a%20c"), url.replace("%2Bc.pdf", "%2Bc.pdg"), _later(url)):
        assert other != url
        assert verify(kind, other, NOW.timestamp()) is None, other
    assert verify(kind, url, NOW.timestamp(), key="another-key-1234") is None


def _later(url):
    """``url`` with the last digit of its moment one more."""
    moments = (f"{1772366417 - 1500:d}", f"{1772366417 - 1500:x}", f"{1772366417 - 1500:X}", "202603011936")
    (found,) = [moment for moment in dict.fromkeys(moments) if moment in url]
    last = "1" if found[-1] == "0" else "0"
    return url.replace(found, found[:-1] + last)


@pytest.mark.parametrize("kind", [kind for kind in SCHEMES if not kind.startswith("F")])
def test_what_oss_is_to_do_is_left_when_the_signature_is_off(kind):
    link = sign(f"{URL}?x-oss-process=image%2Fresize%2Cw_3", KEY, Scheme(**SCHEMES[kind]), expires_in=60, now=NOW)
    assert verify(kind, link.url, NOW.timestamp()) == (PATH, "x-oss-process=image%2Fresize%2Cw_3")
