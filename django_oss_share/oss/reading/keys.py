"""The key that a path stands for, and what else it may have been meant to be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote, unquote_plus, unquote_to_bytes

from ..validate import MAX_KEY_BYTES

_MOST_SPACES = 8
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})").search
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}").search


def read_key(path: str) -> tuple[str, str]:
    """The key and, in a sentence, what is wrong with how it is written ("": nothing).

    :param path: percent-encoded, without the slash that it begins with.
    """
    raw = unquote_to_bytes(path)
    try:
        key, problem = raw.decode(), ""
    except UnicodeDecodeError:
        key = raw.decode("utf-8", "replace")
        problem = f"the path is not UTF-8, in which all keys are{_in_gb18030(raw)}"
    if broken := _BROKEN_ESCAPE(path):
        problem = f"the path has a broken escape, {path[broken.start() : broken.start() + 3]!r}"
    return key, problem or _problem_of(key)


def _problem_of(key: str) -> str:
    if key.startswith(("/", "\\")):
        return f"the key would begin with {key[0]!r}, which OSS refuses: a slash too many"
    if len(key.encode()) > MAX_KEY_BYTES:
        return f"the key has {len(key.encode()):,} bytes of UTF-8; OSS takes at most {MAX_KEY_BYTES:,}"
    if any(character in key for character in "\0\r\n"):
        return "the key holds a NUL, CR or LF character"
    if not {".", ".."}.isdisjoint(key.split("/")):
        return "the key has a '.' or '..' segment, which browsers fold away before they ask"
    return ""


def _in_gb18030(raw: bytes) -> str:
    try:
        read = raw.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return f"; read as GB 18030 it is {read!r}" if read.isprintable() else ""


def is_encoded_twice(key: str) -> bool:
    """Whether a key still has escapes in it that make sense."""
    if not _ESCAPE(key) or _BROKEN_ESCAPE(key):
        return False
    try:
        return unquote_to_bytes(key).decode() != key
    except UnicodeDecodeError:
        return False


def other_spellings(key: str, path: str = "") -> Iterator[tuple[str, str]]:
    """Keys that may have been meant, each with what then went wrong.

    :param path: as it stands in the URL.
    """
    seen = {key}
    for meant, how in _spellings(key, path):
        if meant and meant not in seen:
            seen.add(meant)
            yield meant, how


def _with_a_plus(key: str) -> Iterator[str]:
    """One space a plus sign, and the others what they are."""
    spaces = [at for at, character in enumerate(key) if character == " "]
    return (f"{key[:at]}+{key[at + 1 :]}" for at in spaces[:_MOST_SPACES])


def _spellings(key: str, path: str) -> Iterator[tuple[str, str]]:
    once = unquote(key)
    yield once, "the key was percent-encoded twice"
    yield unquote(once), "the key was percent-encoded three times"
    # The path tells a plus sign that was meant as one (%2B) from one that stands for a space.
    for spaced in (unquote_plus(path), key.replace("+", " ")):
        yield spaced, "a space was written '+', which in a path is a plus sign; it must be %20"
    yield once.replace("+", " "), "the key was encoded twice, with '+' for a space"
    for plus in (key.replace(" ", "+"), *_with_a_plus(key)):
        yield plus, "a plus sign became a space; it must be written %2B"
    yield unicodedata.normalize("NFC", key), "accents are stored in one piece (NFC) and were asked for in two"
    yield (
        unicodedata.normalize("NFD", key),
        "accents are stored in two pieces (NFD, as macOS does) and asked for in one",
    )
    yield path, "the key holds escapes itself (%20 and the like), which were decoded once too often"
    raw = unquote_to_bytes(path)
    for charset in ("gb18030", "latin-1"):
        with suppress(UnicodeDecodeError):
            yield raw.decode(charset), f"the path was encoded in {charset}; it must be UTF-8"
    with suppress(UnicodeError):
        yield key.encode("latin-1").decode(), "UTF-8 was taken for Latin-1 and encoded a second time"
    yield key.lstrip("/"), "there is a slash too many in front of the key"
    yield key.replace("//", "/"), "there is a slash too many within the key"
    yield key.rstrip(".,;:!?)"), "punctuation hung at the end of the key"
    yield key.strip(), "there is a space at an end of the key"
