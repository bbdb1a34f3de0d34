"""Uploads by users of the site and by code: permission, reach, and what the audit says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from ...models import Action
from ...oss import InvalidArgument, PresignedURL
from .. import audit, inputs
from ..clients import Client
from ..errors import NotAllowed
from ..objects import storage_of
from ..policy import UPLOAD
from ..presigning import checked_seconds
from ..reach import require_reach
from ..transactions import atomic
from . import arriving, promises, sending
from .arriving import Arrival
from .promises import MAX_MULTIPART, MAX_PUT, Promise, end_of_ticket
from .sending import FormUpload, MultipartUpload, PutUpload, SignedPart

if TYPE_CHECKING:
    from ...oss.client import Part

_FILENAME = "${filename}"


def put(
    key: str,
    *,
    size: int,
    content_type: str = "",
    md5: str = "",
    storage: str = "default",
    expires_in: int = 600,
    overwrite: bool = False,
    by: Any = None,
    client: Client | None = None,
) -> PutUpload:
    """A link to PUT one object of exactly ``size`` bytes, up to 5 GiB, to ``key``.

    :param content_type: by default, what the name says. :param md5: of the content, as ``Content-MD5`` has it.
    :param expires_in: seconds, 60 to ``OSS_SHARE["MAX_PRESIGN"]``.
    :param overwrite: whether it may take the place of an object that is there.
    :raises NotAllowed: ``by`` may not upload, or not there. :raises InvalidArgument: a bad input, named.
    """
    seconds, md5 = checked_seconds(expires_in), inputs.checked_md5("md5", md5)
    made = _promise(storage, key, promises.checked_size(size, MAX_PUT), content_type, overwrite, by)
    link = sending.put_link(made, md5=md5, expires_in=seconds)
    _record(Action.ISSUED, made, by, client, link=link, data={"upload": True, "size": size})
    return sending.put_upload(made, link)


def form(
    key: str,
    *,
    max_size: int,
    min_size: int = 1,
    content_types: Iterable[str] = (),
    storage: str = "default",
    expires_in: int = 600,
    redirect: str = "",
    by: Any = None,
    client: Client | None = None,
) -> FormUpload:
    """A form that stores one file at ``key``, or under its own name below a folder, ``"in/${filename}"``.

    :param content_types: of which the form names one; empty: any. :param redirect: where the browser goes after it.
    :raises NotAllowed, InvalidArgument: as :func:`put`.
    """
    seconds, redirect = checked_seconds(expires_in), promises.checked_redirect(redirect)
    types = promises.checked_types(content_types)
    promises.checked_size(max_size, MAX_PUT, "max_size")
    promises.checked_size(min_size, max_size, "min_size", least=0)
    place = key.removesuffix(_FILENAME) if isinstance(key, str) else key
    checked = inputs.checked_prefix(place) if place != key else _checked_object_key(key)
    _require(by, storage, checked)
    made = Promise(storage, checked, min_size, max_size, types, _owner(by), end_of_ticket(timezone.now()))
    post = sending.post_form(made, expires_in=seconds, redirect=redirect)
    _record(Action.ISSUED, made, by, client, data={"upload": True, "max_size": max_size, "form": True})
    return FormUpload(promises.seal(made), key, post)


def begin(
    key: str,
    *,
    size: int,
    content_type: str = "",
    storage: str = "default",
    part_size: int | None = None,
    overwrite: bool = False,
    by: Any = None,
    client: Client | None = None,
) -> MultipartUpload:
    """Begin an upload of ``size`` bytes by parts; 8 MiB each, or as much more as it takes to be 10,000 at most.

    :raises NotAllowed, InvalidArgument: as :func:`put`. :raises ServiceError: OSS says no.
    """
    made = _promise(storage, key, promises.checked_size(size, MAX_MULTIPART), content_type, overwrite, by)
    made = sending.initiated(made, part_size=part_size)
    _record(Action.ISSUED, made, by, client, data={"upload": True, "size": size, "parts": made.parts})
    return sending.multipart_upload(made)


def sign_parts(ticket: str, numbers: Iterable[int], *, expires_in: int = 600, by: Any = None) -> list[SignedPart]:
    """Links for parts, up to 1,000 at once; ask anew for those that ran out, or whose part has to be sent again.

    :raises BadTicket: see there. :raises InvalidArgument: a number that the upload has not.
    """
    return sending.part_links(_multipart(ticket, by), numbers, expires_in=checked_seconds(expires_in))


def arrived_parts(ticket: str, *, by: Any = None) -> list[Part]:
    """The parts that are there: what an upload that broke off need not send again.

    :raises BadTicket: see there. :raises NotArrived: the upload is over.
    """
    return arriving.parts_of(_multipart(ticket, by))


def complete(
    ticket: str,
    *,
    key: str | None = None,
    etags: Mapping[int, str] | None = None,
    by: Any = None,
    client: Client | None = None,
    now: datetime | None = None,
) -> Arrival:
    """Join the parts, if it was sent by parts, and look at what arrived. A second time finds the same.

    :param key: of a form for any name below a folder, which file. :param etags: of the parts, by number, to compare.
    :raises NotArrived: nothing, or not all of it; it can still be sent.
    :raises BrokenPromise: it is not what was promised, and was removed.
    :raises BadTicket, InvalidArgument: see there. :raises ObjectExists: something else took the key meanwhile.
    """
    made = _opened(ticket, by, now)
    if made.upload_id:
        arriving.join(made, etags)
    arrived = arriving.arrival(made, key)
    facts = {"size": arrived.info.size, "content_type": arrived.info.content_type, "etag": arrived.info.etag}
    with atomic():
        audit.record(Action.UPLOADED, actor=by, client=client, storage=made.storage, key=arrived.key, data=facts)
    return arrived


def abort(ticket: str, *, by: Any = None) -> None:
    """Give an upload up: the parts that are there are dropped. What was joined before stays."""
    arriving.discard(_opened(ticket, by))


def may_upload(user: Any) -> bool:
    """Whether the user may upload straight into buckets."""
    return bool(user.has_perm(UPLOAD))


def _promise(storage: str, key: str, size: int, content_type: str, overwrite: bool, by: Any) -> Promise:
    checked = _checked_object_key(key)
    _require(by, storage, checked)
    headers = storage_of(storage).upload_headers(checked, promises.checked_type(content_type))
    types = (headers["content-type"],)
    return Promise(storage, checked, size, size, types, _owner(by), end_of_ticket(timezone.now()), overwrite)


def _checked_object_key(key: str) -> str:
    if inputs.checked_key(key).endswith("/"):
        raise InvalidArgument(f"key={key!r} names a folder; give the name of a file.", field="key", value=key)
    return key


def _require(by: Any, storage: str, key: str) -> None:
    if by is not None and not may_upload(by):
        raise NotAllowed(f"{by.get_username() or 'An anonymous user'} lacks the permission {UPLOAD!r}.")
    require_reach(by, storage, key)


def _owner(by: Any) -> str:
    return "code" if by is None else f"user {by.pk}"


def _opened(ticket: str, by: Any, now: datetime | None = None) -> Promise:
    """The promise, if the user still may; :raises BadTicket, NotAllowed: otherwise."""
    made = promises.unseal(ticket, _owner(by), now or timezone.now())
    _require(by, made.storage, made.key)
    return made


def _multipart(ticket: str, by: Any) -> Promise:
    made = _opened(ticket, by)
    if not made.upload_id:
        raise InvalidArgument("upload: this one is not sent by parts.", field="upload")
    return made


def _record(
    action: Action, made: Promise, by: Any, client: Client | None, *, data: Any, link: PresignedURL | None = None
) -> None:
    with atomic():
        audit.record(action, actor=by, client=client, storage=made.storage, key=made.key, link=link, data=data)
