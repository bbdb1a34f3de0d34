"""Links to many objects, one after the other, past those that no link can open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ...oss import InvalidKey, PresignedURL, Presigner


class Link(NamedTuple):
    """:ivar expires_at: aware UTC; when OSS stops serving it, by the link or by the token that signed it."""

    key: str
    url: str
    expires_at: datetime


@dataclass(slots=True)
class Signer:
    """Makes links, and keeps count.

    :ivar lifetime: gives the seconds that links live from now on, and sees to it that what signs them lives as long;
        asked at each page. :ivar query: by OSS's names.
    :ivar on_skip: told of each key that no browser could ask for unchanged, such as ``a/../b``: it gets no link.
    :ivar made: links. :ivar skipped: keys without one.
    :ivar clipped_to: the earliest end of a link that a token's end cut short; None: all live as long as was asked.
    """

    presigner: Presigner
    lifetime: Callable[[], int]
    query: Mapping[str, str | None]
    on_skip: Callable[[InvalidKey], None]
    made: int = field(default=0, init=False)
    skipped: int = field(default=0, init=False)
    clipped_to: datetime | None = field(default=None, init=False)

    def links(self, keys: Iterable[str]) -> list[Link]:
        """The links to ``keys``, in order.

        :raises InvalidArgument: a lifetime or a query that OSS does not take.
        :raises ExpiryBeyondToken: no security token of these credentials lives as long.
        :raises MissingCredentials, CredentialsExpired, CredentialsUnavailable: nothing to sign with.
        """
        seconds, keys = self.lifetime(), list(keys)
        try:
            signed = list(self._signed(keys, seconds))
        except InvalidKey:
            keys, signed = self._one_by_one(keys, seconds)
        if any(link.clipped for link in signed):
            self._clip(min(link.expires_at for link in signed if link.clipped))
        self.made += len(signed)
        return [Link(key, link.url, link.expires_at) for key, link in zip(keys, signed, strict=True)]

    def _one_by_one(self, keys: list[str], seconds: int) -> tuple[list[str], list[PresignedURL]]:
        """Those that there can be a link to, and their links."""
        signed: dict[int, PresignedURL] = {}
        for at, key in enumerate(keys):
            try:
                (signed[at],) = self._signed([key], seconds)
            except InvalidKey as error:
                self._skip(error)
        return [keys[at] for at in signed], list(signed.values())

    def _signed(self, keys: list[str], seconds: int) -> Iterator[PresignedURL]:
        return self.presigner.presign_many(keys, expires_in=seconds, query=self.query, listed=True)

    def _skip(self, error: InvalidKey) -> None:
        self.skipped += 1
        self.on_skip(error)

    def _clip(self, end: datetime) -> None:
        self.clipped_to = end if self.clipped_to is None else min(self.clipped_to, end)
