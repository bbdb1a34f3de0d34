"""Percent-encoding, held to the standard library's."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_oss_share.oss.encoding import encode, encode_path

# What UTF-8 can encode: everything but surrogates.
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(_TEXTS)
def test_values_are_encoded_as_urllib_does(text: str) -> None:
    assert encode(text) == quote(text, safe="")


@given(_TEXTS)
def test_paths_keep_their_slashes(text: str) -> None:
    assert encode_path(text) == quote(text, safe="/")


@given(_TEXTS)
def test_nothing_is_lost(text: str) -> None:
    assert unquote(encode(text)) == text
    assert unquote(encode_path(text)) == text


@pytest.mark.parametrize(
    ("text", "value", "path"),
    [
        ("a b", "a%20b", "a%20b"),
        ("a/b", "a%2Fb", "a/b"),
        ("a+b", "a%2Bb", "a%2Bb"),
        ("-._~", "-._~", "-._~"),
        ("季", "%E5%AD%A3", "%E5%AD%A3"),
        ("🎉", "%F0%9F%8E%89", "%F0%9F%8E%89"),
        ("%2F", "%252F", "%252F"),
        ("", "", ""),
    ],
)
def test_by_example(text: str, value: str, path: str) -> None:
    assert encode(text) == value
    assert encode_path(text) == path
