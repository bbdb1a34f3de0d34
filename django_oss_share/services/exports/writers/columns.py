"""What a row of an export can tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _

from ....oss import InvalidArgument
from ....oss.suggestions import advice

#: A moment is aware; None: not known, or never.
Value = str | int | datetime | None
#: One value for each of the columns, in their order.
Row = Sequence[Value]


class Column(models.TextChoices):
    """Their names, by which all formats call them."""

    KEY = "key", _("key")
    #: Bytes, an int.
    SIZE = "size", _("size")
    #: A datetime.
    MODIFIED = "modified", _("last change")
    ETAG = "etag", _("ETag")
    STORAGE_CLASS = "storage_class", _("storage class")
    VERSION = "version", _("version")
    LINK = "link", _("link")
    #: A datetime: when the link really ends, by itself or by what signed it.
    EXPIRES_AT = "expires_at", _("end of the link")


#: Those that hold a datetime.
MOMENTS = frozenset({Column.MODIFIED, Column.EXPIRES_AT})
#: Those that hold an int.
NUMBERS = frozenset({Column.SIZE})


def checked_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """:raises InvalidArgument: none, an unknown one, or one twice."""
    if not names:
        raise InvalidArgument(f"columns={names!r}: choose at least one of {', '.join(Column)}.", field="columns")
    for name in names:
        if name not in Column.values:
            raise InvalidArgument(f"column {name!r} is unknown; {advice(name, Column.values)}", field="columns")
    if len(set(names)) < len(names):
        raise InvalidArgument(f"columns={', '.join(names)}: one is named twice.", field="columns")
    return tuple(map(Column, names))


@lru_cache(maxsize=4096)
def utc(moment: datetime) -> str:
    """As ISO 8601 writes it, to the second; all links of a second end in the same one."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
