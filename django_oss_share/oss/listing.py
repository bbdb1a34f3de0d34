"""Lists of a bucket's objects without the SDK: our own signature, our own reading, the SDK's manners.

The SDK takes longer to read a key off a page than we take to sign its link; this takes less than half of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from xml.etree.ElementTree import ParseError, fromstring

import requests
import urllib3

from .credentials import Credentials, CredentialsSource, as_retriever, check_retrieved
from .encoding import encode_query
from .endpoints import Endpoint
from .errors import CorruptTransfer, IncompleteListing, ServiceError, Unreachable
from .list_page import MalformedPage, read_page, version_markers
from .listed import ListedPage
from .refusals import refusal
from .retry import TRIES, pause
from .session import CONNECT_TIMEOUT, READ_TIMEOUT, Session
from .signing import v1, v4
from .validate import check_bucket


class BucketLister:
    """Lists the objects of one bucket. Safe to share between threads, not across a fork.

    :param verify: whether to check TLS certificates, or the path of a CA bundle.
    :param proxies: by scheme, ``{"https": "http://proxy:3128"}``; the environment's by default.
    """

    def __init__(
        self,
        credentials: CredentialsSource,
        endpoint: Endpoint,
        bucket: str,
        *,
        signature_version: str = "v4",
        verify: bool | str = True,
        proxies: Mapping[str, str] | None = None,
    ) -> None:
        self.bucket = check_bucket(bucket)
        self.endpoint = endpoint
        self._url = endpoint.base_url(bucket)
        self._signed = _SIGNED[signature_version]
        self._retrieve = as_retriever(credentials)
        self._proxies = dict(proxies) if proxies else None
        self._session = Session(verify)

    def page(
        self,
        prefix: str = "",
        *,
        delimiter: str = "",
        start_after: str = "",
        token: str | None = None,
        page_size: int = 1000,
        versions: bool = False,
    ) -> ListedPage:
        """At most ``page_size`` (1 to 1,000) of the keys that start with ``prefix``, in the order of their UTF-8 bytes.

        :param start_after: a key, of which only later ones are listed.
        :param token: the ``next_token`` of the page before.
        :param versions: of the versions of those keys, the newest of each first; without delete markers.
        :raises IncompleteListing: OSS says that the list goes on, but not where.
        :raises CorruptTransfer: what came is no list. :raises Unreachable: nothing whole came, at three tries.
        :raises ServiceError: OSS says no.
        """
        make = _versions_query if versions else _query
        query = make(prefix, delimiter, start_after, token, page_size)
        what = f"{'ListObjectVersions' if versions else 'ListObjectsV2'} oss://{self.bucket}/{prefix}"
        try:
            page = read_page(self._asked(what, query), versions=versions)
        except MalformedPage as error:
            raise CorruptTransfer(f"{what}: the answer is not what OSS sends ({error}).") from None
        if page.next_token == "":
            raise self._incomplete(prefix, "no continuation token")
        return page

    def pages(
        self,
        prefix: str = "",
        *,
        delimiter: str = "",
        start_after: str = "",
        token: str | None = None,
        page_size: int = 1000,
        versions: bool = False,
    ) -> Iterator[ListedPage]:
        """All pages of :meth:`page` from ``token`` on, one after the other, none of which is kept.

        :raises IncompleteListing: OSS named no next page, or one that was there before; never a short list.
        """
        asked = {"delimiter": delimiter, "start_after": start_after, "page_size": page_size, "versions": versions}
        seen: set[str] = set()
        while True:
            page = self.page(prefix, token=token, **asked)  # type: ignore[arg-type]
            yield page
            token = page.next_token
            if token is None:
                return
            if token in seen:
                raise self._incomplete(prefix, "the same continuation token twice")
            seen.add(token)

    def _incomplete(self, prefix: str, what: str) -> IncompleteListing:
        return IncompleteListing(
            f"The list of oss://{self.bucket}/{prefix} goes on, but OSS gave {what}; it was given up rather than "
            "called complete."
        )

    def _asked(self, what: str, query: dict[str, str]) -> bytes:
        """The body of OSS's answer, at the third try at the latest."""
        for attempt in range(TRIES - 1):
            try:
                return self._tried(what, query)
            except ServiceError as error:
                if not error.is_transient:
                    raise
                pause(attempt)
        return self._tried(what, query)

    def _tried(self, what: str, query: dict[str, str]) -> bytes:
        try:
            response = self._get(query)
            body = response.content
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise Unreachable(f"{what}: no answer ({type(error).__name__}).") from None
        if response.status_code != 200:
            raise _refused(what, response, body)
        return body

    # A frame of its own: its variables hold the security token, and an error report shows those of whoever raises.
    def _get(self, query: dict[str, str]) -> requests.Response:
        credentials = check_retrieved(self._retrieve())
        headers = self._signed(credentials, self.bucket, self.endpoint.region, query)
        return self._session.get(
            f"{self._url}?{encode_query(query)}",
            headers={**headers, "accept-encoding": "identity"},
            timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
            allow_redirects=False,
            proxies=self._proxies,
        )


def _query(prefix: str, delimiter: str, start_after: str, token: str | None, page_size: int) -> dict[str, str]:
    given = {"prefix": prefix, "delimiter": delimiter, "start-after": start_after, "continuation-token": token}
    always = {"list-type": "2", "encoding-type": "url", "max-keys": str(page_size)}
    return {**always, **{name: value for name, value in given.items() if value}}


def _versions_query(prefix: str, delimiter: str, start_after: str, token: str | None, page_size: int) -> dict[str, str]:
    key, version = (start_after, "") if token is None else version_markers(token)
    given = {"prefix": prefix, "delimiter": delimiter, "key-marker": key, "version-id-marker": version}
    always = {"versions": "", "encoding-type": "url", "max-keys": str(page_size)}
    return {**always, **{name: value for name, value in given.items() if value}}


def _signed_v4(credentials: Credentials, bucket: str, region: str, query: Mapping[str, str]) -> dict[str, str]:
    return v4.authorization(credentials, "GET", bucket, "", region=region, now=datetime.now(UTC), query=query)


def _signed_v1(credentials: Credentials, bucket: str, region: str, query: Mapping[str, str]) -> dict[str, str]:
    return v1.authorization(credentials, "GET", bucket, "", now=datetime.now(UTC), query=query)


_SIGNED: dict[str, Callable[[Credentials, str, str, Mapping[str, str]], dict[str, str]]] = {
    "v4": _signed_v4,
    "v1": _signed_v1,
}


def _refused(what: str, response: requests.Response, body: bytes) -> ServiceError:
    said = _error_of(body)
    return refusal(
        what,
        status=response.status_code,
        code=said.get("Code", ""),
        message=said.get("Message", "no reason given"),
        request_id=said.get("RequestId", "") or response.headers.get("x-oss-request-id", ""),
        ec=said.get("EC", "") or response.headers.get("x-oss-ec", ""),
    )


def _error_of(body: bytes) -> dict[str, str]:
    """What OSS's error document says; nothing, where a proxy answered in its own words."""
    try:
        return {each.tag: each.text or "" for each in fromstring(body)}  # noqa: S314 - as a page is
    except (LookupError, ParseError, ValueError):
        return {}
