"""The storage backend."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.files.base import File
from django.utils import timezone
from storages.base import BaseStorage
from storages.compress import GzipCompressionWrapper

from ..oss import Credentials, Endpoint, EnvironmentProvider, InvalidArgument, InvalidKey, PresignedURL, Presigner
from ..oss.credentials import CredentialsSource, as_retriever
from ..oss.encoding import encode_query
from ..oss.errors import ObjectExists, ObjectNotFound
from ..oss.query import check_query
from ..oss.validate import MAX_V4_SECONDS, check_key, encoded_key
from ..providers import credentials_source
from . import headers as write
from .cdn import CDN
from .endpoints import io_endpoint, link_endpoint, link_scheme
from .files import OSSFile, byte_source, can_rewind
from .names import NAMELESS, clean_location, clean_name
from .options import DEFAULTS, StorageMisconfigured, check_names, defaults
from .parameters import link_query
from .secret import SECRETS, hidden, seal, unseal
from .validity import coverer, token_end
from .values import DEFAULT_PART_SIZE, check_values

if TYPE_CHECKING:
    from ..oss.client import BucketClient
    from ..oss.streams import ObjectReader, ObjectWriter

# What the keywords of a link are when none was given.
_NO_KEYWORDS = (None,) * 5
# Names to try, each of which somebody else may take first.
_SAVE_ATTEMPTS = 5


class OSSStorage(BaseStorage):  # type: ignore[misc]
    """Objects of one bucket; ``url()`` signs without touching the network.

    Options are listed in the settings reference; each may also be set as an attribute of a subclass. They are read
    once, at construction; only ``location`` may be a property that changes, such as with the tenant.

    :raises StorageMisconfigured: an option that is unknown, missing or out of range, at construction.
    """

    _made_of: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> OSSStorage:
        # A subclass may take other arguments than ours; to make it again, in a migration or from a pickle, takes those.
        storage: OSSStorage = super().__new__(cls)
        storage._made_of = args, hidden(kwargs)
        return storage

    def __init__(self, **options: Any) -> None:
        options = hidden(options)
        self._owner = type(self).__name__
        check_names(self._owner, options, self.get_default_settings())
        super().__init__(**options)
        current = hidden({name: getattr(self, name) for name in DEFAULTS})
        check_values(self._owner, current)
        self._link_endpoint = link_endpoint(self._owner, current)
        self._io_endpoint = io_endpoint(self._owner, current)
        self._cdn = (
            CDN.from_option(self._owner, current["cdn"], protocol=link_scheme(current)) if current["cdn"] else None
        )
        self._client_of: tuple[int, BucketClient] | None = None
        # Both raise, and a malformed bucket name or location is to be told at start-up, not at the first link.
        self._presigner, self._prefix  # noqa: B018

    def get_default_settings(self) -> dict[str, Any]:
        return defaults()

    # Links

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
        download: bool | None = None,
        filename: str | None = None,
        version_id: str | None = None,
        process: str | Mapping[str, Any] | None = None,
        content_type: str | None = None,
    ) -> PresignedURL:
        """The link of :meth:`url` with what is true of it: its effective end, and the headers that it needs.

        Always signed for OSS and for no longer than asked, whatever ``querystring_auth``, ``cdn`` and ``url_window``
        say. Arguments, and what is raised, are those of :meth:`url`; ``headers`` are those that a PUT or POST sends.
        """
        query = self._query(parameters, download, filename, version_id, process, content_type)
        seconds = self.querystring_expire if expires_in is None else expires_in
        if expires_in is not None and self._covered is not None:
            seconds = self._covered(expires_in)
        return self._exact_presigner.presign(self._key(name), method, seconds, query, headers)

    def _query(self, parameters: Mapping[str, Any] | None, *keywords: Any) -> dict[str, str | None]:
        names = ("download", "filename", "version_id", "process", "content_type")
        return link_query(parameters, **dict(zip(names, keywords, strict=True)))

    def _plain_url(self, name: str | PurePath | None, query: Mapping[str, str | None]) -> str:
        for parameter in query:
            if parameter.startswith("response-"):
                raise InvalidArgument(
                    f"{parameter} needs a signed link, and querystring_auth=False makes plain ones: OSS would answer "
                    "400. Use presign(), or store the header with the object (object_parameters).",
                    field="parameters",
                    value=parameter,
                )
        # The empty name stands for the place that all names are in, as templates ask for with {% static "" %}.
        key = self._key(name) if name else self._prefix
        url = self._link_endpoint.base_url(self.bucket_name) + (encoded_key(key) if key else "")
        return f"{url}?{encode_query(check_query(query))}" if query else url

    @cached_property
    def _presigner(self) -> Presigner:
        return self._make_presigner(self.url_window)

    @cached_property
    def _exact_presigner(self) -> Presigner:
        return self._make_presigner(0) if self.url_window else self._presigner

    def _make_presigner(self, window: int) -> Presigner:
        try:
            return Presigner(
                self._credentials,
                self._link_endpoint,
                self.bucket_name,
                signature_version=self.signature_version,
                window=window,
            )
        except InvalidArgument as error:
            raise StorageMisconfigured(f"{self._owner}: {error}") from error

    @cached_property
    def _credentials(self) -> CredentialsSource:
        if self.credentials is not None:
            return credentials_source(self.credentials)
        if self.access_key:
            return Credentials(self.access_key, self.secret_key, self.security_token)
        return EnvironmentProvider()

    @cached_property
    def _covered(self) -> Callable[[int | timedelta], int] | None:
        return coverer(self._credentials, MAX_V4_SECONDS if self.signature_version == "v4" else None)

    @property
    def link_endpoint(self) -> Endpoint:
        """Where links point: what somebody who is given access to the bucket connects to."""
        return self._link_endpoint

    @property
    def link_origin(self) -> str:
        """Scheme and host of what :meth:`presign` makes, for whoever says where browsers may go on to."""
        url = urlsplit(self._link_endpoint.base_url(self.bucket_name))
        return f"{url.scheme}://{url.netloc}"

    @property
    def token_expires_at(self) -> datetime | None:
        """When the security token that signs now ends (aware UTC); None: a key pair signs, which has no end.

        Links end earlier: what is fetched anew is not used up to its last half minute.
        """
        expiration = as_retriever(self._credentials)().expiration
        return token_end(self._credentials) or expiration

    # Names

    def object_key(self, name: str | PurePath) -> str:
        """The key in the bucket that ``name`` stands for; ``""`` gives the location itself.

        :raises SuspiciousName: a way out of the location.
        """
        return self._prefix + clean_name(name)

    @property
    def _prefix(self) -> str:
        return clean_location(self.location)

    def _key(self, name: str | PurePath | None) -> str:
        cleaned = clean_name(name or "")
        if not cleaned:
            raise InvalidKey(f"name {name!r} is empty; it must name an object.", field="name", value=name)
        return self._prefix + cleaned

    def is_name_available(self, name: str, max_length: int | None = None) -> bool:
        """As Django has it, but that with ``file_overwrite`` a name that is taken is available too."""
        if self.file_overwrite:
            return max_length is None or len(name) <= max_length
        return bool(super().is_name_available(name, max_length))

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return str(super().get_available_name(clean_name(name), max_length))

    # Reading and writing

    @property
    def client(self) -> BucketClient:
        """The bucket, by the official SDK; made at the first use, and anew after a fork."""
        if self._client_of is None or self._client_of[0] != os.getpid():
            from ..oss.client import BucketClient

            client = BucketClient(
                self._credentials,
                self._io_endpoint,
                self.bucket_name,
                signature_version=self.signature_version,
                verify=True if self.verify is None else self.verify,
                proxies=self.proxies,
            )
            self._client_of = os.getpid(), client
        return self._client_of[1]

    def _open(self, name: str, mode: str = "rb") -> OSSFile:
        return OSSFile(self, name, mode)

    def open_reader(self, name: str) -> ObjectReader:
        """The stored bytes of ``name``; :raises ObjectNotFound: there are none."""
        from ..oss.streams import ObjectReader

        return ObjectReader(self.client, self._key(name))

    def open_writer(self, name: str) -> ObjectWriter:
        """Where to write the bytes of ``name``."""
        from ..oss.streams import ObjectWriter

        key = check_key(self._key(name))
        return ObjectWriter(
            self.client, key, self._headers(key, None), part_size=self.max_memory_size or DEFAULT_PART_SIZE
        )

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """As Django has it; with ``file_overwrite=False`` no two savers ever share a name.

        :raises ObjectExists: somebody else took the name first, and ``content`` cannot be read a second time.
        """
        for _ in range(_SAVE_ATTEMPTS - 1):
            try:
                return str(super().save(name, content, max_length=max_length))
            except ObjectExists:
                if not can_rewind(content):
                    raise
        return str(super().save(name, content, max_length=max_length))

    def _save(self, name: str, content: File[Any]) -> str:
        from ..oss.writer import upload

        cleaned = clean_name(name)
        key = self._key(cleaned)
        headers = self._headers(key, content)
        body = byte_source(content)
        if self.gzip and "content-encoding" not in headers and self._is_compressible(headers):
            headers["content-encoding"] = "gzip"
            body = GzipCompressionWrapper(body)
        upload(self.client, key, body, headers, **(self.transfer_config or {}))
        return cleaned

    def _headers(self, key: str, content: object) -> dict[str, str]:
        parameters = self.get_object_parameters(key)
        headers = write.write_headers(parameters, name=key, content=content, default_acl=self.default_acl)
        if not self.file_overwrite:
            headers["x-oss-forbid-overwrite"] = "true"
        return headers

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """What to store with an object; ``object_parameters``, unless a subclass says otherwise for some.

        :param name: with the location in front, as S3Storage has it.
        """
        return dict(self.object_parameters)

    def _is_compressible(self, headers: Mapping[str, str]) -> bool:
        return headers["content-type"].partition(";")[0].strip() in self.gzip_content_types

    def delete(self, name: str) -> None:
        """Remove the object; in a bucket with versioning, hide it behind a delete marker.

        :raises ValueError: an empty name.
        """
        self.client.delete(self._key(name))

    def exists(self, name: str) -> bool:
        """Whether there is an object of exactly that name; asks OSS.

        :raises PermissionDenied, ServiceError: OSS does not tell.
        """
        try:
            self.client.head(self._key(name))
        except ObjectNotFound:
            return False
        return True

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Names of the folders and of the files directly below ``path``; every page is read.

        Keys with an empty, ``.`` or ``..`` segment, which no name leads to, are left out.

        :raises IncompleteListing: OSS broke the list off.
        """
        prefix = self._prefix + clean_location(path)
        folders: list[str] = []
        files: list[str] = []
        for page in self.client.pages(prefix, delimiter="/"):
            folders += [folder[len(prefix) : -1] for folder in page.prefixes]
            # An object of the folder's own name is how consoles make an empty folder; it is the empty name here.
            files += [key[len(prefix) :] for key in page.keys]
        return [name for name in folders if name not in NAMELESS], [name for name in files if name not in NAMELESS]

    def size(self, name: str) -> int:
        """Bytes, as stored; :raises ObjectNotFound: there is no such object."""
        return self.client.head(self._key(name)).size

    def get_modified_time(self, name: str) -> datetime:
        """When the object was last written; aware with ``USE_TZ``, else naive in the local time zone.

        :raises ObjectNotFound: there is no such object.
        """
        modified = self.client.head(self._key(name)).modified
        return modified if django_settings.USE_TZ else timezone.make_naive(modified)

    # To migrations and other processes

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """For migrations: what it was made with, less the secrets, which no file in version control should hold."""
        cls = type(self)
        module = (
            "django_oss_share.storage" if cls.__module__.startswith("django_oss_share.storage.") else cls.__module__
        )
        args, kwargs = self._made_of
        return f"{module}.{cls.__qualname__}", args, {n: value for n, value in kwargs.items() if n not in SECRETS}

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), seal(self._made_of))


def _restored(cls: type[OSSStorage], sealed: bytes) -> OSSStorage:
    args, kwargs = unseal(sealed)
    return cls(*args, **kwargs)
