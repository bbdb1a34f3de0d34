"""One link, with all that is known of it before anybody is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from ...oss.reading import CDNSignature, Finding, Link, verify
from ...oss.reading.cdn_links import read_cdn_signature
from ...oss.reading.keys import read_key
from ...storage import OSSStorage
from ...storage.cdn import CDN
from ...storage.signers import cdn_of
from .known import Known, Signer

#: Seconds that a security token lives at most.
LONGEST_TOKEN = 43_200


@dataclass(eq=False)
class Case:
    """:ivar by: who asks, whose rights hold; None: code. :ivar notes: what is worth telling beside the cause."""

    link: Link
    known: Known
    now: datetime
    by: Any = None
    notes: list[str] = field(default_factory=list)

    @property
    def access_key_id(self) -> str:
        return self.link.signature.access_key_id if self.link.signature else ""

    @cached_property
    def alias(self) -> str:
        """Of the storage that it is about; "": none of ours."""
        return self.known.alias_for(self.link, self.access_key_id)

    @property
    def storage(self) -> OSSStorage | None:
        return self.known.storages.get(self.alias)

    @cached_property
    def signer(self) -> Signer | None:
        """Who signed, if it is one of us."""
        signature = self.link.signature
        if signature is None or not signature.access_key_id:
            return None
        return self.known.signer(signature.access_key_id, temporary=signature.is_temporary)

    @cached_property
    def finding(self) -> Finding | None:
        """Whether the signature is its own; None: it could not be computed."""
        signature = self.link.signature
        if signature is None or self.signer is None or signature.missing:
            return None
        # Of a header that was signed along, the link tells the name alone; but for the host's.
        if set(signature.additional) - {"host"}:
            return None
        if self.link.bucket:
            bucket = self.link.bucket
            return verify(self.link, bucket=bucket, secret=self._secret, buckets=self.known.buckets)
        found = [verify(self.link, bucket=bucket, secret=self._secret) for bucket in self.known.buckets]
        # That of a bucket that we know nothing of would match none.
        return next((each for each in found if each.matches or each.part), None)

    @property
    def _secret(self) -> str:
        assert self.signer is not None  # noqa: S101 - callers have seen to it
        return self.signer.credentials.access_key_secret

    @cached_property
    def bucket(self) -> str:
        """From the host, the storage, or the signature of one that we know; "": not to be told."""
        if self.link.bucket or self.storage:
            return self.link.bucket or self.storage.bucket_name  # type: ignore[union-attr]
        if self.signer and self.link.signature and not self.link.signature.missing:
            for bucket in self.known.buckets:
                if verify(self.link, bucket=bucket, secret=self._secret).matches:
                    return bucket
        return ""

    @property
    def region(self) -> str:
        """The bucket's; "": not known."""
        return self.storage.link_endpoint.region if self.storage else self.link.place.region

    @property
    def cdn(self) -> CDN | None:
        """The CDN of the storage, where the link names its domain."""
        return cdn_of(self.storage) if self.storage and self.link.place.network == "cdn" else None

    @cached_property
    def cdn_signature(self) -> CDNSignature | None:
        """What a CDN would check."""
        if self.link.signature is not None or self.link.place.is_native or self.link.place.network == "local":
            return None
        return read_cdn_signature(self.link.path, self.link.pairs, self.cdn.scheme if self.cdn else None)

    @property
    def key(self) -> str:
        """The object's, without what a CDN's signature put in front."""
        return read_key(self.cdn_signature.path.removeprefix("/"))[0] if self.cdn_signature else self.link.key

    @cached_property
    def token_ends_at(self) -> datetime | None:
        """When the security token ends, where that is known."""
        if self.link.signature is None or not self.link.signature.is_temporary:
            return None
        return self.known.token_end(self.link.signature.access_key_id)

    @property
    def token_ends_by(self) -> datetime | None:
        """When the security token ends at the latest, since none lives longer than 12 hours; None: not to be told."""
        signature = self.link.signature
        if self.token_ends_at or signature is None or not signature.is_temporary:
            return self.token_ends_at
        return signature.signed_at + timedelta(seconds=LONGEST_TOKEN) if signature.signed_at else None
