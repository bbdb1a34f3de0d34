"""Rows of an export: what a batch of objects, or of shares, comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from .signing import Link, Signer
from .sources import Shares
from .writers import Column, Row

_SHARES = 50  # made in one transaction

#: Called between one piece of work and the next.
Beat = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Rows:
    """:ivar rows: of the job's columns. :ivar skipped: chosen ones that no link can open: where keys are told, their
    rows say so by having none.
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
        links = self._each_by_itself(chosen) if self._differ(chosen) else self._alike(chosen)
        skipped = links.count(None)
        if skipped and Column.KEY not in self._columns:
            chosen = [each for each, link in zip(chosen, links, strict=True) if link]
            links = [link for link in links if link]
        ends = [link and link.expires_at for link in links]
        facts = {
            **_facts(self._columns, chosen),
            Column.LINK: [link and link.url for link in links],
            Column.EXPIRES_AT: ends,
        }
        return Rows(_rows(self._columns, facts), skipped, min((end for end in ends if end), default=None))

    def _differ(self, chosen: Sequence[ListedObject]) -> bool:
        return bool(self._options.filename or (chosen and chosen[0].version_id))

    def _each_by_itself(self, chosen: Sequence[ListedObject]) -> list[Link | None]:
        links: list[Link | None] = []
        for each in chosen:
            self._signer.query = self._query(each.key, each.version_id)
            links += self._signer.links([each.key]) or [None]
        return links

    def _alike(self, chosen: Sequence[ListedObject]) -> Sequence[Link | None]:
        links = self._signer.links([each.key for each in chosen])
        if len(links) == len(chosen):
            return links
        by_key = {link.key: link for link in links}
        return [by_key.get(each.key) for each in chosen]

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
        made: list[Share | None] = []
        for at in range(0, len(chosen), _SHARES):
            beat()
            made += self._made(chosen[at : at + _SHARES])
        skipped = made.count(None)
        if skipped and Column.KEY not in self._columns:
            chosen = [each for each, share in zip(chosen, made, strict=True) if share]
            made = [share for share in made if share]
        facts = {**_facts(self._columns, chosen), **_links(self._job, made)}
        return Rows(_rows(self._columns, facts), skipped, _earliest(made))

    def _made(self, objects: Sequence[ListedObject]) -> Sequence[Share | None]:
        ids = [share_id(self._job, f"{each.version_id}\0{each.key}") for each in objects]
        try:
            return self._found_or_new(objects, ids)
        except IntegrityError:
            # Somebody who was thought dead made some of them meanwhile.
            return self._found_or_new(objects, ids)

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
        # That one of them has ended says nothing of the list.
        return Rows(_rows(self._columns, facts), len(chosen) - len(working), None)


def _facts(columns: Sequence[Column], objects: Sequence[ListedObject]) -> dict[Column, list[Any]]:
    return {name: [tell(each) for each in objects] for name, tell in _TOLD.items() if name in columns}


def _links(job: ExportJob, made: Sequence[Share | None]) -> dict[Column, list[Any]]:
    return {
        Column.LINK: [share and _link(job, share) for share in made],
        Column.EXPIRES_AT: [share and share.expires_at for share in made],
    }


def _link(job: ExportJob, share: Share) -> str:
    return f"{job.base_url}{reverse('oss_share:share', args=[tokens.make(share)])}"


def _rows(columns: Sequence[Column], facts: Mapping[Column, list[Any]]) -> list[Row]:
    return list(zip(*[facts[name] for name in columns], strict=True))


def _none(count: int) -> dict[Column, list[Any]]:
    return {name: [None] * count for name in Column}


def _earliest(made: Sequence[Share | None]) -> datetime | None:
    return min((share.expires_at for share in made if share and share.expires_at is not None), default=None)


_TOLD: Mapping[Column, Callable[[ListedObject], Any]] = {
    Column.KEY: lambda listed: listed.key,
    Column.SIZE: lambda listed: listed.size,
    Column.MODIFIED: lambda listed: listed.modified,
    Column.ETAG: lambda listed: listed.etag,
    Column.STORAGE_CLASS: lambda listed: listed.storage_class,
    Column.VERSION: lambda listed: listed.version_id,
}
