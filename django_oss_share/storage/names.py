"""From a storage's name to an object's key, without a way out of ``location``."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from pathlib import PurePath

from django.core.exceptions import SuspiciousFileOperation

from ..oss import OSSShareError

#: Segments that cleaning takes away or refuses: a walk through folders of such a name would never end.
NAMELESS = frozenset({"", ".", ".."})
# Names that normalising would leave as they are; most are, and a link costs little more than this.
_NORMAL = re.compile(r"[^/\\.]+(?:[/.][^/\\.]+)*/?").fullmatch


class SuspiciousName(OSSShareError, SuspiciousFileOperation):
    """A name that leads, or might lead, out of the storage's location."""


def clean_name(name: str | PurePath) -> str:
    """``name`` with forward slashes, without ``.`` segments and doubled slashes; a slash at its end stays.

    :raises SuspiciousName: it starts with a slash or has a ``..`` segment.
    """
    if type(name) is str and _NORMAL(name) is not None:
        return name
    text = str(name).replace("\\", "/")
    if text.startswith("/") or ".." in text.split("/"):
        raise SuspiciousName(
            f"Name {str(name)!r} would leave the storage's location: write it relative to it, without '..'."
        )
    cleaned = posixpath.normpath(text) if text else ""
    if cleaned == ".":
        return ""
    return cleaned + "/" if text.endswith("/") else cleaned


@lru_cache(maxsize=1024)
def clean_location(location: str | PurePath) -> str:
    """``location`` ending in a slash, or empty; a key is this and a cleaned name.

    Remembered, since every link asks, and a subclass may make its location anew for each tenant.

    :raises SuspiciousName: as :func:`clean_name`.
    """
    cleaned = clean_name(location)
    return cleaned if not cleaned or cleaned.endswith("/") else cleaned + "/"
