"""Links to a storage's objects, made without the network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from ..oss import Endpoint, PresignedPost, PresignedURL, Presigner
from ..oss.encoding import encode_query
from ..oss.query import check_query
from ..oss.signing.post_policy import Condition
from ..oss.validate import MAX_V4_SECONDS
from .endpoints import plain_endpoint
from .options import DEFAULTS
from .parameters import link_query
from .plain import PlainLinkingStorage
from .validity import coverer

# What the keywords of a link are when none was given.
_NO_KEYWORDS = (None,) * 5


class LinkingStorage(PlainLinkingStorage):
    """``url()`` and ``presign()``."""

    def url(
        self,
        name: str | PurePath | None,
        parameters: Mapping[str, Any] | None = None,
        expire: int | timedelta | None = None,
        http_method: str | None = None,
        *,
        download: bool | None = None,
        filename: str | None = None,
        version_id: str | None = None,
        process: str | Mapping[str, Any] | None = None,
        content_type: str | None = None,
    ) -> str:
        """A link to ``name``, made without the network.

        :param parameters: by OSS's names (``response-content-type``) or S3Storage's (``ResponseContentType``).
        :param expire: seconds or a timedelta; ``querystring_expire`` by default.
        :param http_method: GET by default; HEAD, PUT, POST, DELETE.
        :param download: True saves the file, False shows it; None leaves that to the object.
        :param filename: what to save it as; implies ``download=True``.
        :param version_id: of a bucket with versioning.
        :param process: ``x-oss-process`` as text, or the arguments of ``image_process``.
        :param content_type: to answer with, such as ``text/plain;charset=utf-8``.
        :raises InvalidKey, ExpiryTooLong, InvalidArgument: a bad input, named; also, with ``querystring_auth=False``,
            what OSS does for signed links only. :raises SuspiciousName: a way out of the location.
        :raises MissingCredentials, CredentialsExpired, CredentialsUnavailable: nothing to sign with.
        :raises ExpiryBeyondToken: no security token of these credentials lives as long as ``expire``; what is only the
            storage's default is clipped to the token's end instead.
        """
        keywords = (download, filename, version_id, process, content_type)
        query = self._query(parameters, *keywords) if parameters or keywords != _NO_KEYWORDS else None
        if not self.querystring_auth:
            return self._plain_url(name, query or {})
        method = http_method or "GET"
        seconds = self.querystring_expire if expire is None else expire
        if self._cdn is not None and method.upper() in ("GET", "HEAD"):
            text = encode_query(check_query(query or {}))
            return self._cdn.link(self._key(name), text, seconds, window=self.url_window).url
        if expire is not None and self._covered is not None:
            seconds = self._covered(expire)
        return self._presigner.presign(self._key(name), method, seconds, query).url

    def presign(
        self,
        name: str | PurePath,
        *,
        expires_in: int | timedelta | None = None,
        method: str = "GET",
        parameters: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        additional_headers: Iterable[str] = (),
        download: bool | None = None,
        filename: str | None = None,
        version_id: str | None = None,
        process: str | Mapping[str, Any] | None = None,
        content_type: str | None = None,
    ) -> PresignedURL:
        """The link of :meth:`url` with what is true of it: its effective end, and the headers that it needs.

        Always signed for OSS and for no longer than asked, whatever ``querystring_auth``, ``cdn`` and ``url_window``
        say. Arguments, and what is raised, are those of :meth:`url`; ``headers`` are those that a PUT or POST sends,
        and ``additional_headers`` names those of them that V4 would not sign by itself.
        """
        query = self._query(parameters, download, filename, version_id, process, content_type)
        seconds = self.querystring_expire if expires_in is None else expires_in
        if expires_in is not None and self._covered is not None:
            seconds = self._covered(expires_in)
        return self._exact_presigner.presign(self._key(name), method, seconds, query, headers, additional_headers)

    def presign_post(
        self,
        name: str | PurePath,
        *,
        expires_in: int | timedelta,
        conditions: Iterable[Condition] = (),
        fields: Mapping[str, str] | None = None,
    ) -> PresignedPost:
        """A form that uploads to ``name``, or with ``${filename}`` at its end to any name below.

        Arguments, and what is raised, are those of :meth:`Presigner.presign_post`.
        """
        seconds = self._covered(expires_in) if self._covered is not None else expires_in
        return self._exact_presigner.presign_post(
            self._key(name), expires_in=seconds, conditions=conditions, fields=fields
        )

    def presign_many(
        self,
        names: Iterable[str | PurePath],
        *,
        expires_in: int | timedelta | None = None,
        method: str = "GET",
        parameters: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        download: bool | None = None,
        filename: str | None = None,
        version_id: str | None = None,
        process: str | Mapping[str, Any] | None = None,
        content_type: str | None = None,
    ) -> Iterator[PresignedURL]:
        """The links of :meth:`presign` to many names alike, made one by one as they are asked for."""
        query = self._query(parameters, download, filename, version_id, process, content_type)
        seconds = self.querystring_expire if expires_in is None else expires_in
        if expires_in is not None and self._covered is not None:
            seconds = self._covered(expires_in)
        return self._exact_presigner.presign_many(
            map(self._key, names), method=method, expires_in=seconds, query=query, headers=headers
        )

    def _query(self, parameters: Mapping[str, Any] | None, *keywords: Any) -> dict[str, str | None]:
        names = ("download", "filename", "version_id", "process", "content_type")
        return link_query(parameters, **dict(zip(names, keywords, strict=True)))

    @cached_property
    def _presigner(self) -> Presigner:
        return self._make_presigner(self.url_window)

    @cached_property
    def _exact_presigner(self) -> Presigner:
        return self._make_presigner(0) if self.url_window else self._presigner

    def _make_presigner(self, window: int) -> Presigner:
        return Presigner(
            self._credentials,
            self._link_endpoint,
            self.bucket_name,
            signature_version=self.signature_version,
            window=window,
        )

    @cached_property
    def _covered(self) -> Callable[[int | timedelta], int] | None:
        return coverer(self._credentials, MAX_V4_SECONDS if self.signature_version == "v4" else None)

    @property
    def link_endpoint(self) -> Endpoint:
        """Where links point."""
        return self._link_endpoint

    @property
    def tool_endpoint(self) -> Endpoint:
        """Where others reach the bucket with OSS's own tools: not by a custom domain, nor where Django itself reads."""
        return plain_endpoint(self._owner, {name: getattr(self, name) for name in DEFAULTS})

    @property
    def link_origin(self) -> str:
        """Scheme and host of what :meth:`presign` makes, for whoever says where browsers may go on to."""
        url = urlsplit(self._link_endpoint.base_url(self.bucket_name))
        return f"{url.scheme}://{url.netloc}"
