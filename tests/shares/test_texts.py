"""Bytes as the text that they are, and the start of a text out of a bucket."""

from __future__ import annotations

import gzip

import pytest
from metadata import texts as samples

from django_oss_share.models import AuditEvent, Share
from django_oss_share.services import access, shares, texts
from django_oss_share.services.access import reading
from shares.factories import make_share, reason_of, visit

CHINESE = "编号,姓名,城市,备注\n0001,王小明,杭州,“常用字”，没问题。\n"
MORE = "镕、堃、喆、淼：不常用的字，以及 ASCII 与 € 混排。\n"


@pytest.mark.parametrize(
    ("text", "encoded_in", "charset"),
    [
        ("plain", "ascii", "utf-8"),
        ("", "ascii", "utf-8"),
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE + MORE, "gb18030", "gb18030"),
        ("Größe: 5 µm, déjà vu, Zürich, señor", "windows-1252", "windows-1252"),
        ("naïve café — “quoted”", "windows-1252", "windows-1252"),
    ],
)
def test_without_a_word_on_its_charset(text, encoded_in, charset):
    assert texts.decode(text.encode(encoded_in)) == (text, charset)


@pytest.mark.parametrize(
    ("text", "encoded_in", "charset"),
    [
        (samples.TRADITIONAL, "big5", "big5"),
        (samples.JAPANESE, "cp932", "shift_jis"),
        (samples.JAPANESE, "euc_jp", "euc-jp"),
        (samples.KOREAN, "cp949", "euc-kr"),
    ],
)
@pytest.mark.parametrize("content_type", ["", "text/plain; charset=utf-8"])
def test_in_the_other_charsets_of_east_asia(text, encoded_in, charset, content_type):
    assert texts.decode(text.encode(encoded_in), content_type) == (text, charset)


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_by_its_mark(charset):
    data = ("\ufeff" + CHINESE).encode(charset)
    assert texts.decode(data) == (CHINESE, charset)


@pytest.mark.parametrize(
    ("charset", "content_type"),
    [
        ("big5", "text/plain; charset=Big5"),
        ("shift_jis", 'text/csv;charset="shift_jis"'),
        ("koi8-r", "text/plain; charset = KOI8-R"),
    ],
)
def test_an_uploaders_word_is_taken_where_it_is_true(charset, content_type):
    text = {"big5": "繁體中文", "shift_jis": "日本語テキスト", "koi8-r": "русский"}[charset]
    assert texts.decode(text.encode(charset), content_type)[0] == text


@pytest.mark.parametrize(
    "content_type", ["x; charset=ascii", "x; charset=rot13", "x; charset=idna", "charset=", "x; charset=big5"]
)
def test_an_uploaders_word_that_is_wrong_or_no_charset(content_type):
    assert texts.decode((CHINESE + MORE).encode(), content_type)[0] == CHINESE + MORE


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_beginning_may_end_within_a_character(charset):
    data = CHINESE.encode(charset)
    for end in range(12, len(data)):
        text, read_as = texts.decode(data[:end], whole=False)
        assert read_as == charset
        assert CHINESE.startswith(text)


def test_any_bytes_are_some_text():
    assert texts.decode(bytes(range(256)))[1] == "windows-1252"


@pytest.mark.django_db
class TestReading:
    def test_the_whole_of_a_short_one(self, oss):
        oss.put("a.txt", CHINESE.encode("gb18030"))
        share = make_share(key="a.txt", max_downloads=1)
        assert access.read_text(visit(share)) == access.Text(CHINESE, "gb18030", True)
        assert Share.objects.get().downloads == 1
        event = AuditEvent.objects.get()
        assert (event.action, event.key, event.data) == ("issued", "a.txt", {"preview": True})
        assert reason_of(visit, share) == "exhausted"

    def test_the_beginning_of_a_long_one(self, oss):
        oss.put("a.log", b"x" * (reading.MAX_TEXT_BYTES + 1))
        text = access.read_text(visit(make_share(key="a.log")))
        assert (len(text.text), text.is_whole) == (reading.MAX_TEXT_BYTES, False)

    def test_one_that_is_stored_compressed(self, oss):
        from django.core.files.storage import default_storage

        packed = gzip.compress(CHINESE.encode() * 5000)
        default_storage.client.put("a.csv", packed, {"content-encoding": "gzip"})
        default_storage.client.put("b.csv", b"not gzip", {"content-encoding": "gzip"})
        assert access.read_text(visit(make_share(key="a.csv"))).text.startswith(CHINESE)
        assert access.read_text(visit(make_share(key="b.csv"))).text == "not gzip"

    def test_what_is_no_text(self, oss):
        assert reason_of(access.read_text, visit(make_share())) == "item"
        assert reason_of(access.read_text, visit(make_share(key="a.svg"))) == "item"

    def test_what_is_gone(self, oss):
        assert reason_of(access.read_text, visit(make_share(key="a.txt"))) == "gone"
        assert Share.objects.get().downloads == 0

    def test_what_was_replaced(self, oss):
        oss.put("a.txt", b"first")
        share = shares.create("a.txt", pin="etag")
        oss.put("a.txt", b"second")
        assert reason_of(access.read_text, visit(share)) == "replaced"
        assert Share.objects.get().downloads == 0
