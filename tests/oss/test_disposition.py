"""``Content-Disposition``: real parsers read back the name that was given, or it was refused."""

from __future__ import annotations

import email
import email.policy
import re
import unicodedata
from collections.abc import Callable

import pytest
from django.utils.http import parse_header_parameters
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from django_oss_share.oss import InvalidArgument, InvalidHeader, content_disposition
from django_oss_share.oss.disposition import fitted_filename

NAMES = [
    "a.txt",
    "季度 报表.pdf",
    "e\u0301.txt",
    "é.txt",
    "🎉 party.png",
    'say "hi".txt',
    "it's.txt",
    "100%.txt",
    "already%20encoded.txt",
    "a;b=c,d.txt",
    "a b+c.txt",
    "*star*.txt",
    "{x}[y]<z>.txt",
    ".hidden",
    "'';filename=evil.exe",
    'a"; filename="evil.exe',
    "UTF-8''a.txt",
    "=?utf-8?q?a?=",
    "عربي.pdf",
    "\u2028line\u2029.txt",
    "x" * 255,
    "季" * 80,
]


def _by_werkzeug(header: str) -> tuple[str, str]:
    kind, parameters = parse_options_header(header)
    return kind, parameters["filename"]


def _by_django(header: str) -> tuple[str, str]:
    kind, parameters = parse_header_parameters(header)
    return kind, parameters["filename"]


PARSERS = [_by_werkzeug, _by_django]


def _plain_form(header: str) -> str:
    """The ``filename`` that a client without RFC 8187 reads."""
    message = email.message_from_string(f"Content-Disposition: {header}\n\n", policy=email.policy.HTTP)
    name: str = message["content-disposition"].params["filename"]
    return name


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("disposition", ["attachment", "inline"])
@pytest.mark.parametrize("name", NAMES)
def test_the_name_comes_back(name: str, disposition: str, parse: Callable[[str], tuple[str, str]]) -> None:
    assert parse(content_disposition(disposition, name)) == (disposition, name)


@pytest.mark.parametrize("name", NAMES)
def test_old_clients_get_ascii_that_is_no_other_file(name: str) -> None:
    fallback = _plain_form(content_disposition("attachment", name))
    assert fallback.isascii()
    assert "%" not in fallback
    ending = re.search(r"\.[A-Za-z0-9]+$", name)
    assert ending is None or fallback.endswith(ending.group())


@given(st.text(min_size=1, max_size=60))
def test_any_name_comes_back_or_is_refused(name: str) -> None:
    try:
        header = content_disposition("attachment", name)
    except InvalidArgument:
        blank = not name.strip()
        kinds = {unicodedata.category(character) for character in name}
        assert blank or kinds & {"Cc", "Cs", "Cf"} or set(name) & {"/", "\\"}
    else:
        assert header.isascii()
        assert header.isprintable()
        for parse in PARSERS:
            assert parse(header) == ("attachment", name)


@given(st.text(alphabet=st.characters(), max_size=30))
def test_any_text_becomes_a_name(text: str) -> None:
    fitted = fitted_filename(text)
    content_disposition("attachment", fitted)
    assert len(fitted) == max(1, len(text)) or fitted == "_"
    if text.isalnum():
        assert fitted == text


def test_by_example() -> None:
    assert content_disposition() == "attachment"
    assert content_disposition("inline") == "inline"
    assert content_disposition("attachment", "a.txt") == 'attachment; filename="a.txt"'
    assert (
        content_disposition("attachment", "季度.pdf")
        == "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%AD%A3%E5%BA%A6.pdf"
    )
    assert content_disposition("inline", "é.txt") == "inline; filename=\"e.txt\"; filename*=UTF-8''%C3%A9.txt"


@pytest.mark.parametrize("character", ["\r", "\n", "\r\n", "\0", "\t", "\x1f", "\x7f", "\x85", "\x9f"], ids=repr)
@pytest.mark.parametrize("place", ["{}a.txt", "a{}.txt", "a.txt{}"])
def test_control_characters_are_refused(character: str, place: str) -> None:
    with pytest.raises(InvalidArgument, match="control character"):
        content_disposition("attachment", place.format(character))


@pytest.mark.parametrize("mark", "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_marks_that_turn_the_text_around_are_refused(mark: str) -> None:
    with pytest.raises(InvalidArgument, match="bidirectional") as caught:
        content_disposition("attachment", f"annual{mark}fdp.exe")
    assert mark not in str(caught.value)


@pytest.mark.parametrize("name", ["a/b.txt", "../a.txt", "a\\b.txt", "C:\\a.txt"])
def test_paths_are_refused(name: str) -> None:
    with pytest.raises(InvalidArgument, match="path separator"):
        content_disposition("attachment", name)


@pytest.mark.parametrize("name", ["", " ", "\u3000", None.__class__, 5, b"a"], ids=repr)
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        content_disposition("attachment", name)
    assert caught.value.field == "filename"


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(InvalidHeader, match="lone surrogate"):
        content_disposition("attachment", "a\ud800.txt")


@pytest.mark.parametrize("disposition", ["", "download", "ATTACHMENT", "attachment; filename=x", None], ids=repr)
def test_other_dispositions_are_refused(disposition: str) -> None:
    with pytest.raises(InvalidArgument, match="'attachment' and 'inline'") as caught:
        content_disposition(disposition, "a.txt")
    assert caught.value.field == "disposition"
