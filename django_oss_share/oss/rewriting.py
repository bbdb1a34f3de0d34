"""An object's headers changed, which OSS does by copying it onto itself: all else is to stay as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import alibabacloud_oss_v2 as sdk

from . import client
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

    def obstacle(self, headers: Mapping[str, str]) -> str:
        """Why it cannot be copied onto itself with these headers, in one sentence; "" if it can."""
        storage_class = self.headers.get("x-oss-storage-class", "")
        if self.type == "Symlink":
            return "It is a symbolic link, whose headers are those of the object that it points to; change that one."
        if self.type == "Appendable":
            return "It is an appendable object, to which nothing could be appended any more; upload it anew instead."
        if storage_class in _ARCHIVED:
            return f"It is in the class {storage_class}: restore it, and move it to Standard or IA first."
        if not all(value.isascii() for value in headers.values()):
            return "It has metadata beyond ASCII, which no request can carry back unchanged; upload it anew instead."
        return ""


class RewritingClient(AccessClient):
    """Changes headers of the objects of one bucket."""

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

    def rewrite(self, stored: Stored, headers: Mapping[str, str]) -> None:
        """Give ``stored`` these headers instead, and keep its ACL and tags.

        In a bucket that keeps versions, the copy is a new one, and the latest.

        :raises ObjectChanged: it was replaced in between; nothing was done.
        :raises PermissionDenied: the credentials lack ``oss:GetObjectAcl``, ``oss:PutObjectAcl``, ``oss:PutObject`` or,
            of an object with tags, ``oss:GetObjectTagging`` and ``oss:PutObjectTagging``.
        """
        sent = {**headers, "x-oss-object-acl": self.object_acl(stored.key)}
        if stored.size <= client._MAX_COPY:
            self._copy_whole(stored, sent)
        else:
            if stored.has_tags:
                sent["x-oss-tagging"] = self._tagging(stored.key)
            self._copy_by_parts(stored.key, stored.key, stored.size, sent, if_match=stored.etag)

    def rewritten(self, stored: Stored) -> Stored:
        """What ``stored`` is now that it was rewritten.

        :raises CorruptTransfer: the copy has another CRC-64, or somebody wrote at the same moment.
        """
        after = self.stored(stored.key)
        # Objects that are older than CRCs have none.
        if stored.crc64 and after.crc64 != stored.crc64:
            raise CorruptTransfer(
                f"CopyObject oss://{self.bucket}/{stored.key}: the copy has other bytes than the original had: "
                "somebody else wrote it at the same moment, or it was damaged; look at it."
            )
        return after

    def _copy_whole(self, stored: Stored, headers: Mapping[str, str]) -> None:
        # Not by its version: what came after that would be hidden behind the copy.
        request = sdk.CopyObjectRequest(
            self.bucket,
            stored.key,
            source_key=stored.key,
            if_match=stored.etag,
            metadata_directive="REPLACE",
            tagging_directive="COPY",
            headers=dict(headers),
        )
        with self._translated("CopyObject", stored.key):
            self._sdk.copy_object(request, readwrite_timeout=client.COPY_TIMEOUT)

    def _tagging(self, key: str) -> str:
        with self._translated("GetObjectTagging", key):
            result = self._sdk.get_object_tagging(sdk.GetObjectTaggingRequest(self.bucket, key))
        return urlencode([(tag.key, tag.value or "") for tag in result.tag_set.tags or ()])
