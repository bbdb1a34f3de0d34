"""Which content type an object should have, by its name and its bytes, where what is stored is none or a wrong one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..models.lookups import last_part
from ..oss import charsets
from ..storage.headers import guessed_type, is_media_type

#: Endings of names whose texts have a charset to be found.
TEXTS = ("txt", "csv", "tsv", "md", "html", "htm", "log")
_UNKNOWN = "application/octet-stream"
# What clients send that were told nothing.
_MEANINGLESS = frozenset({"", _UNKNOWN, "binary/octet-stream", "application/x-www-form-urlencoded"})
# Several names of one type: the other is as good.
_SAME = (
    {"text/javascript", "application/javascript", "application/x-javascript"},
    {"text/xml", "application/xml"},
    {"image/jpeg", "image/jpg", "image/pjpeg"},
    {"image/bmp", "image/x-ms-bmp"},
    {"image/x-icon", "image/vnd.microsoft.icon"},
    {"audio/wav", "audio/x-wav", "audio/vnd.wave"},
    {"audio/mp4", "audio/x-m4a", "audio/mp4a-latm", "video/mp4"},
    {"application/zip", "application/x-zip-compressed"},
    {"application/gzip", "application/x-gzip"},
)
# How files of a type begin, where all of them do.
_BEGINNINGS = {
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/jpeg": rb"\xff\xd8\xff",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"RIFF....WEBP",
    "application/pdf": rb"%PDF-",
    "application/zip": rb"PK[\x03\x05]",
    "application/gzip": rb"\x1f\x8b",
    "video/mp4": rb"....ftyp",
}
_CHARSET = re.compile(r"\s*;\s*charset\s*=\s*(\"[^\"]*\"|[^\s;]*)", re.IGNORECASE)
# In browsers, each is the other.
_ALIASES = {"gbk": "gb18030", "gb2312": "gb18030", "utf8": "utf-8", "x-sjis": "shift_jis", "ks_c_5601-1987": "euc-kr"}

#: The first bytes of the object, and whether they are all.
Sample = tuple[bytes, bool]


@dataclass(frozen=True, slots=True)
class Proposal:
    """:ivar content_type: as it should be, which is as it is where ``doubt`` says in one sentence why."""

    content_type: str
    doubt: str = ""


def is_text(name: str) -> bool:
    """Whether an object of that name is a text that has a charset to be found."""
    _, dot, ending = last_part(name).rpartition(".")
    return bool(dot) and ending.lower() in TEXTS


def has_telling_name(name: str) -> bool:
    """Whether the name says of what type the object is."""
    return guessed_type(name) != _UNKNOWN


def with_right_type(name: str, content_type: str, sample: Callable[[], Sample]) -> Proposal:
    """The type that the name says, if the stored one says nothing, or if the bytes agree with the name."""
    stored, told = content_type.partition(";")[0].strip().lower(), guessed_type(name)
    if told == _UNKNOWN or _is_as_good(stored, told):
        return Proposal(content_type)
    beginning = _BEGINNINGS.get(told)
    begins_so = bool(beginning and re.match(beginning, sample()[0], re.DOTALL))
    if beginning and not begins_so:
        return Proposal(content_type, f"Its name says {told}, but its bytes do not begin as those of that type do.")
    if begins_so or stored in _MEANINGLESS or not is_media_type(stored):
        return Proposal(told)
    return Proposal(content_type, f"It is stored as {stored} though its name says {told}; say which is meant.")


def with_right_charset(name: str, content_type: str, sample: Callable[[], Sample], charset: str = "") -> Proposal:
    """The type with the charset that the text is in, if that is beyond doubt.

    :param charset: which one it is, as somebody knows who has read it; it must fit all the same.
    """
    base = content_type.partition(";")[0].strip().lower()
    if not is_text(name):
        return Proposal(content_type)
    if not base.startswith("text/"):
        return Proposal(content_type, f"It is stored as {base or 'nothing'}, which has no charset; set its type first.")
    data, whole = sample()
    if charset:
        return _as_told(content_type, charset, data, whole)
    found = charsets.detect(data, whole=whole)
    if found.charset:
        return Proposal(_declaring(content_type, found.charset))
    if found.is_ascii and whole:
        return Proposal(content_type)
    reason = "its first 4 MiB are plain ASCII" if found.is_ascii else found.reason
    return Proposal(content_type, f"Its charset is not certain: {reason}; say it if you know it.")


def _as_told(content_type: str, charset: str, data: bytes, whole: bool) -> Proposal:
    if charsets.fits(data, charset, whole=whole):
        return Proposal(_declaring(content_type, charset))
    return Proposal(content_type, f"It is not {charset}: some of its bytes are no character of that.")


def _declaring(content_type: str, charset: str) -> str:
    stated = _CHARSET.search(content_type)
    if stated:
        name = stated[1].strip('"').lower()
        if _ALIASES.get(name, name) == _ALIASES.get(charset, charset):
            return content_type
    return f"{_CHARSET.sub('', content_type).rstrip('; ')}; charset={charset}"


def _is_as_good(stored: str, told: str) -> bool:
    if stored == told or any({stored, told} <= same for same in _SAME):
        return True
    # Shown as it is rather than run or laid out: somebody may well have meant that.
    return stored == "text/plain" and (told.startswith("text/") or told in ("application/json", "application/xml"))
