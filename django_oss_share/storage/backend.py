"""The storage backend."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings as django_settings
from django.core.files.base import File
from django.utils import timezone
from storages.compress import GzipCompressionWrapper

from ..oss.errors import ObjectExists, ObjectNotFound
from ..oss.validate import check_key
from . import headers as write
from .charset import with_charset
from .delivering import DeliveringStorage
from .files import OSSFile, byte_source, can_rewind
from .names import NAMELESS, clean_location, clean_name
from .values import DEFAULT_PART_SIZE

if TYPE_CHECKING:
    from ..oss.client import BucketClient
    from ..oss.streams import ObjectReader, ObjectWriter

_Connection = TypeVar("_Connection")

# Names to try, each of which somebody else may take first.
_SAVE_ATTEMPTS = 5


class OSSStorage(DeliveringStorage):
    """Objects of one bucket; ``url()`` signs without touching the network.

    Options are listed in the settings reference; each may also be set as an attribute of a subclass. They are read
    once, at construction; only ``location`` may be a property that changes, such as with the tenant.

    :raises StorageMisconfigured: an option that is unknown, missing or out of range, at construction.
    """

    _client_of: tuple[int, BucketClient] | None = None

    @property
    def client(self) -> BucketClient:
        """The bucket, by the official SDK; made at the first use, and anew after a fork."""
        if self._client_of is None or self._client_of[0] != os.getpid():
            from ..oss.client import BucketClient

            self._client_of = os.getpid(), self.connected(BucketClient)
        return self._client_of[1]

    def connected(self, kind: Callable[..., _Connection]) -> _Connection:
        """A new client of the bucket, where Django itself reads and writes.

        :param kind: :class:`~django_oss_share.oss.client.BucketClient`, or what is made of the same arguments.
        """
        return kind(
            self._credentials,
            self._io_endpoint,
            self.bucket_name,
            signature_version=self.signature_version,
            verify=True if self.verify is None else self.verify,
            proxies=self.proxies,
        )

    def _open(self, name: str, mode: str = "rb") -> OSSFile:
        return OSSFile(self, name, mode)

    def open_reader(self, name: str) -> ObjectReader:
        """The stored bytes of ``name``; :raises ObjectNotFound: there are none."""
        from ..oss.streams import ObjectReader

        return ObjectReader(self.client, self._key(name))

    def open_writer(self, name: str) -> ObjectWriter:
        """Where to write the bytes of ``name``."""
        from ..oss.streams import ObjectWriter

        key = check_key(self._key(name))
        return ObjectWriter(
            self.client, key, self._headers(key, None), part_size=self.max_memory_size or DEFAULT_PART_SIZE
        )

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """As Django has it; with ``file_overwrite=False`` no two savers ever share a name.

        :raises ObjectExists: somebody else took the name first, and ``content`` cannot be read a second time.
        """
        for _ in range(_SAVE_ATTEMPTS - 1):
            try:
                return str(super().save(name, content, max_length=max_length))
            except ObjectExists:
                if not can_rewind(content):
                    raise
        return str(super().save(name, content, max_length=max_length))

    def _save(self, name: str, content: File[Any]) -> str:
        from ..oss.writer import upload

        cleaned = clean_name(name)
        key = self._key(cleaned)
        headers = self._headers(key, content)
        body = byte_source(content)
        if self.detect_charset:
            headers["content-type"] = with_charset(headers["content-type"], body)
        if self.gzip and "content-encoding" not in headers and self._is_compressible(headers):
            headers["content-encoding"] = "gzip"
            body = GzipCompressionWrapper(body)
        upload(self.client, key, body, headers, **(self.transfer_config or {}))
        return cleaned

    def _headers(self, key: str, content: object) -> dict[str, str]:
        parameters = self.get_object_parameters(key)
        headers = write.write_headers(parameters, name=key, content=content, default_acl=self.default_acl)
        if not self.file_overwrite:
            headers["x-oss-forbid-overwrite"] = "true"
        return headers

    def upload_headers(self, name: str, content_type: str = "") -> dict[str, str]:
        """What whoever stores ``name`` straight into the bucket has to send, for it to be as :meth:`save` stores it.

        :param content_type: what the upload says of itself; what makes no sense gives way to a guess from the name.
        """
        return self._headers(self._key(name), SimpleNamespace(content_type=content_type))

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """What to store with an object; ``object_parameters``, unless a subclass says otherwise for some.

        :param name: with the location in front, as S3Storage has it.
        """
        return dict(self.object_parameters)

    def _is_compressible(self, headers: Mapping[str, str]) -> bool:
        return headers["content-type"].partition(";")[0].strip() in self.gzip_content_types

    def delete(self, name: str) -> None:
        """Remove the object; in a bucket with versioning, hide it behind a delete marker.

        :raises ValueError: an empty name.
        """
        self.client.delete(self._key(name))

    def exists(self, name: str) -> bool:
        """Whether there is an object of exactly that name; asks OSS.

        :raises PermissionDenied, ServiceError: OSS does not tell.
        """
        try:
            self.client.head(self._key(name))
        except ObjectNotFound:
            return False
        return True

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Names of the folders and of the files directly below ``path``; every page is read.

        Keys with an empty, ``.`` or ``..`` segment, which no name leads to, are left out.

        :raises IncompleteListing: OSS broke the list off.
        """
        prefix = self._prefix + clean_location(path)
        folders: list[str] = []
        files: list[str] = []
        for page in self.client.pages(prefix, delimiter="/"):
            folders += [folder[len(prefix) : -1] for folder in page.prefixes]
            # An object of the folder's own name is how consoles make an empty folder; it is the empty name here.
            files += [key[len(prefix) :] for key in page.keys]
        return [name for name in folders if name not in NAMELESS], [name for name in files if name not in NAMELESS]

    def size(self, name: str) -> int:
        """Bytes, as stored; :raises ObjectNotFound: there is no such object."""
        return self.client.head(self._key(name)).size

    def get_modified_time(self, name: str) -> datetime:
        """When the object was last written; aware with ``USE_TZ``, else naive in the local time zone.

        :raises ObjectNotFound: there is no such object.
        """
        modified = self.client.head(self._key(name)).modified
        return modified if django_settings.USE_TZ else timezone.make_naive(modified)

    # Names that are free

    def is_name_available(self, name: str, max_length: int | None = None) -> bool:
        """As Django has it, but that with ``file_overwrite`` a name that is taken is available too."""
        if self.file_overwrite:
            return max_length is None or len(name) <= max_length
        return bool(super().is_name_available(name, max_length))

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return str(super().get_available_name(clean_name(name), max_length))
