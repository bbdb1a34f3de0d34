"""A small object that is stored, read, opened by a link, and removed: what the credentials may do, and visitors get."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from secrets import token_hex
from typing import TYPE_CHECKING

import requests
import urllib3

from ...oss import Endpoint
from ...oss.errors import ObjectNotFound, PermissionDenied, ServiceError, Unreachable
from ...oss.session import Session
from ...storage import OSSStorage
from .bucket_findings import Finding, Level
from .causes import Cause
from .diagnosing import diagnose

if TYPE_CHECKING:
    from ...oss.bucket_settings import SettingsClient

_BODY = b"Written by oss_doctor to see what it may do; it may be deleted.\n"
_HEADERS = {"content-type": "text/plain;charset=utf-8", "x-oss-forbid-overwrite": "true"}
# Seconds that the link lives, and that an answer may take.
_LIFETIME, _TIMEOUT = 60, 5


def clock_offset(client: SettingsClient, storage: OSSStorage) -> float:
    """Seconds that OSS's clock is ahead of this machine's, by the Date of an answer; it counts whole seconds.

    :raises Unreachable: there is no answer, or one without a date.
    """
    before = time.time()
    told = _date(client.endpoint.base_url(client.bucket), storage)
    try:
        theirs = parsedate_to_datetime(told).timestamp() + 0.5
    except ValueError:
        raise Unreachable(f"{client.endpoint.url} answers without a date; is it OSS?") from None
    return theirs - (before + time.time()) / 2


def _date(url: str, storage: OSSStorage) -> str:
    """The Date of an unsigned answer, by the way on which Django itself goes; :raises Unreachable: there is none."""
    verify = True if storage.verify is None else storage.verify
    proxies = dict(storage.proxies) if storage.proxies else None
    try:
        with Session(verify) as session:
            return session.head(url, timeout=_TIMEOUT, allow_redirects=False, proxies=proxies).headers.get("Date", "")
    except requests.exceptions.SSLError:
        raise Unreachable(f"the certificate of {url} is not to be trusted.") from None
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise Unreachable(f"no answer from {url} ({type(error).__name__}).") from None


@dataclass(frozen=True, slots=True)
class Probe:
    """:ivar name: in the storage."""

    storage: OSSStorage
    name: str

    @classmethod
    def below(cls, prefix: str, storage: OSSStorage) -> Probe:
        """One that nobody has yet. :raises InvalidKey, SuspiciousName: a prefix that no name can have."""
        name = f"{prefix}{token_hex(8)}.txt"
        storage.object_key(name)
        return cls(storage, name)

    @property
    def key(self) -> str:
        return self.storage.object_key(self.name)

    def findings(self, client: SettingsClient) -> Iterator[Finding]:
        """What comes of each step; whatever happens, the object is removed."""
        yield self._listed(client)
        put = self._put(client)
        yield put
        if put.cause == "no_permission":
            yield self._absent(client)
            return
        try:
            if put.level is Level.OK:
                yield self._read(client)
                yield from self._opened()
            else:
                yield self._absent(client)
        finally:
            removed = self._removed(client)
        yield removed

    def _listed(self, client: SettingsClient) -> Finding:
        try:
            client.page(self.key, page_size=1)
        except ServiceError as error:
            cure = "Grant oss:ListObjects, if folders are to be shared, browsed or exported."
            return _refused("list", Level.ADVICE, "List objects", error, cure)
        return Finding("list", Level.OK, "ok", "The credentials may list objects.")

    def _put(self, client: SettingsClient) -> Finding:
        try:
            client.put(self.key, _BODY, _HEADERS, attempts=1)
        except ServiceError as error:
            cure = "Grant oss:PutObject, if Django is to store files; links to what is there need it not."
            return _refused("put", Level.WARNING, "Store an object", error, cure)
        return Finding("put", Level.OK, "ok", "The credentials may store objects.")

    def _absent(self, client: SettingsClient) -> Finding:
        """Whether reading is allowed, asked of an object that is not there."""
        try:
            client.head(self.key, attempts=1, timeout=_TIMEOUT)
        except ObjectNotFound:
            return Finding("get", Level.OK, "ok", "The credentials may read objects; there is none to try a link on.")
        except ServiceError as error:
            return _refused("get", Level.ERROR, "Read an object", error, _GRANT_GET)
        return Finding("get", Level.OK, "ok", "The credentials may read objects.")

    def _read(self, client: SettingsClient) -> Finding:
        try:
            _, blocks, close = client.get(self.key, attempts=1)
            try:
                body = b"".join(blocks)
            finally:
                close()
        except ServiceError as error:
            return _refused("get", Level.ERROR, "Read an object", error, _GRANT_GET)
        if body != _BODY:
            cure = "Look for a proxy between Django and OSS that changes what passes."
            return Finding("get", Level.ERROR, "tampered", "What was read is not what was stored.", cure)
        return Finding("get", Level.OK, "ok", "The credentials may read objects.")

    def _opened(self) -> Iterator[Finding]:
        """The object by a link, as somebody gets it who comes from a share's page, which sends no Referer."""
        yield _of_scheme(self.storage)
        found = diagnose(self.storage.deliver(self.name, expires_in=_LIFETIME).url, fetch=True)
        explanation = f"A link at {self.storage.visitor_origin}: {found.explanation}"
        yield Finding("link", _LEVELS.get(found.cause, Level.ERROR), found.cause.value, explanation, found.cure)

    def _removed(self, client: SettingsClient) -> Finding:
        try:
            client.erase(self.key)
        except ServiceError as error:
            cure = f"Delete oss://{client.bucket}/{self.key}; grant oss:DeleteObject, and oss:DeleteObjectVersion."
            return _refused("delete", Level.WARNING, "Remove the probe", error, cure)
        return Finding("delete", Level.OK, "ok", "The credentials may delete objects; the probe is gone.")


_GRANT_GET = "Grant oss:GetObject on the bucket's objects: without it, all links answer 403."
# All other causes are errors.
_LEVELS = {Cause.OK: Level.OK, Cause.NEEDS_CUSTOM_DOMAIN: Level.ADVICE, Cause.LINK_OUTLIVES_TOKEN: Level.WARNING}


def _of_scheme(storage: OSSStorage) -> Finding:
    endpoint = Endpoint(storage.visitor_origin, addressing="cname", allow_private=True)
    if endpoint.scheme == "https":
        return Finding("https", Level.OK, "ok", "Links are https.")
    if endpoint.is_loopback:
        return Finding("https", Level.OK, "ok", "Links are plain http, and lead to this machine alone.")
    return Finding(
        "https",
        Level.WARNING,
        "plain_http",
        "Links are plain http: whoever reads one on the way has the file.",
        "Write https:// in endpoint_url; for a domain of your own, host a certificate and leave out url_protocol.",
    )


def _refused(check: str, level: Level, what: str, error: ServiceError, cure: str) -> Finding:
    cause = "no_permission" if isinstance(error, PermissionDenied) else "unreachable"
    return Finding(check, level, cause, f"{what}: {error}", cure)
