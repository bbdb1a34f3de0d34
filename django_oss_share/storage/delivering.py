"""Links for visitors, who follow them at once: by the CDN, where there is one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from ..oss import PresignedURL
from ..oss.encoding import encode_query
from ..oss.query import check_query
from .cdn import CDN
from .linking import LinkingStorage
from .parameters import link_query


class DeliveringStorage(LinkingStorage):
    """``deliver()``, by which shares hand out their links."""

    def deliver(
        self,
        name: str | PurePath,
        *,
        expires_in: int | timedelta,
        download: bool | None = None,
        filename: str | None = None,
        version_id: str | None = None,
        content_type: str | None = None,
    ) -> PresignedURL:
        """The link of :meth:`presign`, or a CDN's, where the storage has one that :meth:`cdn_for` lets have it.

        Arguments, and what is raised, are those of :meth:`presign`. A CDN's link is never cut to a token's end; with
        type B, which counts minutes, it ends at the next full one.
        """
        keywords: dict[str, Any] = {
            "download": download,
            "filename": filename,
            "version_id": version_id,
            "content_type": content_type,
        }
        if (cdn := self.cdn_for(version_id)) is None:
            return self.presign(name, expires_in=expires_in, **keywords)
        query = encode_query(check_query(link_query(None, **keywords)))
        return cdn.link(self._key(name), query, expires_in, window=0)

    def cdn_for(self, version_id: str | None = None) -> CDN | None:
        """The CDN by which :meth:`deliver` sends an object, if it does.

        None with type F, whose links take no query and so cannot name a file; nor for a version, since a CDN signs the
        path alone: whoever took the version off the link would get the latest one.
        """
        return self._cdn if self._cdn is not None and self._cdn.scheme.type != "F" and not version_id else None

    @property
    def visitor_origin(self) -> str:
        """Scheme and host of what :meth:`deliver` makes, for whoever says where browsers may go on to."""
        if (cdn := self.cdn_for()) is None:
            return self.link_origin
        url = urlsplit(cdn.base_url)
        return f"{url.scheme}://{url.netloc}"
