"""Object keys: what OSS and browsers take, counted in bytes; the rest is refused before it is signed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from django_oss_share.oss import InvalidKey, Presigner
from django_oss_share.oss.validate import MAX_KEY_BYTES, check_key, encoded_key

BAD_KEYS = {
    "empty": "",
    "1024 bytes": "a" * 1024,
    "342 CJK characters": "季" * 342,
    "leading slash": "/a",
    "leading backslash": "\\a",
    "dot dot": "a/../b",
    "dot dot first": "../b",
    "dot dot last": "a/..",
    "dot": "a/./b",
    "only dot": ".",
    "only dot dot": "..",
    "NUL": "a\0b",
    "CR": "a\rb",
    "LF": "a\nb",
    "trailing LF": "a\n",
    "lone surrogate": "a\ud800",
    "None": None,
    "bytes": b"a",
    "number": 7,
}
GOOD_KEYS = [
    "a",
    "a" * 1023,
    "季" * 341,
    ".hidden",
    "a..b",
    "...",
    "a/.b/c",
    "a//b",
    "a/",
    "a\\b",
    "a\tb",
    " a ",
    "%2e%2e/a",
]


def _ways(presigner: Presigner) -> list[Callable[[str], object]]:
    return [presigner.presign, presigner.presign_post, lambda key: next(presigner.presign_many([key]))]


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_bad_keys_are_refused_at_every_door(key: str, presigner: Presigner, v1_presigner: Presigner) -> None:
    for way in (*_ways(presigner), *_ways(v1_presigner), check_key, encoded_key):
        with pytest.raises(InvalidKey, match="key") as caught:
            way(key)
        assert caught.value.field == "key"
        assert caught.value.value == key


@pytest.mark.parametrize("key", GOOD_KEYS)
def test_good_keys_come_back_out_of_the_link(key: str, presigner: Presigner, v1_presigner: Presigner) -> None:
    for signer in (presigner, v1_presigner):
        assert unquote(urlsplit(signer.presign(key).url).path) == f"/{key}"


def test_the_error_names_the_size_and_the_limit_and_stays_short() -> None:
    with pytest.raises(InvalidKey, match="1024 bytes of UTF-8; allowed are 1 to 1023") as caught:
        check_key("a" * 1024)
    assert len(str(caught.value)) < 200


def test_a_subclass_of_str_is_a_key(presigner: Presigner) -> None:
    class Name(str):
        __slots__ = ()

    assert presigner.presign(Name("季/a")).url == presigner.presign("季/a").url


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_a_key_is_refused_or_survives_the_trip(key: str) -> None:
    try:
        encoded = encoded_key(key)
    except InvalidKey:
        segments = key.split("/")
        assert key[0] in "/\\" or not {".", ".."}.isdisjoint(segments) or not {"\0", "\r", "\n"}.isdisjoint(key)
    else:
        assert unquote(encoded) == key
        assert encoded.isascii()


@given(st.text(alphabet="ab/.", min_size=1, max_size=12))
def test_no_dot_segment_slips_through_the_fast_path(key: str) -> None:
    try:
        encoded = encoded_key(key)
    except InvalidKey:
        assume(False)
    assert {".", ".."}.isdisjoint(encoded.split("/"))


@given(st.integers(1, 1100), st.sampled_from("a季é🎉"))
def test_the_limit_counts_bytes(count: int, character: str) -> None:
    key = character * count
    fits = len(key.encode()) <= MAX_KEY_BYTES
    try:
        encoded_key(key)
    except InvalidKey:
        assert not fits
    else:
        assert fits
