"""What a listing says: of objects, and of the page they are on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class ListedObject(NamedTuple):
    """What a listing says of an object. A tuple, since a bucket gives millions, and a dataclass takes twice as long.

    :ivar size: bytes. :ivar modified: aware UTC. :ivar version_id: where versions were listed; else "".
    """

    key: str
    size: int
    etag: str
    modified: datetime
    storage_class: str
    version_id: str = ""


@dataclass(frozen=True, slots=True)
class ListedPage:
    """One page of a listing: objects below the prefix, and the "folders" that the delimiter made of the rest.

    :ivar next_token: what the next page begins with; None: this is the last.
    """

    objects: list[ListedObject]
    prefixes: list[str]
    next_token: str | None

    @property
    def keys(self) -> list[str]:
        return [each.key for each in self.objects]
