"""In which charset a text is, or why nobody can tell: a wrong one would garble it for good, so none is guessed.

UTF-8 shows by its form. The older charsets of East Asia do not: nearly any bytes are *some* characters in several of
them. They are told apart by whether the characters that come out are those that texts are made of: the hundred or two
that make up half of any text, and next to nothing of what comes out of the same bytes in a wrong charset.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from itertools import islice

#: Bytes that are looked at; what follows is taken to go on alike.
SAMPLE_BYTES = 4 * 1024 * 1024
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be"))
_SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经"
    "么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全"
    "三又关点正业外将两高间由问很最重并物手应向头文体政美相见被利二等产新己制身果加月话合回特代内信表化老给世位次度门任先海通教儿"
    "原声提立及比员解水名真论处走入几口条系气题活更别打变四总何电数安少报反受目太量再建务做接必件计管期市直资命金指统区保至队形社便"
    "号编码姓城备注类格价单元件版载请页图网址录址址王李张刘陈杨赵黄周吴"
)
_TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經"
    "麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全"
    "三又關點正業外將兩高間由問很最重並物手應向頭文體政美相見被利二等產新己制身果加月話合回特代內信表化老給世位次度門任先海通教兒"
    "原聲提立及比員解水名真論處走入幾口條系氣題活更別打變四總何電數安少報反受目太量再建務做接必件計管期市直資命金指統區保至隊形社便"
    "號編碼姓城備註類格價單元件版載請頁圖網址錄王李張劉陳楊趙黃周吳"
)
_KOREAN = (
    "이다는의에을가를은하고한지도로사기리인어자아서나시그대들일해여만있보스정라부것전장고수도조제주상과구니원게면동저소신성안비"
    "트야와거세적중마우무으공러유말연습금경계된할등년생회내모너드요호영오습립음결행입처"
)
# All of them, and the two marks that make vowels long and words of one.
_KANA = "".join(map(chr, (*range(0x3041, 0x3097), *range(0x30A1, 0x30FB)))) + "ー々"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """:ivar name: as browsers know it. :ivar codec: as Python knows what browsers take the name for."""

    name: str
    codec: str
    common: frozenset[str]


_CANDIDATES = (
    _Candidate("gb18030", "gb18030", frozenset(_SIMPLIFIED)),
    _Candidate("big5", "big5hkscs", frozenset(_TRADITIONAL)),
    _Candidate("shift_jis", "cp932", frozenset(_KANA)),
    _Candidate("euc-jp", "euc_jp", frozenset(_KANA)),
    _Candidate("euc-kr", "cp949", frozenset(_KOREAN)),
)
# Of the characters beyond ASCII, how many must be common ones; how many there must be; how far ahead of the next.
_LEAST_SHARE, _LEAST_COUNT, _LEAST_LEAD = 0.25, 4, 3
# What no text has: binary files and UTF-16 without a mark do. ESC switches charsets in ISO-2022.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]").search
# One character alone may be two or three of another charset's; not so the accents, quotes and signs that any text has.
_SEVERAL_BEYOND_ASCII = re.compile(r"[^\x00-\x7f][\x00-\x7f]*[^\x00-\x7f]").search
_EVERYDAY = re.compile("[\xa0-\u017f\u2010-\u2044\u20ac\u2122\u3001-\u3011\uff01-\uff1f]").search
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]").finditer
# Characters beyond ASCII that are counted: more of them say the same.
_SCORED = 10_000
_PAIRS_ALONE = re.compile(rb"(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf])*").fullmatch
#: Charsets that can be asked for by name: those of browsers, by their codecs.
KNOWN = {
    **{each.name: each.codec for each in _CANDIDATES},
    "utf-8": "utf-8",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "koi8-r": "koi8-r",
    **{f"windows-125{number}": f"cp125{number}" for number in range(9)},
    "iso-8859-1": "cp1252",
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
}


@dataclass(frozen=True, slots=True)
class Detected:
    """:ivar charset: by the name that browsers know, in lower case; "": see ``reason``.
    :ivar is_ascii: nothing is beyond ASCII, so that it is right in every charset.
    :ivar reason: why no charset is named, in a few words.
    """

    charset: str = ""
    is_ascii: bool = False
    reason: str = ""


def detect(data: bytes, *, whole: bool = True) -> Detected:
    """The charset of the text ``data``, where there is no doubt of it.

    :param whole: False: more follows, so it may break off within a character.
    """
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], charset, whole)
    if not data:
        return Detected(is_ascii=True, reason="it is empty")
    if _NO_TEXT(data):
        return Detected(reason="it holds control characters that no text has")
    if data.isascii():
        return Detected(is_ascii=True, reason="it is plain ASCII, which reads right in every charset")
    text = _decoded(data, "utf-8", whole)
    is_utf8 = bool(text and (_SEVERAL_BEYOND_ASCII(text) or _EVERYDAY(text)))
    if is_utf8 and not _PAIRS_ALONE(data):
        return Detected("utf-8")
    reason, best = _east_asian(data, whole)
    if is_utf8:
        # Of two bytes each, as are the characters of the others.
        return Detected(reason=f"it may be utf-8 or {best}") if best else Detected("utf-8")
    return Detected(best, reason=reason)


def fits(data: bytes, charset: str, *, whole: bool = True) -> bool:
    """Whether ``data`` is text in ``charset``, one of :data:`KNOWN`, to its last byte."""
    return _decoded(data, KNOWN[charset], whole) is not None


def _marked(data: bytes, charset: str, whole: bool) -> Detected:
    text = _decoded(data, KNOWN[charset], whole)
    if text is None or "\0" in text:
        return Detected(reason=f"it begins as {charset} does, and does not go on so")
    return Detected(charset)


def _east_asian(data: bytes, whole: bool) -> tuple[str, str]:
    """Why there is none that is without doubt, or which one is."""
    *_, (next_share, _, next_name), (share, count, name) = sorted(_score(data, each, whole) for each in _CANDIDATES)
    if share < _LEAST_SHARE:
        return "it is in none of the charsets that can be told for certain", ""
    if count < _LEAST_COUNT:
        return f"it may be {name}, but there is too little of it to be sure", ""
    if share < _LEAST_LEAD * next_share:
        return f"it may be {name} or {next_name}", ""
    return "", name


def _score(data: bytes, candidate: _Candidate, whole: bool) -> tuple[float, int, str]:
    """Which part of the letters beyond ASCII is common ones, how many those are, and the candidate's name."""
    beyond = islice(_BEYOND_ASCII(_decoded(data, candidate.codec, whole) or ""), _SCORED)
    letters = [each[0] for each in beyond if unicodedata.category(each[0])[0] not in "PZ"]
    common = sum(each in candidate.common for each in letters)
    return common / len(letters) if letters else 0.0, common, candidate.name


def _decoded(data: bytes, codec: str, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(codec)().decode(data, final=whole)
    except UnicodeDecodeError:
        return None
