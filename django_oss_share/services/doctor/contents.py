"""What browsers make of an answer that is none of an error: show it or save it, readable or garbled, fresh or stale."""

from __future__ import annotations

import codecs
import mimetypes
import re
from collections.abc import Mapping

from ...oss import OSSShareError
from .. import policy
from ..reach import may_reach
from ..texts import decode
from .case import Case
from .causes import Cause, Judgement
from .fetching import Answer
from .offline import needs_domain

_SHOWN = re.compile(r"(?:text|image|video|audio)/|application/(?:pdf|json|xml)")
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE).search
#: What says nothing: the type of files that nobody gave one.
_NO_TYPES = ("", "application/octet-stream", "binary/octet-stream", "application/x-msdownload")
# Names of what a cache kept, and which is to be compared with what OSS has.
_COMPARED = {"etag": "ETag", "content-type": "Content-Type", "content-disposition": "Content-Disposition"}
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HIT = re.compile(r"\bHIT\b", re.IGNORECASE)


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
    if not expected or expected == actual or case.link.parameter("response-content-type"):
        return None
    if case.link.parameter("x-oss-process"):
        return None
    if actual not in _NO_TYPES and (_kind(actual) == _kind(expected) or not _SHOWN.match(actual)):
        return None
    return Judgement(
        Cause.CONTENT_TYPE,
        f"Its name is that of {expected}, but it is sent as {actual or 'nothing at all'}, so browsers save it or show "
        "what it is not.",
        f"Store it with Content-Type: {expected}, or have the link say so: storage.url(name, content_type=…).",
    )


def _kind(content_type: str) -> str:
    """What sort of thing a browser shows it as; for each there are several types."""
    kind = content_type.partition("/")[0]
    return "sound or film" if kind in ("audio", "video") else kind


def _garbled(answer: Answer, actual: str) -> Judgement | None:
    if not actual.startswith("text/") or answer.headers.get("content-encoding"):
        return None
    declared = _CHARSET(answer.headers.get("content-type", ""))
    text, charset = decode(answer.body, whole=answer.is_whole)
    # Browsers go by a byte order mark, whatever is declared.
    if answer.body.isascii() or answer.body.startswith(_MARKS):
        return None
    if declared and _is_true(declared[1], answer, text, charset):
        return None
    says = f"is declared to be {declared[1]}" if declared else "is sent without a charset"
    return Judgement(
        Cause.CONTENT_TYPE,
        f"The text is {charset}, but {says}: browsers show it garbled.",
        f"Store it with Content-Type: {actual};charset={charset}, or have the link say so (content_type=…).",
    )


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
    except OSSShareError:
        return None
    now = {"etag": info.etag, "content-type": info.content_type}
    differing = [
        f"{_COMPARED[name]} {answer.headers[name]!r} instead of {value!r}"
        for name, value in now.items()
        if name in answer.headers
        and answer.headers[name].strip('"') != value.strip('"')
        and not case.link.parameter(f"response-{name}")
        and not case.link.parameter("x-oss-process")
    ]
    if not differing:
        return None
    return Judgement(
        Cause.STALE_CACHE,
        f"A cache answers ({kept}) with what the object was before: {', '.join(differing)}.",
        "Refresh the file (or the folder) in the CDN's console, or by its API.",
    )


def _kept(headers: Mapping[str, str]) -> str:
    """What shows that an answer was kept; "": nothing."""
    for name in ("x-cache", "x-swift-cachetime", "x-cache-lookup"):
        if _HIT.search(headers.get(name, "")):
            return f"{name}: {headers[name]}"
    age = headers.get("age", "")
    return f"Age: {age}" if age.isdecimal() and int(age) > 0 else ""


def may_look(case: Case, key: str) -> bool:
    """Whether who asks may know of that object, which the storage's own keys tell."""
    if case.by is None:
        return True
    location = case.storage.object_key("") if case.storage else ""
    reached = key.startswith(location) and may_reach(case.by, case.alias, key.removeprefix(location))
    return reached and policy.may_browse(case.by)
