"""Rows of an export: what a batch of objects, or of shares, comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import IntegrityError
from django.urls import reverse

from ...models import ExportJob, Share
from ...oss import InvalidKey
from ...oss.listed import ListedObject
from ...storage.bulk import cover, presigner_of
from ...storage.parameters import link_query
from .. import shares, tokens
from ..objects import storage_of
from ..presigning import storage_for
from ..transactions import atomic
from . import link_options, sources
from .link_options import ShareOptions, URLOptions
from .sharing import share_id
from .signing import Signer
from .sources import Shares
from .writers import Column, Row

_SHARES = 50  # made in one transaction

#: Called between one piece of work and the next.
Beat = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Rows:
    """:ivar rows: of the job's columns. :ivar skipped: chosen ones that no link can open.
    :ivar links_end_at: the earliest end of their links; None: none ends.
    """

    rows: list[Row]
    skipped: int
    links_end_at: datetime | None


class Linker(Protocol):
    """Makes rows."""

    def rows(self, chosen: Sequence[Any], beat: Beat) -> Rows:
        """:raises OSSShareError: nothing to sign with; a link that the policy or OSS does not allow."""


def linker_for(job: ExportJob) -> Linker:
    """What makes the rows of ``job``."""
    source, options = sources.from_json(job.source), link_options.from_json(job.output, job.options)
    columns = [Column(name) for name in job.columns]
    if isinstance(source, Shares):
        return _OfShares(job, columns)
    return _Presigned(job, options, columns) if isinstance(options, URLOptions) else _Shared(job, options, columns)


class _Presigned:
    def __init__(self, job: ExportJob, options: URLOptions, columns: Sequence[Column]) -> None:
        self._options, self._columns = options, columns
        self._storage = storage_for(job.storage, options.host, https=options.https)
        self._signer = Signer(presigner_of(self._storage), self._lifetime, self._query("", ""), lambda error: None)

    def rows(self, chosen: Sequence[ListedObject], beat: Beat) -> Rows:
        signer, before = self._signer, self._signer.skipped
        if self._options.filename or (chosen and chosen[0].version_id):
            links = []
            for each in chosen:
                signer.query = self._query(each.key, each.version_id)
                links += signer.links([each.key])
        else:
            links = signer.links([each.key for each in chosen])
        skipped = signer.skipped - before
        if skipped:
            linked = {link.key for link in links}
            chosen = [each for each in chosen if each.key in linked]
        ends = [link.expires_at for link in links]
        facts = {**_facts(self._columns, chosen), Column.LINK: [link.url for link in links], Column.EXPIRES_AT: ends}
        return Rows(_rows(self._columns, facts), skipped, min(ends, default=None))

    def _lifetime(self) -> int:
        cover(self._storage, self._options.expires_in)
        return self._options.expires_in

    def _query(self, key: str, version: str) -> Mapping[str, str | None]:
        options = self._options
        return link_query(
            None,
            download=options.download,
            filename=link_options.named_by(options.filename, key, version) if options.filename and key else None,
            version_id=version or None,
            process=options.process or None,
        )


class _Shared:
    def __init__(self, job: ExportJob, options: ShareOptions, columns: Sequence[Column]) -> None:
        self._job, self._options, self._columns = job, options, columns
        self._begin = len(storage_of(job.storage).object_key(""))

    def rows(self, chosen: Sequence[ListedObject], beat: Beat) -> Rows:
        kept: list[ListedObject] = []
        made: list[Share] = []
        for at in range(0, len(chosen), _SHARES):
            beat()
            for each, share in self._made(chosen[at : at + _SHARES]):
                kept.append(each)
                made.append(share)
        facts = {**_facts(self._columns, kept), **_links(self._job, made)}
        return Rows(_rows(self._columns, facts), len(chosen) - len(kept), _earliest(made))

    def _made(self, objects: Sequence[ListedObject]) -> Iterable[tuple[ListedObject, Share]]:
        ids = [share_id(self._job, f"{each.version_id}\0{each.key}") for each in objects]
        try:
            found = self._found_or_new(objects, ids)
        except IntegrityError:
            # Somebody who was thought dead made some of them meanwhile.
            found = self._found_or_new(objects, ids)
        return [(each, share) for each, share in zip(objects, found, strict=True) if share is not None]

    def _found_or_new(self, objects: Sequence[ListedObject], ids: Sequence[str]) -> list[Share | None]:
        with atomic():
            there = {share.public_id: share for share in Share.objects.filter(public_id__in=ids)}
            return [there.get(name) or self._new(each, name) for each, name in zip(objects, ids, strict=True)]

    def _new(self, listed: ListedObject, public_id: str) -> Share | None:
        options = self._options
        try:
            return shares.create(
                listed.key[self._begin :],
                storage=self._job.storage,
                created_by=self._job.created_by,
                expires_in=options.expires_in,
                max_downloads=options.max_downloads,
                allowed_networks=options.allowed_networks,
                disposition=options.disposition,
                mode=options.mode,
                note=options.note,
                version_id=listed.version_id or None,
                check=False,
                public_id=public_id,
            )
        except InvalidKey:
            return None


class _OfShares:
    """Links of shares that there are."""

    def __init__(self, job: ExportJob, columns: Sequence[Column]) -> None:
        self._job, self._columns = job, columns

    def rows(self, chosen: Sequence[Share], beat: Beat) -> Rows:
        working = [share for share in chosen if share.revoked_at is None]
        facts: dict[Column, list[Any]] = {
            **_none(len(working)),
            Column.KEY: [share.key or share.label for share in working],
            Column.ETAG: [share.etag for share in working],
            Column.VERSION: [share.version_id for share in working],
            **_links(self._job, working),
        }
        return Rows(_rows(self._columns, facts), len(chosen) - len(working), _earliest(working))


def _facts(columns: Sequence[Column], objects: Sequence[ListedObject]) -> dict[Column, list[Any]]:
    return {name: [tell(each) for each in objects] for name, tell in _TOLD.items() if name in columns}


def _links(job: ExportJob, made: Sequence[Share]) -> dict[Column, list[Any]]:
    return {
        Column.LINK: [f"{job.base_url}{reverse('oss_share:share', args=[tokens.make(share)])}" for share in made],
        Column.EXPIRES_AT: [share.expires_at for share in made],
    }


def _rows(columns: Sequence[Column], facts: Mapping[Column, list[Any]]) -> list[Row]:
    return list(zip(*[facts[name] for name in columns], strict=True))


def _none(count: int) -> dict[Column, list[Any]]:
    return {name: [None] * count for name in Column}


def _earliest(made: Sequence[Share]) -> datetime | None:
    return min((share.expires_at for share in made if share.expires_at is not None), default=None)


_TOLD: Mapping[Column, Callable[[ListedObject], Any]] = {
    Column.KEY: lambda listed: listed.key,
    Column.SIZE: lambda listed: listed.size,
    Column.MODIFIED: lambda listed: listed.modified,
    Column.ETAG: lambda listed: listed.etag,
    Column.STORAGE_CLASS: lambda listed: listed.storage_class,
    Column.VERSION: lambda listed: listed.version_id,
}
