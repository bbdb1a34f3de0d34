"""What a storage signs with and where, for whoever has to tell whether a link is its own."""

from __future__ import annotations

from ..oss import Endpoint
from ..oss.credentials import CredentialsSource
from .backend import OSSStorage
from .cdn import CDN


def source_of(storage: OSSStorage) -> CredentialsSource:
    """What gives the credentials that the storage signs with."""
    return storage._credentials


def cdn_of(storage: OSSStorage) -> CDN | None:
    """The CDN in front of it, as its option says."""
    return storage._cdn


def endpoints_of(storage: OSSStorage) -> tuple[Endpoint, ...]:
    """Where its links point, where OSS's own tools reach the bucket, and where Django reads and writes."""
    return storage.link_endpoint, storage.tool_endpoint, storage._io_endpoint
