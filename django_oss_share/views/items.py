"""Which file of a share is meant: what pages write into forms and links as ``item``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..models import Kind
from ..services.access import Visit

#: As ``services.access.resolve`` takes it.
Item = int | str | None
_POSITION = re.compile(r"[0-9]{1,9}").fullmatch


def item_of(visit: Visit, given: Mapping[str, str]) -> Item:
    """``item`` out of a form or a query: of a single object none, of a selection its number, of a folder a path."""
    if visit.share.kind == Kind.OBJECT:
        return None
    text = given.get("item", "")
    return int(text) if visit.share.kind == Kind.SELECTION and _POSITION(text) else text
