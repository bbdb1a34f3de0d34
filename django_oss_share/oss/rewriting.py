"""An object's headers changed, which OSS does by copying it onto itself: all else is to stay as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import alibabacloud_oss_v2 as sdk

from .bucket_access import AccessClient
from .errors import CorruptTransfer

#: Headers that can be changed; an object may lack any of them but the first.
CHANGEABLE = ("content-type", "content-disposition", "cache-control")
#: Headers that a copy would lose, were they not sent along with it.
_KEPT = (
    *CHANGEABLE,
    "content-encoding",
    "content-language",
    "expires",
    "x-oss-storage-class",
    "x-oss-server-side-encryption",
    "x-oss-server-side-data-encryption",
    "x-oss-server-side-encryption-key-id",
)
_META = "x-oss-meta-"
# Classes whose objects have to be restored before they can be read, or copied.
_ARCHIVED = ("Archive", "ColdArchive", "DeepColdArchive")
# Seconds: OSS answers a copy when it is done.
_COPY_TIMEOUT = 300


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as OSS keeps it.

    :ivar size: bytes. :ivar headers: by lower-case names, those that a copy has to carry.
    :ivar type: ``Normal``, ``Multipart``, ``Appendable`` or ``Symlink``.
    """

    key: str
    size: int
    etag: str
    crc64: str
    version_id: str
    type: str
    headers: Mapping[str, str]
    has_tags: bool

    @property
    def obstacle(self) -> str:
        """Why it cannot be copied onto itself, in one sentence; "" if it can."""
        storage_class = self.headers.get("x-oss-storage-class", "")
        if self.type == "Symlink":
            return "It is a symbolic link, whose headers are those of the object that it points to; change that one."
        if self.type == "Appendable":
            return "It is an appendable object, to which nothing could be appended any more; upload it anew instead."
        if storage_class in _ARCHIVED:
            return f"It is in the class {storage_class}: restore it, and move it to Standard or IA first."
        if not all(value.isascii() for value in self.headers.values()):
            return "It has metadata beyond ASCII, which no request can carry back unchanged; upload it anew instead."
        return ""


class RewritingClient(AccessClient):
    """Changes headers of the objects of one bucket.

    :cvar whole_bytes: up to this size one request copies an object, as the vendor advises; larger ones go by parts.
    """

    whole_bytes = 1024**3
    part_bytes = 256 * 1024**2

    def stored(self, key: str) -> Stored:
        """:raises ObjectNotFound: there is none."""
        with self._translated("HeadObject", key):
            result = self._sdk.head_object(sdk.HeadObjectRequest(self.bucket, key))
        headers = {name.lower(): value for name, value in result.headers.items()}
        return Stored(
            key=key,
            size=int(result.content_length or 0),
            etag=result.etag or "",
            crc64=result.hash_crc64 or "",
            version_id=result.version_id or "",
            type=result.object_type or "",
            headers={name: value for name, value in headers.items() if name in _KEPT or name.startswith(_META)},
            has_tags=bool(result.tagging_count),
        )

    def rewrite(self, stored: Stored, headers: Mapping[str, str]) -> Stored:
        """Give ``stored`` these headers instead, and keep its ACL and tags; what it is then.

        In a bucket that keeps versions, the copy is a new one, and the latest.

        :raises ObjectChanged: it was replaced in between; nothing was done.
        :raises PermissionDenied: the credentials lack ``oss:GetObjectAcl``, ``oss:PutObjectAcl``, ``oss:PutObject`` or,
            of an object with tags, ``oss:GetObjectTagging`` and ``oss:PutObjectTagging``.
        :raises CorruptTransfer: the copy has another CRC-64, or somebody wrote at the same moment.
        """
        sent = {**headers, "x-oss-object-acl": self.object_acl(stored.key)}
        if stored.size <= self.whole_bytes:
            self._copy(stored, sent)
        else:
            self._copy_by_parts(stored, sent)
        after = self.stored(stored.key)
        if after.crc64 != stored.crc64:
            raise CorruptTransfer(
                f"CopyObject oss://{self.bucket}/{stored.key}: the copy has other bytes than the original had: "
                "somebody else wrote it at the same moment, or it was damaged; look at it."
            )
        return after

    def _copy(self, stored: Stored, headers: Mapping[str, str]) -> None:
        request = sdk.CopyObjectRequest(
            self.bucket,
            stored.key,
            **self._source(stored),
            metadata_directive="REPLACE",
            tagging_directive="COPY",
            headers=dict(headers),
        )
        with self._translated("CopyObject", stored.key):
            self._sdk.copy_object(request, readwrite_timeout=_COPY_TIMEOUT)

    def _copy_by_parts(self, stored: Stored, headers: Mapping[str, str]) -> None:
        tagging = {"x-oss-tagging": self._tagging(stored.key)} if stored.has_tags else {}
        upload_id = self.initiate(stored.key, {**headers, **tagging})
        try:
            etags = self._copied_parts(stored, upload_id)
            self.complete(stored.key, upload_id, etags, {})
        except BaseException:
            self.abort(stored.key, upload_id)
            raise

    def _copied_parts(self, stored: Stored, upload_id: str) -> list[str]:
        size = max(self.part_bytes, -(-stored.size // 10_000))
        etags = []
        for number, start in enumerate(range(0, stored.size, size), 1):
            request = sdk.UploadPartCopyRequest(
                self.bucket,
                stored.key,
                part_number=number,
                upload_id=upload_id,
                **self._source(stored),
                source_range=f"bytes={start}-{min(start + size, stored.size) - 1}",
            )
            with self._translated("UploadPartCopy", stored.key):
                etags.append(str(self._sdk.upload_part_copy(request, readwrite_timeout=_COPY_TIMEOUT).etag))
        return etags

    def _source(self, stored: Stored) -> dict[str, Any]:
        # Not by its version: what came after that would be hidden behind the copy.
        return {"source_bucket": self.bucket, "source_key": stored.key, "if_match": stored.etag}

    def _tagging(self, key: str) -> str:
        with self._translated("GetObjectTagging", key):
            result = self._sdk.get_object_tagging(sdk.GetObjectTaggingRequest(self.bucket, key))
        return urlencode([(tag.key, tag.value or "") for tag in result.tag_set.tags or ()])
