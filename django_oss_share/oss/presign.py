"""Presigned links: who may do what with one object, until when."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from .credentials import Credentials, CredentialsSource, as_retriever, as_utc, check_retrieved
from .endpoints import Endpoint, check_region
from .errors import CredentialsExpired, InvalidArgument, InvalidExpiry
from .links import PresignedPost, PresignedURL
from .query import check_query
from .signing import post_policy, v1, v4
from .validate import (
    MAX_V4_SECONDS,
    check_bucket,
    check_header,
    check_key,
    check_mapping,
    check_method,
    check_several,
    encoded_key,
    encoded_listed_key,
    lifetime,
)

SIGNATURE_VERSIONS = ("v4", "v1")

_YEAR_9999 = 253_370_764_800  # Unix time at which it begins

Clock = Callable[[], datetime]


class Presigner:
    """Makes links to the objects of one bucket. Thread-safe; never touches the network.

    :param credentials: :class:`~django_oss_share.oss.Credentials`, a provider with ``retrieve()``, or a callable;
        asked anew at each link.
    :param signature_version: ``v4``, or ``v1`` for those who cannot move on.
    :param clock: gives aware UTC; the system's by default.
    :param window: seconds within which one key gives one and the same link, so that browsers and CDNs cache what it
        opens. Links are then dated to the start of their window and live up to ``window`` seconds longer, so that
        none lives shorter than was asked for; what V4's 7 days leave no room for narrows the window. 0: off.
    :raises InvalidBucketName: a malformed bucket name.
    :raises InvalidEndpoint: V4 with an endpoint whose region is not known.
    :raises InvalidArgument: an unknown signature version, or a negative window.
    """

    def __init__(
        self,
        credentials: CredentialsSource,
        endpoint: Endpoint,
        bucket: str,
        *,
        signature_version: str = "v4",
        clock: Clock | None = None,
        window: int = 0,
    ) -> None:
        if signature_version not in SIGNATURE_VERSIONS:
            raise InvalidArgument(
                f"signature_version {signature_version!r} is unknown; allowed are 'v4' and 'v1'.",
                field="signature_version",
                value=signature_version,
            )
        if not isinstance(window, int) or window < 0:
            raise InvalidArgument(f"window={window!r} is not a number of seconds of at least 0.", field="window")
        if signature_version == "v4":
            check_region(endpoint.region)
        self.endpoint = endpoint
        self.bucket = check_bucket(bucket)
        self.signature_version = signature_version
        self.window = window
        self._base_url = endpoint.base_url(bucket)
        self._retrieve = as_retriever(credentials)
        self._clock = clock
        self._maximum = MAX_V4_SECONDS if signature_version == "v4" else None
        self._latest: tuple[tuple[object, ...], _Template] | None = None
        self._day_key = lru_cache(maxsize=4)(v4.signing_key)

    def __repr__(self) -> str:
        return (
            f"Presigner(bucket={self.bucket!r}, endpoint={self.endpoint!r}, "
            f"signature_version={self.signature_version!r})"
        )

    def presign(
        self,
        key: str,
        method: str = "GET",
        expires_in: int | timedelta = 900,
        query: Mapping[str, str | int | None] | None = None,
        headers: Mapping[str, str] | None = None,
        additional_headers: Iterable[str] = (),
        now: datetime | None = None,
    ) -> PresignedURL:
        """A link to ``key``.

        :param key: 1 to 1,023 bytes of UTF-8.
        :param method: GET, HEAD, PUT, POST or DELETE.
        :param expires_in: seconds or a timedelta; 1 to 604,800 with V4, no upper limit with V1.
        :param query: by OSS's names: ``response-content-disposition``, ``versionId``, ``x-oss-process``,
            ``x-oss-traffic-limit`` (bit/s); None means a bare name, as in ``?acl``.
        :param headers: what the client will send; ``content-type``, ``content-md5``, ``x-oss-*`` and those named in
            ``additional_headers`` are signed, so it then must. Leave it empty for links that browsers open.
        :param now: aware datetime to sign at, instead of the clock.
        :raises InvalidKey, InvalidExpiry, ExpiryTooLong, InvalidHeader, InvalidArgument: a bad input, named.
        :raises MissingCredentials, CredentialsExpired: nothing to sign with.
        """
        return self._template(method, expires_in, query, headers, additional_headers, now).link(key)

    def presign_many(
        self,
        keys: Iterable[str],
        *,
        method: str = "GET",
        expires_in: int | timedelta = 900,
        query: Mapping[str, str | int | None] | None = None,
        headers: Mapping[str, str] | None = None,
        now: datetime | None = None,
        listed: bool = False,
    ) -> Iterator[PresignedURL]:
        """Links to ``keys``, made one by one as they are asked for; each is dated to the moment of its making.

        Arguments, and what is raised, are those of :meth:`presign`; a bad key raises when its turn comes.

        :param listed: the keys are as OSS listed them, so that a NUL, CR or LF in one is its own, and no mistake.
        """
        # Looked up once: of a million links, each look-up is felt.
        second_of, retrieve = self._second, self._retrieve
        made_at, made_with, link = -1, None, None
        encode = encoded_listed_key if listed else encoded_key
        for key in check_several("keys", keys):
            second, credentials = second_of(now), retrieve()
            if link is None or second != made_at or (credentials is not made_with and credentials != made_with):
                made_at, made_with = second, credentials
                link = self._template(method, expires_in, query, headers, (), _utc(second)).link
            yield link(key, encode)

    def presign_post(
        self,
        key: str,
        *,
        expires_in: int | timedelta = 900,
        conditions: Iterable[post_policy.Condition] = (),
        fields: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> PresignedPost:
        """A form that uploads to ``key``.

        :param key: exact, or ending in ``${filename}`` for any name below a prefix.
        :param conditions: beyond those on bucket and key, such as ``["content-length-range", 1, 10_485_760]`` (bytes).
        :param fields: further form fields (``success_action_status``, ``x-oss-forbid-overwrite``, ``content-type``,
            ``x:…`` for a callback, …), each bound to its value by a condition of its own.
        :raises OSSShareError: as :meth:`presign`.
        """
        condition = post_policy.key_condition(check_key(key))
        extra = post_policy.check_fields(fields or {})
        credentials = check_retrieved(self._retrieve())
        second = self._second(now)
        seconds, clipped = self._clip(credentials, second, lifetime(expires_in, maximum=self._maximum))
        signed_at, expires_at = _utc(second), _utc(second + seconds)
        wanted = [{"bucket": self.bucket}, condition, *({n: v} for n, v in extra.items()), *conditions]
        if self.signature_version == "v4":
            signed = post_policy.fields_v4(
                credentials, wanted, region=self.endpoint.region, now=signed_at, expires_at=expires_at
            )
        else:
            signed = post_policy.fields_v1(credentials, wanted, expires_at=expires_at)
        return PresignedPost(self._base_url, {"key": key, **extra, **signed}, expires_at, clipped)

    def _template(
        self,
        method: str,
        expires_in: int | timedelta,
        query: Mapping[str, str | int | None] | None,
        headers: Mapping[str, str] | None,
        additional_headers: Iterable[str],
        now: datetime | None,
    ) -> _Template:
        """The link but for its key; the latest is kept, since pages and exports ask for many alike in a second."""
        if type(expires_in) is not int:
            expires_in = lifetime(expires_in, maximum=self._maximum)
        second = self._second(now)
        credentials = self._retrieve()
        asked = (second, expires_in, method, credentials, query)
        plain = not headers and not additional_headers
        if plain and (latest := self._latest) is not None and latest[0] == asked:
            return latest[1]
        template = self._build(
            credentials,
            second,
            method,
            expires_in,
            query or {},
            headers or {},
            tuple(check_several("additional_headers", additional_headers)),
        )
        if plain:
            # A mapping that the caller changes afterwards must not be mistaken for the one that was signed.
            self._latest = ((*asked[:4], dict(query) if query else query), template)
        return template

    def _build(
        self,
        credentials: Credentials,
        second: int,
        method: str,
        expires_in: int | timedelta,
        query: Mapping[str, str | int | None],
        headers: Mapping[str, str],
        additional_headers: tuple[str, ...],
    ) -> _Template:
        check_retrieved(credentials)
        method = check_method(method)
        asked = lifetime(expires_in, maximum=self._maximum)
        start, seconds, clipped = self._span(credentials, second, asked)
        sent = dict(check_header(name, value) for name, value in check_mapping("headers", headers).items())
        additional = self._additional(sent, additional_headers)
        signer = self._signer(credentials, method, start, seconds, check_query(query), sent, additional)
        signed = {n: v for n, v in sent.items() if v4.is_signed_by_default(n) or n in additional}
        return _Template(signer, method, _utc(start + seconds), signed, clipped)

    def _additional(self, headers: dict[str, str], wanted: tuple[str, ...]) -> list[str]:
        if self.signature_version == "v1" and wanted:
            raise InvalidArgument(
                f"additional_headers={wanted!r}: V1 signs no headers by name; use signature_version='v4'.",
                field="additional_headers",
                value=wanted,
            )
        if any(name.lower() == "host" for name in wanted):
            headers.setdefault("host", self._base_url.split("/")[2])
        return v4.additional_names(headers, wanted)

    def _signer(
        self,
        credentials: Credentials,
        method: str,
        start: int,
        seconds: int,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        additional: list[str],
    ) -> v4.LinkSigner | v1.LinkSigner:
        if self.signature_version == "v1":
            return v1.LinkSigner.prepare(
                credentials,
                base_url=self._base_url,
                bucket=self.bucket,
                method=method,
                expires_at=start + seconds,
                query=query,
                headers=headers,
            )
        signed_at = _utc(start)
        day_key = self._day_key(credentials.access_key_secret, f"{signed_at:%Y%m%d}", self.endpoint.region)
        return v4.LinkSigner.prepare(
            credentials,
            day_key,
            base_url=self._base_url,
            bucket=self.bucket,
            region=self.endpoint.region,
            method=method,
            signed_at=signed_at,
            expires=seconds,
            query=query,
            headers=headers,
            additional=additional,
        )

    def _second(self, now: datetime | None) -> int:
        if now is None:
            if self._clock is None:
                return int(time.time())
            now = self._clock()
        return int(as_utc("now", now).timestamp())

    def _span(self, credentials: Credentials, second: int, asked: int) -> tuple[int, int, bool]:
        """When the link starts, how many seconds it lives from then, and whether the token's end decided that."""
        seconds, clipped = self._clip(credentials, second, asked)
        window = self.window if self._maximum is None else min(self.window, self._maximum - asked)
        if not window:
            return second, seconds, clipped
        start = second - second % window
        # A link taken in the last second of its window must still live as long as was asked.
        return start, self._clip(credentials, start, asked + window)[0], clipped

    def _clip(self, credentials: Credentials, second: int, seconds: int) -> tuple[int, bool]:
        """How long the link really lives, and whether the token's end decided that."""
        if credentials.expiration is not None:
            left = int(credentials.expiration.timestamp()) - second
            if left < 1:
                raise CredentialsExpired(credentials.expiration, _utc(second))
            if left < seconds:
                return left, True
        if second + seconds >= _YEAR_9999:
            raise InvalidExpiry(
                f"expires_in={seconds} seconds ends after the year 9998, which no date can name; ask for less.",
                field="expires_in",
                value=seconds,
            )
        return seconds, False


@dataclass(frozen=True, slots=True)
class _Template:
    signer: v4.LinkSigner | v1.LinkSigner
    method: str
    expires_at: datetime
    signed_headers: dict[str, str]
    clipped: bool

    def link(self, key: str, encode: Callable[[str], str] = encoded_key) -> PresignedURL:
        return PresignedURL(
            self.signer.url(key, encode(key)),
            self.method,
            self.expires_at,
            self.signed_headers.copy(),
            self.clipped,
        )


def _utc(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
