"""Uploads of a form's field: whoever is shown the form may upload what the field takes, and nothing else.

The page carries the field's own rules, signed; what has arrived comes back to the form as a value, signed likewise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.utils import timezone

from ...conf import conf
from ...models import Action
from ...oss import InvalidArgument, PresignedURL
from ...oss.writer import SINGLE_PUT_LIMIT
from .. import audit, inputs
from ..clients import Client
from ..objects import storage_of
from ..transactions import atomic
from . import arriving, promises, sending
from .errors import BadTicket
from .naming import checked_upload_name, key_for, new_receipt
from .patterns import is_taken
from .promises import Promise
from .sending import SignedPart

if TYPE_CHECKING:
    from ...oss.client import Part

#: Seconds in which a browser begins to send by a link.
LINK_LIFETIME = 300
#: How long a form can be filled in.
FORM_LIFE = timedelta(hours=12)
_RULES = "django_oss_share.upload_field"
_VALUE = "django_oss_share.uploaded"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a field takes.

    :ivar folder: ending in a slash; may hold ``%Y`` and the like. :ivar max_size: bytes.
    """

    storage: str
    folder: str
    max_size: int
    types: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """Who alone may go on with an upload: a field with these rules."""
        text = repr((self.storage, self.folder, self.max_size, self.types))
        return f"field {sha256(text.encode()).hexdigest()[:16]}"


class Uploaded(str):
    """The key of a file that has arrived, as a ``FileField`` stores it.

    :ivar filename: as it is called where it comes from. :ivar size: bytes.
    """

    __slots__ = ("content_type", "filename", "size")

    filename: str
    size: int
    content_type: str

    @property
    def name(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Begun:
    """As ``services.file_requests.Expected``."""

    ticket: str = field(repr=False)
    link: PresignedURL | None
    headers: Mapping[str, str] = field(default_factory=dict)
    part_size: int = 0
    parts: int = 0


def seal_rules(rules: Rules) -> str:
    """What a page carries."""
    return signing.dumps(asdict(rules), key=conf.token_keys[0], salt=_RULES)


def unseal_rules(text: str) -> Rules:
    """:raises BadTicket: not ours, or of a page that was opened long ago."""
    facts = _loaded(text, _RULES, FORM_LIFE)
    return Rules(**{**facts, "types": tuple(facts["types"])})


def begin(
    rules: Rules,
    name: str,
    *,
    size: int,
    content_type: str = "",
    md5: str = "",
    by: Any = None,
    client: Client | None = None,
) -> Begun:
    """Where to send a file; over 100 MB, by parts. :raises InvalidArgument: one that the field does not take."""
    filename = checked_upload_name(name)
    promises.checked_size(size, rules.max_size)
    now, mark = timezone.now(), new_receipt()
    key = key_for(timezone.localtime(now).strftime(rules.folder), filename, mark)
    kind = storage_of(rules.storage).upload_headers(key, promises.said_type(content_type))["content-type"]
    if not is_taken(rules.types, filename, kind):
        raise InvalidArgument(
            f"content_type={kind!r} is not taken here; allowed are {', '.join(rules.types)}.",
            field="content_type",
            value=kind,
        )
    ends_at = promises.end_of_ticket(now)
    made = Promise(rules.storage, key, size, size, (kind,), rules.owner, ends_at, filename=filename, mark=mark)
    facts = {"upload": True, "size": size, "filename": filename}
    if size > SINGLE_PUT_LIMIT:
        made = sending.initiated(made)
        _record(Action.ISSUED, made, by, client, facts)
        return Begun(promises.seal(made), None, {}, made.part_size, made.parts)
    link = sending.put_link(made, md5=inputs.checked_md5("md5", md5), expires_in=LINK_LIFETIME)
    _record(Action.ISSUED, made, by, client, facts, link)
    upload = sending.put_upload(made, link)
    return Begun(upload.ticket, link, upload.headers)


def sign_parts(rules: Rules, ticket: str, numbers: Iterable[int]) -> list[SignedPart]:
    """Links for parts. :raises BadTicket, InvalidArgument: see ``services.uploads``."""
    return sending.part_links(_opened(rules, ticket), numbers, expires_in=LINK_LIFETIME)


def arrived_parts(rules: Rules, ticket: str) -> list[Part]:
    """The parts that are there. :raises BadTicket, NotArrived: see ``services.uploads``."""
    return arriving.parts_of(_opened(rules, ticket))


def complete(
    rules: Rules, ticket: str, *, etags: Mapping[int, str], by: Any = None, client: Client | None = None
) -> str:
    """The value for the form of a file that has arrived.

    :raises NotArrived, BrokenPromise, BadTicket: see ``services.uploads``.
    """
    made = _opened(rules, ticket)
    if made.upload_id:
        arriving.join(made, etags)
    info = arriving.arrival(made).info
    _record(Action.UPLOADED, made, by, client, {"size": info.size, "filename": made.filename})
    facts = {"of": made.owner, "key": made.key, "filename": made.filename, "size": info.size, "type": info.content_type}
    return signing.dumps(facts, key=conf.token_keys[0], salt=_VALUE)


def abort(rules: Rules, ticket: str) -> None:
    """Give it up."""
    made = _opened(rules, ticket)
    arriving.discard(made)
    arriving.remove(made, made.key)


def uploaded(rules: Rules, value: str) -> Uploaded:
    """The file that a form's value stands for. :raises BadTicket: it is none that this field has taken."""
    facts = _loaded(value, _VALUE, promises.TICKET_LIFE)
    if facts["of"] != rules.owner:
        raise BadTicket("is somebody else's")
    found = Uploaded(facts["key"])
    found.filename, found.size, found.content_type = facts["filename"], facts["size"], facts["type"]
    return found


def _loaded(text: str, salt: str, life: timedelta) -> dict[str, Any]:
    keys = conf.token_keys
    try:
        facts: dict[str, Any] = signing.loads(text, key=keys[0], salt=salt, fallback_keys=list(keys[1:]), max_age=life)
    except signing.SignatureExpired:
        raise BadTicket("is too old") from None
    except (signing.BadSignature, TypeError, ValueError):
        raise BadTicket("is none of ours") from None
    return facts


def _opened(rules: Rules, ticket: str) -> Promise:
    return promises.unseal(ticket, rules.owner, timezone.now())


def _record(
    action: Action, made: Promise, by: Any, client: Client | None, data: Any, link: PresignedURL | None = None
) -> None:
    with atomic():
        audit.record(action, actor=by, client=client, storage=made.storage, key=made.key, link=link, data=data)
