"""What browsers make of an answer that is none of an error: show it or save it, readable or garbled, fresh or stale."""

from __future__ import annotations

import codecs
import mimetypes
import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from email.utils import format_datetime
from hashlib import md5
from typing import TYPE_CHECKING

from ...oss import OSSShareError
from ...oss.errors import ObjectNotFound
from .. import policy
from ..reach import may_reach
from ..texts import decode
from .case import Case
from .causes import Cause, Judgement
from .fetching import Answer
from .offline import needs_domain

if TYPE_CHECKING:
    from ...oss.client import ObjectInfo

_SHOWN = re.compile(r"(?:text|image|video|audio)/|application/(?:pdf|json|xml)")
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE).search
_META = re.compile(r"<meta\b[^>]{0,200}?\bcharset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE).search
_XML = re.compile(r"<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]+)").match
#: In so many bytes browsers look for a page's own word.
_META_BYTES = 1024
_PAGES = ("text/html", "application/xhtml+xml")
_TEXTS = ("application/json", "application/xml", "application/javascript")
#: What says nothing: the type of files that nobody gave one.
_NO_TYPES = ("", "application/octet-stream", "binary/octet-stream", "application/x-msdownload")
# Names of what a cache kept, and which is to be compared with what OSS has.
_COMPARED = {"etag": "ETag", "content-type": "Content-Type", "last-modified": "Last-Modified"}
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HIT = re.compile(r"\bHIT\b", re.IGNORECASE)
# "cache13.l2nu16[0,200-0,H]", as the vendor's CDN says it.
_VIA_HIT = re.compile(r"\[[^\]]*,H\]").search
# That of an object which came in parts ends in "-2" or so.
_MD5 = re.compile(r'"?[0-9A-Fa-f]{32}"?').fullmatch


def judge(case: Case, answer: Answer) -> Judgement | None:
    """None: browsers do with it what its name lets expect, or what the link asks for."""
    return _stale(case, answer) or (None if _is_to_be_saved(case) else _shown_wrongly(case, answer))


def _shown_wrongly(case: Case, answer: Answer) -> Judgement | None:
    expected = mimetypes.guess_type(case.key.rpartition("/")[2])[0] or ""
    actual = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not _SHOWN.match(expected) and not _SHOWN.match(actual):
        return None
    if answer.headers.get("x-oss-force-download", "").lower() == "true":
        return needs_domain()
    return _saved(case, answer) or _mistyped(expected, actual, case) or _garbled(answer, actual)


def _is_to_be_saved(case: Case) -> bool:
    """By the link's own wish."""
    return (case.link.parameter("response-content-disposition") or "").lower().startswith("attachment")


def _saved(case: Case, answer: Answer) -> Judgement | None:
    disposition = answer.headers.get("content-disposition", "")
    if not disposition.lower().startswith("attachment"):
        return None
    return Judgement(
        Cause.CONTENT_DISPOSITION,
        f"The object says itself that it is to be saved: Content-Disposition: {disposition}.",
        "Store it with 'inline', or have the link say so: storage.url(name, download=False).",
    )


def _mistyped(expected: str, actual: str, case: Case) -> Judgement | None:
    wished = case.link.parameter("response-content-type")
    if not expected or expected == actual or case.link.parameter("x-oss-process"):
        return None
    if wished and actual in _NO_TYPES:
        explanation = f"It asks for the type {wished} itself, so browsers save it; by its name it is {expected}."
        return Judgement(Cause.CONTENT_TYPE, explanation, "Sign a link without response-content-type, or with its own.")
    if wished:
        return None
    if actual not in _NO_TYPES and (_kind(actual) == _kind(expected) or _may_be_another_name(actual, expected)):
        return None
    return Judgement(
        Cause.CONTENT_TYPE,
        f"Its name is that of {expected}, but it is sent as {actual or 'nothing at all'}, so browsers save it or show "
        "what it is not.",
        f"Store it with Content-Type: {expected}, or have the link say so: storage.url(name, content_type=…).",
    )


def _may_be_another_name(actual: str, expected: str) -> bool:
    """Scripts, tables and films have many types that are none of those that browsers show; pictures have not."""
    return not _SHOWN.match(actual) and not expected.startswith(("image/", "application/pdf"))


def _kind(content_type: str) -> str:
    """What sort of thing a browser shows it as; for each there are several types."""
    if content_type in _PAGES:
        return "page"
    if content_type in _TEXTS:
        return "text"
    kind = content_type.partition("/")[0]
    return "sound or film" if kind in ("audio", "video") else content_type if kind == "application" else kind


def _garbled(answer: Answer, actual: str) -> Judgement | None:
    if not actual.startswith("text/") or answer.headers.get("content-encoding"):
        return None
    declared = _declared(answer, actual)
    text, charset = decode(answer.body, whole=answer.is_whole)
    # Browsers go by a byte order mark, whatever is declared.
    if answer.body.isascii() or answer.body.startswith(_MARKS):
        return None
    if declared and _is_true(declared, answer, text, charset):
        return None
    says = f"is declared to be {declared}" if declared else "is sent without a charset"
    return Judgement(
        Cause.CONTENT_TYPE,
        f"The text is {charset}, but {says}: browsers show it garbled.",
        f"Store it with Content-Type: {actual};charset={charset}, or have the link say so (content_type=…).",
    )


def _declared(answer: Answer, actual: str) -> str:
    """The charset that browsers go by: of the header; of a page's own first lines; "": neither has one."""
    if found := _CHARSET(answer.headers.get("content-type", "")):
        return found[1]
    beginning = answer.body[:_META_BYTES].decode("latin-1")
    if actual == "text/html" and (found := _META(beginning)):
        return found[1]
    if actual == "text/xml":
        return found[1] if (found := _XML(beginning)) else "utf-8"
    return ""


def _is_true(declared: str, answer: Answer, text: str, charset: str) -> bool:
    """Whether the text can be read by what is declared; what is UTF-8 is hardly ever anything else."""
    read, read_by = decode(answer.body, f"charset={declared}", whole=answer.is_whole)
    return read_by == declared.lower() and (charset != "utf-8" or read == text)


def _stale(case: Case, answer: Answer) -> Judgement | None:
    """Whether a cache in between has something else than OSS by now."""
    kept = _kept(answer.headers)
    if not kept or case.storage is None or not may_look(case, case.key):
        return None
    try:
        info = case.storage.client.head(case.key, version_id=case.link.parameter("versionId"), attempts=1, timeout=5)
    except ObjectNotFound:
        return _of_cache(kept, "with what is no longer in OSS")
    except OSSShareError:
        return None
    differing = None if case.link.parameter("x-oss-process") else next(_differing(case, answer, info), None)
    return _of_cache(kept, f"with what the object was before: {differing}") if differing else None


def _differing(case: Case, answer: Answer, info: ObjectInfo) -> Iterator[str]:
    """What of the answer is not that of the object as it is now."""
    modified = format_datetime(info.modified.astimezone(UTC), usegmt=True)
    for name, value in (("etag", info.etag), ("content-type", info.content_type), ("last-modified", modified)):
        given = answer.headers.get(name, value)
        if given.strip('"') != value.strip('"') and not case.link.parameter(f"response-{name}"):
            yield f"{_COMPARED[name]} {given!r} instead of {value!r}"
    # Not every cache hands those on.
    length = answer.headers.get("content-length", "")
    if answer.status != 200 or answer.headers.get("content-encoding"):
        return
    if length.isdecimal() and int(length) != info.size:
        yield f"{int(length):,} bytes instead of {info.size:,}"
    if len(answer.body) == info.size and _MD5(info.etag) and _md5(answer.body) != info.etag.strip('"').lower():
        yield "another content"


def _md5(body: bytes) -> str:
    return md5(body, usedforsecurity=False).hexdigest()


def judge_missing(case: Case, answer: Answer) -> Judgement | None:
    """Where a cache says that an object is missing, which is there."""
    kept = _kept(answer.headers)
    if not kept or case.storage is None or not may_look(case, case.key) or not is_there(case, case.key):
        return None
    return _of_cache(kept, f"that there is no object {case.key!r}, which is there by now")


def is_there(case: Case, key: str) -> bool:
    """Whether the storage of the case finds that object."""
    assert case.storage is not None  # noqa: S101 - callers have seen to it
    try:
        case.storage.client.head(key, attempts=1, timeout=5)
    except OSSShareError:
        return False
    return True


def _of_cache(kept: str, what: str) -> Judgement:
    return Judgement(
        Cause.STALE_CACHE,
        f"A cache answers ({kept}) {what}.",
        "Refresh the file (or the folder) in the CDN's console, or by its API.",
    )


def _kept(headers: Mapping[str, str]) -> str:
    """What shows that an answer was kept; "": nothing."""
    for name in ("x-cache", "x-swift-cachetime", "x-cache-lookup"):
        if _HIT.search(headers.get(name, "")):
            return f"{name}: {headers[name]}"
    if _VIA_HIT(headers.get("via", "")):
        return f"via: {headers['via']}"
    age = headers.get("age", "")
    return f"Age: {age}" if age.isdecimal() and int(age) > 0 else ""


def may_look(case: Case, key: str) -> bool:
    """Whether who asks may know of that object, which the storage's own keys tell."""
    if case.by is None:
        return True
    location = case.storage.object_key("") if case.storage else ""
    reached = key.startswith(location) and may_reach(case.by, case.alias, key.removeprefix(location))
    return reached and policy.may_browse(case.by)
