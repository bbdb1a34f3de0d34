"""What an uploaded file is called: by people, and in the bucket."""

from __future__ import annotations

import re
import secrets

from ...models.file_request import RECEIPT_LENGTH
from ...oss import InvalidArgument
from ...oss.validate import MAX_KEY_BYTES
from ..inputs import checked_filename

# Without those that are taken for others: 0 O, 1 I L.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
# What folders, shells and spreadsheets would trip over in a key; the name itself is kept beside it.
_UNUSUAL = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\/]')
_MAX_ENDING = 20


def new_receipt() -> str:
    """Random; 49 bits, so that none is made twice."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(RECEIPT_LENGTH))


def checked_upload_name(name: str) -> str:
    """The last part of ``name``; :raises InvalidArgument: no browser could save under it again."""
    if not isinstance(name, str):
        raise InvalidArgument(f"name must be a str; got {type(name).__name__}.", field="name", value=name)
    last = name.replace("\\", "/").rpartition("/")[2]
    try:
        checked = checked_filename(last)
    except InvalidArgument as error:
        error.field = "name"
        raise
    if not checked.strip(". "):
        raise InvalidArgument(f"name={name!r} names no file.", field="name", value=name)
    return checked


def key_for(prefix: str, filename: str, receipt: str) -> str:
    """Where the file will be: below ``prefix``, by its own name and the receipt, so that the key is nobody else's."""
    stem, dot, ending = _UNUSUAL.sub("_", filename).rpartition(".")
    if not stem or len(ending) > _MAX_ENDING:
        stem, dot, ending = stem + dot + ending, "", ""
    tail = f"_{receipt}{dot}{ending}"
    room = MAX_KEY_BYTES - len((prefix + tail).encode())
    return prefix + stem.encode()[:room].decode(errors="ignore") + tail
