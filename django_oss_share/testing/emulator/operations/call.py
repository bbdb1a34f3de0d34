"""What an operation is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..access import authorize_object
from ..accounts import Accounts, Identity
from ..errors import invalid_argument
from ..faults import Fault, Kind
from ..request import Request
from ..store import Bucket, Store


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was authenticated and allowed.

    :ivar now: milliseconds since 1970, by the emulator's clock.
    :ivar force_download: whether objects are sent as attachments unless a custom domain is asked, as OSS does for
        buckets made since 2022.
    :ivar faults: what is to go wrong on the way.
    """

    request: Request
    store: Store
    accounts: Accounts
    identity: Identity
    now: int
    custom_domain: bool
    force_download: bool
    faults: Mapping[Kind, Fault]

    @property
    def bucket(self) -> str:
        """Its name; only for operations on a bucket or an object."""
        if self.request.bucket is None:
            raise LookupError("This operation has no bucket.")
        return self.request.bucket

    @property
    def key(self) -> str:
        """Only for operations on an object."""
        if self.request.key is None:
            raise LookupError("This operation has no key.")
        return self.request.key

    def found_bucket(self) -> Bucket:
        """:raises OSSError: NoSuchBucket."""
        return self.store.buckets.get(self.bucket)

    def authorize(self, operation: str, bucket: str, key: str, version_id: str | None = None) -> None:
        """Return if whoever asks may do that to another object than the request's own.

        :raises OSSError: AccessDenied, or NoSuchBucket.
        """
        authorize_object(self.store, self.accounts, self.identity, self.request, operation, bucket, key, version_id)

    def header(self, name: str) -> str | None:
        return self.request.headers.get(name)

    def number(self, name: str, default: int, maximum: int) -> int:
        """A query parameter as an int of 0 to ``maximum``.

        :raises OSSError: InvalidArgument.
        """
        return number(name, self.request.param(name), default, maximum)


def number(name: str, value: str | None, default: int, maximum: int) -> int:
    """``value`` as an int of 0 to ``maximum``.

    :raises OSSError: InvalidArgument.
    """
    if not value:
        return default
    if not (is_number(value) and int(value) <= maximum):
        raise invalid_argument(f"Argument {name} must be an integer between 0 and {maximum}.", name, value)
    return int(value)


def is_number(text: str) -> bool:
    """Whether ``text`` is a whole number, of no more digits than anything here can have."""
    return text.isascii() and text.isdigit() and len(text) < 20
