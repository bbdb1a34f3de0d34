"""What is to arrive, and where; and the ticket that says so to us later on, since nobody else has to be believed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing

from ...conf import conf
from ...oss import InvalidArgument
from ...oss.validate import check_line
from .errors import BadTicket

#: Bytes that one PUT or one form carries.
MAX_PUT = 5 * 1024**3
#: Bytes of the largest object.
MAX_MULTIPART = 48_800_000_000_000
#: How long a ticket is good: what has not arrived by then never will.
TICKET_LIFE = timedelta(days=1)
_SALT = "django_oss_share.upload"
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}(; ?[\x20-\x7e]{1,100})?", re.I).fullmatch


@dataclass(frozen=True, slots=True)
class Promise:
    """One upload.

    :ivar key: in the storage; of a form for any name below a folder, that folder, ending in a slash.
    :ivar least: bytes; :ivar most: likewise. :ivar types: of which its content type is one; empty: any.
    :ivar owner: who alone may go on with it. :ivar ends_at: Unix time.
    :ivar overwrite: whether it may take the place of what is there.
    :ivar filename: what it is called where it comes from.
    :ivar mark: stored with the object, by which it is known to be of this upload and of no other.
    :ivar upload_id: OSS's, of an upload by parts; its ``part_size`` in bytes.
    """

    storage: str
    key: str
    least: int
    most: int
    types: tuple[str, ...]
    owner: str
    ends_at: int
    overwrite: bool = False
    filename: str = ""
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    upload_id: str = ""
    part_size: int = 0

    @property
    def parts(self) -> int:
        """Of an upload by parts, how many."""
        return -(-self.most // self.part_size) if self.part_size else 0

    def size_of_part(self, number: int) -> int:
        """Bytes of part ``number``, counted from 1."""
        return min(self.part_size, self.most - (number - 1) * self.part_size)


def end_of_ticket(now: datetime) -> int:
    """Unix time at which a ticket ends that is given out ``now``."""
    return int((now + TICKET_LIFE).timestamp())


def seal(promise: Promise) -> str:
    """The ticket."""
    return signing.dumps(asdict(promise), key=conf.token_keys[0], salt=_SALT, compress=True)


def unseal(ticket: str, owner: str, now: datetime) -> Promise:
    """The promise.

    :raises BadTicket: malformed, forged, over, or not ``owner``'s.
    """
    keys = conf.token_keys
    try:
        facts: dict[str, Any] = signing.loads(ticket, key=keys[0], salt=_SALT, fallback_keys=list(keys[1:]))
        # Another release may have sealed it, with other fields.
        found = Promise(**{**facts, "types": tuple(facts["types"])})
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise BadTicket("is none of ours") from None
    if found.owner != owner:
        raise BadTicket("is somebody else's")
    if found.ends_at <= now.timestamp():
        raise BadTicket(f"ended at {datetime.fromtimestamp(found.ends_at, UTC):%Y-%m-%d %H:%M:%S} UTC")
    return found


def checked_size(size: int, most: int, field: str = "size", least: int = 1) -> int:
    """:raises InvalidArgument: not a whole number of bytes of ``least`` to ``most``."""
    if isinstance(size, bool) or not isinstance(size, int) or not least <= size <= most:
        raise InvalidArgument(
            f"{field}={size!r} is out of range; allowed are {least} to {most} bytes.", field=field, value=size
        )
    return size


def checked_type(content_type: str, field: str = "content_type") -> str:
    """``content_type`` as OSS will name it, or "" for none; :raises InvalidArgument: it is no media type."""
    if content_type and (not isinstance(content_type, str) or _MEDIA_TYPE(content_type) is None):
        raise InvalidArgument(
            f"{field}={content_type!r} is no media type, such as 'application/pdf'.", field=field, value=content_type
        )
    return content_type or ""


def said_type(content_type: Any) -> str:
    """Browsers say of some files what is no media type; that is as if they had said nothing."""
    try:
        return checked_type(content_type)
    except InvalidArgument:
        return ""


def checked_types(types: Iterable[str]) -> tuple[str, ...]:
    """:raises InvalidArgument: one is no media type, or it is one text where several are meant."""
    if isinstance(types, str):
        raise InvalidArgument(
            f"content_types={types!r} is one text; pass a list, [{types!r}].", field="content_types", value=types
        )
    return tuple(checked_type(each, "content_types") for each in types)


def checked_redirect(url: str) -> str:
    """:raises InvalidArgument: no address that a browser could be sent to after a form."""
    if url and not (isinstance(url, str) and url.isascii() and url.startswith(("https://", "http://"))):
        raise InvalidArgument(
            f"redirect={url!r} must be an absolute http or https address, percent-encoded.", field="redirect", value=url
        )
    return check_line("redirect", url) if url else ""
