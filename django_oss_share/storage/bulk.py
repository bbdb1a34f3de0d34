"""What lists and signs a storage's bucket as a whole, by keys rather than by names below its location."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..conf import conf
from ..oss import Endpoint, Presigner
from .backend import OSSStorage
from .endpoints import check_scheme
from .validity import Refreshing

if TYPE_CHECKING:
    from ..oss.listing import BucketLister


def lister_of(storage: OSSStorage) -> BucketLister:
    """Lists the bucket, where Django itself reads; without the SDK."""
    from ..oss.listing import BucketLister

    return storage.connected(BucketLister)


def presigner_of(storage: OSSStorage, *, endpoint_url: str = "", addressing: str = "") -> Presigner:
    """Signs for any key of the bucket, always for OSS itself and for no longer than asked.

    :param endpoint_url: where links point instead of the storage's own place.
    :param addressing: ``virtual``, ``path`` or ``cname``; by default the storage's, or the usual one of another place.
    :raises InvalidEndpoint: no such place. :raises StorageMisconfigured: plain http, where that is not allowed.
    """
    endpoint = storage.link_endpoint
    if endpoint_url or addressing:
        url = endpoint_url or endpoint.url
        host = urlsplit(url if "://" in url else f"https://{url}").hostname
        made = Endpoint(url, endpoint.region, addressing, allow_private=host in conf.private_endpoint_hosts)
        endpoint = check_scheme(type(storage).__name__, "endpoint", made)
    return Presigner(storage._credentials, endpoint, storage.bucket_name, signature_version=storage.signature_version)


def cover(storage: OSSStorage, seconds: int) -> None:
    """See to it that the security token at hand, if there is one, covers links of ``seconds``, where a newer one would.

    :raises ExpiryBeyondToken: none could. :raises CredentialsUnavailable: there is none.
    """
    if storage._covered is not None:
        storage._covered(seconds)


def longest_cover(storage: OSSStorage) -> int | None:
    """Seconds of a link that a security token of ``storage`` covers at most; None: there is none, or nobody knows."""
    source = storage._credentials
    return source.longest if isinstance(source, Refreshing) else None
