"""Bytes as the text that they are, though nothing says in which charset."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from ..oss import charsets

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Charsets that an uploader's word is taken for; Python has codecs that are none.
_DECLARABLE = re.compile(
    r"utf-?8|gb18030|gbk|gb2312|big5|shift_jis|euc-jp|euc-kr|koi8-r|windows-125\d|iso-8859-\d{1,2}", re.IGNORECASE
).fullmatch
_DECLARED = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE).search
# Two bytes of a Chinese character or of its punctuation, as nearly all texts in GB 18030 have them: GB 2312's part.
_GB2312_PAIR = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
# Where no other charset fits, for it takes any byte.
_LAST = "windows-1252"


def decode(data: bytes, content_type: str = "", *, whole: bool = True) -> tuple[str, str]:
    """The text, and the charset in which it was read.

    By its byte order mark; as its content type says, if that is true; as UTF-8; in the charset of East Asia that it is
    in for certain; as GB 18030, if it looks Chinese.

    :param content_type: as stored with it, such as ``text/plain; charset=gbk``.
    :param whole: False: more follows, so it may break off within a character.
    """
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(charset, "replace"), charset
    for charset in _candidates(data, content_type, whole):
        text = _strictly(data, charset, whole)
        if text is not None:
            return text, charset
    return data.decode(_LAST, "replace"), _LAST


def _candidates(data: bytes, content_type: str, whole: bool) -> Iterator[str]:
    declared = _DECLARED(content_type)
    if declared and _DECLARABLE(declared[1]):
        yield declared[1].lower()
    yield "utf-8"
    if certain := charsets.detect(data, whole=whole).charset:
        yield certain
    if _looks_chinese(data):
        yield "gb18030"


def _looks_chinese(data: bytes) -> bool:
    """Western letters beyond ASCII stand alone among others; Chinese ones are pairs of such bytes."""
    return 2 * len(_GB2312_PAIR.findall(data)) >= 0.8 * len(_NOT_ASCII.findall(data))


def _strictly(data: bytes, charset: str, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(charsets.KNOWN.get(charset, charset))().decode(data, final=whole)
    except (UnicodeDecodeError, LookupError):
        return None
