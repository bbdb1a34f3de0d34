"""In which charset a text is: told where that is certain, and never guessed."""

from __future__ import annotations

import os
import random

import pytest

from django_oss_share.oss.charsets import KNOWN, detect, fits
from metadata import texts

CERTAIN = [
    (texts.SIMPLIFIED, "utf-8", "utf-8"),
    (texts.SIMPLIFIED, "utf-8-sig", "utf-8"),
    (texts.SIMPLIFIED, "gb18030", "gb18030"),
    (texts.SIMPLIFIED, "gbk", "gb18030"),
    (texts.SIMPLIFIED, "gb2312", "gb18030"),
    (texts.SIMPLIFIED + "𠮷㐂", "gb18030", "gb18030"),
    (texts.TABLE, "gb18030", "gb18030"),
    (texts.TRADITIONAL, "gb18030", "gb18030"),
    (texts.TRADITIONAL, "big5", "big5"),
    (texts.TRADITIONAL, "big5hkscs", "big5"),
    (texts.JAPANESE, "shift_jis", "shift_jis"),
    (texts.JAPANESE, "euc_jp", "euc-jp"),
    (texts.KOREAN, "euc_kr", "euc-kr"),
    (texts.KOREAN, "cp949", "euc-kr"),
    (texts.RUSSIAN, "utf-8", "utf-8"),
    (texts.FRENCH, "utf-8", "utf-8"),
    (texts.SIMPLIFIED, "utf-16", "utf-16le"),
]
UNCERTAIN = [
    (texts.FRENCH, "windows-1252"),
    (texts.GERMAN, "windows-1252"),
    (texts.RUSSIAN, "windows-1251"),
    (texts.RUSSIAN, "koi8-r"),
    (texts.RUSSIAN, "cp866"),
    (texts.POLISH, "windows-1250"),
    (texts.POLISH, "iso8859-2"),
    (texts.CZECH, "windows-1250"),
    (texts.TURKISH, "windows-1254"),
    (texts.GREEK, "windows-1253"),
    (texts.HEBREW, "windows-1255"),
    (texts.ARABIC, "windows-1256"),
    (texts.THAI, "tis-620"),
    (texts.JAPANESE, "iso2022_jp"),
    (texts.SIMPLIFIED, "utf-16-le"),
    (texts.SIMPLIFIED, "utf-16-be"),
    (texts.SIMPLIFIED, "hz"),
    ("测试", "gbk"),
    ("联通", "gbk"),
    ("名稱", "big5"),
]


@pytest.mark.parametrize(("text", "codec", "charset"), CERTAIN)
def test_what_is_certain(text, codec, charset):
    data = text.encode(codec)
    assert detect(data).charset == charset
    assert data.decode(KNOWN[charset]).removeprefix("\ufeff") == text


@pytest.mark.parametrize(("text", "codec", "charset"), CERTAIN)
def test_cut_anywhere_in_a_character(text, codec, charset):
    data = text.encode(codec)
    for end in range(len(data) // 2, len(data)):
        assert detect(data[:end], whole=False).charset == charset, end


def test_cut_within_a_character_it_is_no_whole_text():
    cut = texts.TABLE.encode()[:8]
    assert detect(cut, whole=False).charset == "utf-8"
    assert detect(cut).charset == ""


@pytest.mark.parametrize(("text", "codec"), UNCERTAIN)
def test_what_is_not_certain_is_left_with_a_reason(text, codec):
    if codec == "hz":
        # Its bytes are ASCII's; nothing says that they are meant otherwise.
        assert detect(text.encode(codec)).is_ascii
        return
    found = detect(text.encode(codec))
    assert (found.charset, found.is_ascii) == ("", False)
    assert found.reason


@pytest.mark.parametrize(("text", "codec"), UNCERTAIN)
def test_nor_is_any_part_of_it_told_wrongly(text, codec):
    data = text.encode(codec)
    for start in range(0, len(data), 7):
        for end in range(start, len(data), 5):
            assert detect(data[start:end], whole=False).charset == "", data[start:end]


@pytest.mark.parametrize("data", [b"", b"plain, ascii\r\n\t\f"])
def test_what_reads_right_in_any_charset(data):
    found = detect(data)
    assert (found.charset, found.is_ascii) == ("", True)


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n\x00\x01",
        b"\xff\xfe\x00\xd8\x00\xd8",
        b"\xef\xbb\xbf\xff\xff",
        b"\x7fELF",
    ],
)
def test_no_text_at_all(data):
    found = detect(data)
    assert (found.charset, found.is_ascii) == ("", False)
    assert found.reason


def test_noise_is_never_taken_for_text():
    for _ in range(200):
        noise = bytes(byte for byte in os.urandom(400) if byte >= 0x80 or 0x20 <= byte < 0x7F)
        assert detect(noise).charset == "", noise


def test_two_charsets_in_one_file_are_none():
    mixed = texts.SIMPLIFIED.encode() + texts.TABLE.encode("gb18030")
    assert detect(mixed).charset == ""


def test_what_may_be_utf_8_or_something_older_is_left():
    # Each of these is a character of both.
    both = [each for each in "一是中要他心用来出" if _fits(each.encode("gbk"))]
    data = "".join(random.Random(1).choices(both, k=8)).encode("gbk")
    assert detect(data).charset == ""
    assert "or" in detect(data).reason


def test_a_charset_that_somebody_names_fits_or_not():
    assert fits(texts.FRENCH.encode("cp1252"), "windows-1252")
    assert not fits(texts.FRENCH.encode("cp1252"), "utf-8")


def _fits(data: bytes) -> bool:
    return fits(data, "utf-8")
