"""What the project knows of buckets and of keys, which is what a link is held against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils import timezone

from ...conf import conf
from ...models import Grant
from ...oss import Credentials, Endpoint, OSSShareError
from ...oss.credentials import CredentialsSource, EnvironmentProvider, as_retriever
from ...oss.reading import Link, NotALink, Place
from ...oss.reading.places import netloc_of, place_of
from ...providers import RefreshingProvider, credentials_source
from ...storage import OSSStorage
from ...storage.signers import cdn_of, endpoints_of, source_of
from ..objects import linkable_storages

# As STS makes them; not every database takes what else a link may hold.
_ACCESS_KEY = re.compile(r"[\w.-]{1,128}", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that the project has. :ivar name: for people."""

    name: str
    credentials: Credentials


class Known:
    """The storages of ``STORAGES``, the credentials of ``OSS_SHARE`` and the environment's, as they are set up now.

    :ivar notes: what could not be found out.
    """

    def __init__(self) -> None:
        self.storages: Mapping[str, OSSStorage] = linkable_storages()
        self.notes: list[str] = []

    @cached_property
    def places(self) -> dict[Place, str]:
        """Where the buckets are found, with the alias of the storage; the first one counts."""
        found: dict[Place, str] = {}
        for alias, storage in self.storages.items():
            for place in _places_of(storage):
                found.setdefault(place, alias)
        return found

    @property
    def buckets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(storage.bucket_name for storage in self.storages.values()))

    def alias_for(self, link: Link, signed_with: str = "") -> str:
        """The alias of the storage that the link is about; "": none of ours.

        :param signed_with: an access key, which decides between two storages on one bucket.
        """
        bucket = link.bucket
        fitting = [alias for alias, each in self.storages.items() if each.bucket_name == bucket]
        if link.place in self.places:
            fitting.insert(0, self.places[link.place])
        for alias in fitting:
            if signed_with and any(
                signer.credentials.access_key_id == signed_with for signer in self._of_storage(alias, temporary=True)
            ):
                return alias
        return fitting[0] if fitting else ""

    def signer(self, access_key_id: str, *, temporary: bool) -> Signer | None:
        """Who has that key; None: nobody here.

        :param temporary: a token is looked for too, which may have to be fetched.
        """
        for signer in self._signers(temporary=temporary):
            if signer.credentials.access_key_id == access_key_id:
                return signer
        return None

    def token_end(self, access_key_id: str) -> datetime | None:
        """When the token of that key ends, or ended; None: nothing is known of it."""
        for alias, storage in self.storages.items():
            if any(each.credentials.access_key_id == access_key_id for each in self._of_storage(alias, temporary=True)):
                return storage.token_expires_at
        signer = self.signer(access_key_id, temporary=True)
        return signer.credentials.expiration if signer else self._grant_end(access_key_id)

    def _grant_end(self, access_key_id: str) -> datetime | None:
        if not _ACCESS_KEY(access_key_id):
            return None
        try:
            end = Grant.objects.filter(access_key_id=access_key_id).values_list("expires_at", flat=True).first()
        except (DatabaseError, ImproperlyConfigured):
            # Links can be explained without it, and where much is down they need to be.
            self.notes.append("The database did not answer: whether the link is of a grant is not known.")
            return None
        return end if end is None or timezone.is_aware(end) else timezone.make_aware(end)

    def _signers(self, *, temporary: bool) -> Iterator[Signer]:
        for alias in self.storages:
            yield from self._of_storage(alias, temporary=temporary)
        for name in conf.credentials:
            yield from _signer(f"credentials {name!r}", credentials_source(name), temporary=temporary)
        # Which the vendor's own tools sign with.
        yield from _signer("the environment's OSS_ACCESS_KEY_ID", EnvironmentProvider(), temporary=temporary)

    def _of_storage(self, alias: str, *, temporary: bool) -> Iterator[Signer]:
        yield from _signer(f"storage {alias!r}", source_of(self.storages[alias]), temporary=temporary)


def _signer(name: str, source: CredentialsSource, *, temporary: bool) -> Iterator[Signer]:
    if isinstance(source, RefreshingProvider) and not temporary:
        return
    try:
        yield Signer(name, as_retriever(source)())
    except OSSShareError:
        # Nothing to hold the link against, then: it is told of as unverified.
        return


def _places_of(storage: OSSStorage) -> Iterator[Place]:
    for endpoint in endpoints_of(storage):
        yield from _places_at(endpoint, storage.bucket_name)
    if cdn := cdn_of(storage):
        yield Place(
            netloc=netloc_of(urlsplit(cdn.base_url)),
            network="cdn",
            bucket=storage.bucket_name,
            region=storage.link_endpoint.region,
            addressing="cname",
        )


def _places_at(endpoint: Endpoint, bucket: str) -> Iterator[Place]:
    parts = urlsplit(endpoint.base_url(bucket))
    network = "custom" if endpoint.addressing == "cname" else _network_of(parts)
    yield _place(netloc_of(parts), "local" if endpoint.is_loopback else network, bucket, endpoint)
    if endpoint.is_loopback and endpoint.addressing != "cname":
        port = f":{parts.port}" if parts.port else ""
        for host in ("127.0.0.1", "localhost"):
            yield _place(f"{host}{port}", "local", bucket, endpoint, "path")
        yield _place(f"{bucket}.localhost{port}", "local", bucket, endpoint, "virtual")


def _network_of(parts: SplitResult) -> str:
    try:
        return place_of(parts, ()).network
    except NotALink:
        # An endpoint that the project has set up all the same.
        return "custom"


def _place(netloc: str, network: str, bucket: str, endpoint: Endpoint, addressing: str = "") -> Place:
    return Place(
        netloc=netloc,
        network=network,
        bucket=bucket,
        region=endpoint.region,
        addressing=addressing or endpoint.addressing,
    )
