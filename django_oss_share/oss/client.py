"""The official SDK behind a small face: one bucket, plain arguments, our errors. Lists are read without it.

Whatever imports the SDK (this module, and those of its further subclasses) costs half a second: import it where
objects are read or written, never where links are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import SEEK_SET, RawIOBase
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import alibabacloud_oss_v2 as sdk
import requests
import urllib3
from alibabacloud_oss_v2.transport import RequestsHttpClient

from .crc import crc64
from .credentials import Credentials, CredentialsSource, as_retriever, check_retrieved
from .endpoints import Endpoint
from .errors import CorruptTransfer, OSSShareError, Unreachable
from .listed import ListedPage
from .listing import BucketLister
from .refusals import refusal
from .retry import TRIES
from .session import CONNECT_TIMEOUT, READ_TIMEOUT, Session
from .validate import check_bucket, check_key

# Bytes; the SDK's own 16 KiB halves the speed of a download on a fast network.
_BLOCK_SIZE = 256 * 1024
# Bytes of the largest object that OSS copies in one request, and of the parts that larger ones are copied by.
_MAX_COPY = 1024**3
_COPY_PART = 512 * 1024**2
#: Seconds: OSS answers a copy when it is done.
COPY_TIMEOUT = 300
# Parts of one page of their list; OSS gives no more.
_PARTS_PAGE = 1000


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What OSS says of an object.

    :ivar size: bytes, as stored.
    :ivar modified: aware UTC.
    :ivar crc64: CRC-64/ECMA of the stored bytes, or None for objects older than that header.
    :ivar content_encoding: such as ``gzip``, or "".
    :ivar metadata: what its uploader said of it in ``x-oss-meta-…`` headers, by names without that.
    """

    size: int
    etag: str
    modified: datetime
    content_type: str
    content_encoding: str
    crc64: int | None
    version_id: str | None
    storage_class: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object, or the marker that hides it.

    :ivar size: bytes; None for a marker. :ivar modified: aware UTC.
    """

    version_id: str
    is_latest: bool
    modified: datetime
    size: int | None
    etag: str = ""
    storage_class: str = ""

    @property
    def is_marker(self) -> bool:
        return self.size is None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart upload, as it arrived; ``size`` in bytes."""

    number: int
    size: int
    etag: str


class BucketClient:
    """Reads and writes the objects of one bucket. Safe to share between threads, not across a fork.

    :param verify: whether to check TLS certificates, or the path of a CA bundle.
    :param proxies: by scheme, ``{"https": "http://proxy:3128"}``; the environment's by default.
    """

    def __init__(
        self,
        credentials: CredentialsSource,
        endpoint: Endpoint,
        bucket: str,
        *,
        signature_version: str = "v4",
        verify: bool | str = True,
        proxies: Mapping[str, str] | None = None,
    ) -> None:
        self.bucket = check_bucket(bucket)
        self.endpoint = endpoint
        config = sdk.config.load_default()
        config.region = endpoint.region
        config.endpoint = endpoint.url
        config.signature_version = signature_version
        config.use_cname = endpoint.addressing == "cname"
        config.use_path_style = endpoint.addressing == "path"
        config.retry_max_attempts = TRIES
        # Checked here, by a CRC that is fifty times as fast.
        config.disable_upload_crc64_check = True
        config.credentials_provider = _ProviderAdapter(as_retriever(credentials))
        config.http_client = RequestsHttpClient(
            session=Session(verify),
            connect_timeout=CONNECT_TIMEOUT,
            readwrite_timeout=READ_TIMEOUT,
            proxy_host=dict(proxies) if proxies else None,
            block_size=_BLOCK_SIZE,
        )
        self._sdk = sdk.Client(config)
        self._lister = BucketLister(
            credentials, endpoint, bucket, signature_version=signature_version, verify=verify, proxies=proxies
        )

    def head(
        self, key: str, *, version_id: str | None = None, attempts: int = TRIES, timeout: float = READ_TIMEOUT
    ) -> ObjectInfo:
        """What the object is.

        :param timeout: seconds to wait for the answer to one try.
        :raises ObjectNotFound: there is none.
        """
        request = sdk.HeadObjectRequest(self.bucket, key, version_id=version_id)
        with self._translated("HeadObject", key):
            result = self._sdk.head_object(request, retry_max_attempts=attempts, readwrite_timeout=timeout)
        return _info(result, int(result.content_length or 0))

    def get(
        self,
        key: str,
        *,
        start: int = 0,
        if_match: str | None = None,
        version_id: str | None = None,
        attempts: int = TRIES,
    ) -> tuple[ObjectInfo, Iterator[bytes], Callable[[], None]]:
        """What the object is, its stored bytes from ``start`` on as they arrive, and how to hang up early.

        :param if_match: the ETag that the object must still have.
        :raises ObjectNotFound: there is none. :raises ObjectChanged: it has another ETag.
        """
        request = sdk.GetObjectRequest(
            self.bucket,
            key,
            version_id=version_id,
            if_match=if_match,
            range_header=f"bytes={start}-" if start else None,
            range_behavior="standard" if start else None,
        )
        with self._translated("GetObject", key):
            result = self._sdk.get_object(request, retry_max_attempts=attempts)
        if start and not (result.content_range or "").startswith(f"bytes {start}-"):
            result.body.close()
            raise CorruptTransfer(f"GetObject oss://{self.bucket}/{key}: asked for bytes {start}- and got others.")
        size = start + int(result.content_length or 0)
        return _info(result, size), self._blocks(key, result.body), result.body.close

    def _blocks(self, key: str, body: Any) -> Iterator[bytes]:
        with self._translated("GetObject", key):
            yield from body.iter_bytes(block_size=_BLOCK_SIZE)

    def put(
        self, key: str, body: bytes | IO[bytes] | RawIOBase, headers: Mapping[str, str], *, attempts: int = TRIES
    ) -> None:
        """Store ``body`` (bytes, or a seekable binary file from where it stands) in one request.

        :raises ObjectExists: ``x-oss-forbid-overwrite`` was among the headers, and the key was taken.
        :raises CorruptTransfer: another CRC-64 arrived; what had arrived is removed.
        Whatever reading ``body`` raises is raised as it is.
        """
        source = body if isinstance(body, bytes) else _Source(body)
        request = sdk.PutObjectRequest(self.bucket, key, body=source, headers=dict(headers))
        try:
            with self._translated("PutObject", key):
                result = self._sdk.put_object(request, retry_max_attempts=attempts)
        except Unreachable:
            if isinstance(source, _Source) and source.failure is not None:
                raise source.failure from None
            raise
        if _differs(result, crc64(source) if isinstance(source, bytes) else source.crc):
            self.delete(key)
            raise self._corrupt("PutObject", key)

    def delete(self, key: str) -> None:
        """Remove the object; none being there is no error, as in OSS."""
        with self._translated("DeleteObject", key):
            self._sdk.delete_object(sdk.DeleteObjectRequest(self.bucket, key))

    def page(
        self, prefix: str = "", *, delimiter: str = "", token: str | None = None, page_size: int = 1000
    ) -> ListedPage:
        """At most ``page_size`` (1 to 1,000) of the keys that start with ``prefix``, in the order of their UTF-8 bytes.

        :param token: the ``next_token`` of the page before.
        :raises IncompleteListing: OSS says that the list goes on, but not where.
        """
        return self._lister.page(prefix, delimiter=delimiter, token=token, page_size=page_size)

    def pages(self, prefix: str = "", *, delimiter: str = "", page_size: int = 1000) -> Iterator[ListedPage]:
        """All pages of :meth:`page`, one after the other.

        :raises IncompleteListing: OSS named no next page, or one that was there before; never a short list.
        """
        return self._lister.pages(prefix, delimiter=delimiter, page_size=page_size)

    def versions(self, key: str, *, limit: int = 100) -> list[Version]:
        """The latest versions of one object and its delete markers, the newest first, at most ``limit`` (1 to 1,000).

        In a bucket that never kept versions, the object itself, as the version ``null``.
        """
        request = sdk.ListObjectVersionsRequest(self.bucket, prefix=key, max_keys=limit, encoding_type="url")
        with self._translated("ListObjectVersions", key):
            result = self._sdk.list_object_versions(request)
        # Other keys that begin with this one come after it.
        found = [_version(entry) for entry in result.version or () if entry.key == key]
        found += [_marker(entry) for entry in result.delete_marker or () if entry.key == key]
        return sorted(found, key=lambda version: (version.is_latest, version.modified), reverse=True)

    def initiate(self, key: str, headers: Mapping[str, str]) -> str:
        """Begin a multipart upload; its id."""
        with self._translated("InitiateMultipartUpload", key):
            request = sdk.InitiateMultipartUploadRequest(self.bucket, key, headers=dict(headers))
            return str(self._sdk.initiate_multipart_upload(request).upload_id)

    def upload_part(self, key: str, upload_id: str, number: int, body: bytes) -> str:
        """Store part ``number`` (1 to 10,000); its ETag.

        :raises CorruptTransfer: another CRC-64 arrived.
        """
        request = sdk.UploadPartRequest(self.bucket, key, part_number=number, upload_id=upload_id, body=body)
        with self._translated("UploadPart", key):
            result = self._sdk.upload_part(request)
        if _differs(result, crc64(body)):
            raise self._corrupt("UploadPart", key)
        return str(result.etag)

    def parts(self, key: str, upload_id: str) -> list[Part]:
        """The parts that have arrived, in the order of their numbers; all pages of the list are read.

        :raises ServiceError: ``NoSuchUpload``; it was completed or aborted.
        """
        found: list[Part] = []
        marker = 0
        while True:
            request = sdk.ListPartsRequest(
                self.bucket, key, upload_id=upload_id, part_number_marker=marker, max_parts=_PARTS_PAGE
            )
            with self._translated("ListParts", key):
                result = self._sdk.list_parts(request)
            found += [Part(part.part_number, part.size, part.etag) for part in result.parts or ()]
            if not result.is_truncated or not result.parts:
                return found
            marker = found[-1].number

    def uploads(self, key: str) -> list[str]:
        """The ids of the multipart uploads to ``key`` that are under way, at most a thousand."""
        request = sdk.ListMultipartUploadsRequest(self.bucket, prefix=key, max_uploads=1000, encoding_type="url")
        with self._translated("ListMultipartUploads", key):
            result = self._sdk.list_multipart_uploads(request)
        return [str(upload.upload_id) for upload in result.uploads or () if upload.key == key]

    def complete(
        self,
        key: str,
        upload_id: str,
        etags: Sequence[str] | Mapping[int, str],
        headers: Mapping[str, str],
        *,
        attempts: int = TRIES,
    ) -> None:
        """Join the parts into the object.

        :param etags: of all parts in order; by their numbers where those leave some out.
        :raises ServiceError: ``NoSuchUpload`` also where an earlier try did it and its answer was lost.
        """
        numbered = etags if isinstance(etags, Mapping) else dict(enumerate(etags, 1))
        parts = [sdk.UploadPart(part_number=number, etag=etag) for number, etag in numbered.items()]
        request = sdk.CompleteMultipartUploadRequest(
            self.bucket,
            key,
            upload_id=upload_id,
            complete_multipart_upload=sdk.CompleteMultipartUpload(parts=parts),
            headers=dict(headers),
        )
        with self._translated("CompleteMultipartUpload", key):
            self._sdk.complete_multipart_upload(request, retry_max_attempts=attempts)

    def copy(self, source: str, key: str, size: int, headers: Mapping[str, str]) -> None:
        """Make another object of one of ``size`` bytes, within the bucket; nothing of it passes through here.

        :param headers: as for :meth:`initiate`; what an object of over 1 GiB, which is copied by parts, does not keep
            by itself.
        :raises ObjectNotFound: there is no ``source``. :raises ObjectExists: as :meth:`put`.
        """
        if size > _MAX_COPY:
            self._copy_by_parts(source, key, size, headers)
            return
        forbid = headers.get("x-oss-forbid-overwrite") == "true"
        request = sdk.CopyObjectRequest(self.bucket, key, source_key=source, forbid_overwrite=forbid)
        with self._translated("CopyObject", key):
            self._sdk.copy_object(request, readwrite_timeout=COPY_TIMEOUT)

    def _copy_by_parts(
        self, source: str, key: str, size: int, headers: Mapping[str, str], *, if_match: str | None = None
    ) -> None:
        upload_id = self.initiate(key, headers)
        try:
            starts = range(0, size, _COPY_PART)
            etags = [
                self._copied_part(source, key, upload_id, number, start, min(start + _COPY_PART, size), if_match)
                for number, start in enumerate(starts, 1)
            ]
            self.complete(key, upload_id, etags, headers)
        except BaseException:
            self.abort(key, upload_id)
            raise

    def _copied_part(
        self, source: str, key: str, upload_id: str, number: int, start: int, end: int, if_match: str | None
    ) -> str:
        request = sdk.UploadPartCopyRequest(
            self.bucket,
            key,
            part_number=number,
            upload_id=upload_id,
            source_key=source,
            source_range=f"bytes={start}-{end - 1}",
            if_match=if_match,
        )
        with self._translated("UploadPartCopy", key):
            return str(self._sdk.upload_part_copy(request, readwrite_timeout=COPY_TIMEOUT).etag)

    def abort(self, key: str, upload_id: str) -> None:
        """Drop the parts of an upload."""
        with self._translated("AbortMultipartUpload", key):
            self._sdk.abort_multipart_upload(sdk.AbortMultipartUploadRequest(self.bucket, key, upload_id=upload_id))

    def _corrupt(self, operation: str, key: str) -> CorruptTransfer:
        what = f"{operation} oss://{self.bucket}/{key}"
        return CorruptTransfer(f"{what}: the CRC-64 of what arrived is not that of what was sent.")

    @contextmanager
    def _translated(self, operation: str, key: str | None = None) -> Iterator[None]:
        """Our errors for the SDK's, whose texts and attributes hold request headers, the token among them.

        :param key: None for an operation on the bucket.
        """
        what = f"{operation} oss://{self.bucket}/{'' if key is None else check_key(key)}"
        try:
            yield
        except sdk.exceptions.OperationError as error:
            raise _translate(what, error) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise Unreachable(f"{what}: the answer broke off ({type(error).__name__}).") from None
        except (ParseError, sdk.exceptions.DeserializationError) as error:
            raise CorruptTransfer(f"{what}: the answer is not what OSS sends ({type(error).__name__}).") from None


class _Source:
    """A file to send, which remembers how it failed, for the SDK takes every failure for one of the network.

    :ivar crc: CRC-64 of what was read since the start.
    """

    def __init__(self, file: IO[bytes] | RawIOBase) -> None:
        self._file = file
        self._start = file.tell()
        self.tell = file.tell
        self.crc = 0
        self.failure: Exception | None = None

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        self._file.seek(offset, whence)
        position = self._file.tell()
        if position == self._start:
            self.crc = 0
        return position

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._file.read(size) or b""
        except Exception as error:
            self.failure = error
            raise
        self.crc = crc64(block, self.crc)
        return block


class _ProviderAdapter(sdk.credentials.CredentialsProvider):  # type: ignore[misc]
    def __init__(self, retrieve: Callable[[], Credentials]) -> None:
        self._retrieve = retrieve

    def get_credentials(self) -> sdk.credentials.Credentials:
        current = check_retrieved(self._retrieve())
        return sdk.credentials.Credentials(
            current.access_key_id, current.access_key_secret, current.security_token, current.expiration
        )


def _version(entry: Any) -> Version:
    return Version(
        entry.version_id,
        bool(entry.is_latest),
        entry.last_modified,
        entry.size,
        entry.etag or "",
        entry.storage_class or "",
    )


def _marker(entry: Any) -> Version:
    return Version(entry.version_id, bool(entry.is_latest), entry.last_modified, None)


def _differs(result: Any, crc: int) -> bool:
    """Whether OSS received something else than what has the CRC-64 ``crc``."""
    return result.hash_crc64 is not None and int(result.hash_crc64) != crc


def _info(result: Any, size: int) -> ObjectInfo:
    crc = result.hash_crc64
    return ObjectInfo(
        size=size,
        etag=result.etag or "",
        modified=result.last_modified,
        content_type=result.content_type or "",
        content_encoding=result.headers.get("Content-Encoding", ""),
        crc64=int(crc) if crc else None,
        version_id=result.version_id,
        storage_class=result.storage_class or "",
        metadata=dict(result.metadata or {}),
    )


def _innermost(error: Exception) -> Exception:
    """What happened, out of the SDK's wrappings."""
    while isinstance(inner := getattr(error, "_error", None), Exception):
        error = inner
    return error


def _translate(what: str, wrapped: sdk.exceptions.OperationError) -> Exception:
    error = _innermost(wrapped)
    # No answer was even asked for: what the source of the credentials raised, which this wrapping alone keeps aside.
    if isinstance(error, sdk.exceptions.CredentialsFetchError) and isinstance(error.__context__, Exception):
        return error.__context__
    if isinstance(error, OSSShareError):
        return error
    if not isinstance(error, sdk.exceptions.ServiceError):
        return Unreachable(f"{what}: no answer ({type(error).__name__}).")
    return refusal(
        what,
        status=error.status_code,
        code=error.code or "",
        message=error.message,
        request_id=error.request_id or "",
        ec=error.ec or "",
    )
