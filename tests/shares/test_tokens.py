"""Tokens: nothing is stored, one spelling each, and none but ours."""

from __future__ import annotations

import base64
import hmac
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_oss_share.models import Share
from django_oss_share.oss import OSSShareError
from django_oss_share.services import tokens

SECRET, OTHER = "a" * 40, "b" * 40
ALPHABET = string.ascii_letters + string.digits + "-_"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.OSS_SHARE = {"TOKEN_KEYS": [SECRET]}


def a_share(**fields):
    return Share(public_id="00112233445566778a", **fields)


def test_a_token_says_which_share_and_version():
    parsed = tokens.parse(tokens.make(a_share(token_version=258)))
    assert (parsed.public_id, parsed.version) == ("00112233445566778a", 258)


def test_the_token_is_made_as_written_down():
    """Derived here from the description alone: id, version, and an HMAC under a key that is for tokens only."""
    key = hmac.digest(SECRET.encode(), b"django_oss_share token", "sha256")
    signed = bytes.fromhex("00112233445566778a") + b"\x01\x02"
    expected = base64.urlsafe_b64encode(signed + hmac.digest(key, signed, "sha256")[:16]).decode()
    assert tokens.make(a_share(token_version=258)) == expected
    assert len(expected) == 36


def test_tokens_differ_by_version_and_by_secret(settings):
    made = {tokens.make(a_share(token_version=version)) for version in (0, 1, 65_535)}
    settings.OSS_SHARE = {"TOKEN_KEYS": [OTHER]}
    made.add(tokens.make(a_share()))
    assert len(made) == 4


@pytest.mark.parametrize("position", range(36))
def test_no_character_can_be_changed(position):
    """For each of the 36 places, each of the 63 other characters: all are refused, so none is a second spelling."""
    token = tokens.make(a_share())
    for character in ALPHABET.replace(token[position], ""):
        with pytest.raises(tokens.BadToken):
            tokens.parse(token[:position] + character + token[position + 1 :])


@pytest.mark.parametrize(
    "text",
    ["", "x", "a" * 35, "a" * 37, "a" * 10_240, "=" * 36, "é" * 36, "+" * 36, "/" * 36, "a" * 35 + "\n", "a" * 36],
)
def test_anything_else_is_refused(text):
    with pytest.raises(tokens.BadToken) as caught:
        tokens.parse(text)
    assert isinstance(caught.value, OSSShareError)
    assert isinstance(caught.value, ValueError)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("change", [lambda t: t + "=", lambda t: t + "\n", lambda t: " " + t, lambda t: t[:-1]])
def test_no_second_spelling(change):
    with pytest.raises(tokens.BadToken):
        tokens.parse(change(tokens.make(a_share())))


@given(st.binary(min_size=27, max_size=27))
def test_random_bytes_open_nothing(raw):
    with pytest.raises(tokens.BadToken):
        tokens.parse(base64.urlsafe_b64encode(raw).decode())


def test_old_keys_open_and_the_first_makes(settings):
    old = tokens.make(a_share())
    settings.OSS_SHARE = {"TOKEN_KEYS": [OTHER, SECRET]}
    new = tokens.make(a_share())
    assert new != old
    assert tokens.parse(old) == tokens.parse(new)
    settings.OSS_SHARE = {"TOKEN_KEYS": [OTHER]}
    with pytest.raises(tokens.BadToken):
        tokens.parse(old)


def test_djangos_own_keys_unless_set(settings):
    settings.OSS_SHARE = {}
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", []
    token = tokens.make(a_share())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "newer", ["new"]
    assert tokens.parse(token).public_id == "00112233445566778a"


def test_no_repr_shows_what_opens():
    share = a_share()
    shown = repr(tokens.parse(tokens.make(share))) + repr(share) + str(share)
    assert share.public_id not in shown
    assert tokens.make(share) not in shown
