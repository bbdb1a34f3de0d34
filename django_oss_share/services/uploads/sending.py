"""The links and forms by which a promised upload is sent. What is promised is in their signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...oss import InvalidArgument, PresignedPost, PresignedURL
from ...oss.signing.v4 import is_signed_by_default
from ...oss.writer import MAX_PARTS, MIN_PART_SIZE, PART_SIZE
from ...storage import OSSStorage
from ..objects import storage_of
from .promises import MAX_PUT, Promise, checked_size, seal

#: Of the header that marks an object as arrived by one upload.
MARK = "x-oss-meta-upload"
_FORBID = "x-oss-forbid-overwrite"
_ACL = "x-oss-object-acl"
#: Parts whose links are made at once.
MAX_SIGNED = 1000


@dataclass(frozen=True, slots=True)
class PutUpload:
    """An upload by one request: PUT the bytes to ``link.url``.

    :ivar ticket: for :func:`complete`. :ivar key: where it will be.
    """

    ticket: str = field(repr=False)
    key: str
    link: PresignedURL

    @property
    def headers(self) -> dict[str, str]:
        """What to send with it, byte for byte; browsers add the length by themselves, and let nobody else do it."""
        return {name: value for name, value in self.link.signed_headers.items() if name != "content-length"}


@dataclass(frozen=True, slots=True)
class FormUpload:
    """An upload by an HTML form: POST ``post.fields`` and then ``file`` to ``post.url``.

    :ivar key: where it will be, or ending in ``${filename}``: below which folder.
    """

    ticket: str = field(repr=False)
    key: str
    post: PresignedPost


@dataclass(frozen=True, slots=True)
class MultipartUpload:
    """An upload by parts, of ``part_size`` bytes each but the last, numbered from 1 to ``parts``."""

    ticket: str = field(repr=False)
    key: str
    part_size: int
    parts: int


@dataclass(frozen=True, slots=True)
class SignedPart:
    """Where to PUT one part of exactly ``size`` bytes; the answer's ETag is its MD5."""

    number: int
    size: int
    link: PresignedURL


def put_link(promise: Promise, *, md5: str, expires_in: int) -> PresignedURL:
    """A link that takes what was promised, and nothing else.

    :raises InvalidArgument: the storage signs by V1, which fixes no length, and no MD5 is there to fix it.
    """
    storage = storage_of(promise.storage)
    if storage.signature_version == "v1" and not md5:
        raise InvalidArgument("md5 is missing: a signature of V1 fixes a size by the MD5 alone.", field="md5")
    headers = object_headers(storage, promise)
    if md5:
        headers["content-md5"] = md5
    return _bound(storage, promise.key, {**headers, "content-length": str(promise.most)}, expires_in)


def post_form(promise: Promise, *, expires_in: int, redirect: str) -> PresignedPost:
    """A form that takes what was promised; every field that could widen it is fixed."""
    storage = storage_of(promise.storage)
    single = promise.types[0] if len(promise.types) == 1 else ""
    fields = object_headers(storage, promise)
    # Another field of this name would make the object public.
    fields.setdefault(_ACL, "default")
    conditions: list[Any] = [["content-length-range", promise.least, promise.most]]
    if not single:
        del fields["content-type"]
    if len(promise.types) > 1:
        conditions.append(["in", "$content-type", list(promise.types)])
    fields |= {"success_action_redirect": redirect} if redirect else {"success_action_status": "200"}
    key = promise.key + "${filename}" if promise.key.endswith("/") else promise.key
    return storage.presign_post(key, expires_in=expires_in, conditions=conditions, fields=fields)


def initiated(promise: Promise, *, part_size: int | None = None) -> Promise:
    """The promise with OSS's id of an upload by parts, which this begins.

    :raises InvalidArgument: a part size of under 100 KiB, or over 5 GiB. :raises ServiceError: OSS says no.
    """
    least = -(-promise.most // MAX_PARTS)
    wanted = PART_SIZE if part_size is None else checked_size(part_size, MAX_PUT, "part_size", MIN_PART_SIZE)
    size = max(wanted, least)
    storage = storage_of(promise.storage)
    headers = object_headers(storage, promise)
    upload_id = storage.client.initiate(storage.object_key(promise.key), headers)
    return replace(promise, upload_id=upload_id, part_size=size)


def part_links(promise: Promise, numbers: Iterable[int], *, expires_in: int) -> list[SignedPart]:
    """Links for parts of an upload, each of which takes a body of the part's own length.

    :raises InvalidArgument: over 1,000 numbers, or one that the upload has not.
    """
    chosen = list(numbers)
    if len(chosen) > MAX_SIGNED:
        raise InvalidArgument(f"parts has {len(chosen)} numbers; allowed are {MAX_SIGNED} at once.", field="parts")
    for number in chosen:
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= promise.parts:
            raise InvalidArgument(
                f"parts: {number!r} is no part of this upload; allowed are 1 to {promise.parts}.",
                field="parts",
                value=number,
            )
    return [_part(promise, number, expires_in) for number in dict.fromkeys(chosen)]


def put_upload(promise: Promise, link: PresignedURL) -> PutUpload:
    return PutUpload(seal(promise), promise.key, link)


def multipart_upload(promise: Promise) -> MultipartUpload:
    return MultipartUpload(seal(promise), promise.key, promise.part_size, promise.parts)


def _part(promise: Promise, number: int, expires_in: int) -> SignedPart:
    size = promise.size_of_part(number)
    query = {"partNumber": number, "uploadId": promise.upload_id}
    link = _bound(storage_of(promise.storage), promise.key, {"content-length": str(size)}, expires_in, query)
    return SignedPart(number, size, link)


def object_headers(storage: OSSStorage, promise: Promise) -> dict[str, str]:
    """What is stored with the object: what the storage would store, the type that was promised, and our mark."""
    headers = storage.upload_headers(promise.key, promise.types[0] if len(promise.types) == 1 else "")
    headers.pop(_FORBID, None)
    return {**headers, MARK: promise.mark, **({} if promise.overwrite else {_FORBID: "true"})}


def completion_headers(storage: OSSStorage, promise: Promise) -> dict[str, str]:
    """Of those, what OSS reads when parts are joined."""
    headers = object_headers(storage, promise)
    return {name: headers[name] for name in (_FORBID, _ACL) if name in headers}


def _bound(
    storage: OSSStorage, key: str, headers: Mapping[str, str], expires_in: int, query: Mapping[str, Any] | None = None
) -> PresignedURL:
    """A PUT that has to be sent with exactly these headers, as far as the signature knows how to say so."""
    by_name = [] if storage.signature_version == "v1" else [name for name in headers if not is_signed_by_default(name)]
    return storage.presign(
        key, method="PUT", expires_in=expires_in, parameters=query, headers=headers, additional_headers=by_name
    )
