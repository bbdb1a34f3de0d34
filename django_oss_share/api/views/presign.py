"""Presigned links: straight to OSS, uncounted, irrevocable, and written down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from ...oss import PresignedURL
from ...services import presigning
from ...services.policy import SHARE_OBJECT
from ...services.rights import holds
from .. import examples
from ..base import Endpoint, permits
from ..fields import Moment
from ..schema import operation
from ..serializers.presign import LinksOut, PresignNew
from ..throttles import PresignThrottle


class Presign(Endpoint):
    """For those with the permission `share_object`; links that upload need `upload_object`, too."""

    serializer_class = LinksOut
    permission_classes = (permits(SHARE_OBJECT, ask=holds),)
    throttles = {"create": PresignThrottle}
    problems = {"create": ("502",)}

    @operation(
        request=PresignNew,
        responses={200: LinksOut},
        examples=[
            examples.asked("one object", {"key": "reports/q3.pdf", "expires_in": 3600, "filename": "Q3.pdf"}),
            examples.asked("many", {"keys": ["a.png", "b.png"], "process": "image/resize,w_300"}),
            examples.asked("an upload", {"key": "in/a.pdf", "method": "PUT", "content_type": "application/pdf"}),
            examples.answered("links", {"method": "GET", "headers": {}, "results": [examples.LINK]}),
        ],
    )
    def create(self, request: Request) -> Response:
        """Links to one object (`key`) or up to 1,000 alike (`keys`)."""
        given = self.given(PresignNew)
        keys = [given.pop("key")] if "key" in given else given.pop("keys")
        links = presigning.presign_many(given.pop("storage"), keys, **given, **self.who)
        return Response(
            {
                "method": links[0].method,
                "headers": links[0].signed_headers,
                "results": list(_told(keys, links)),
            }
        )


def _told(keys: Sequence[str], links: Sequence[PresignedURL]) -> Iterator[dict[str, Any]]:
    """As :class:`LinkOut` has them, which would take longer than it took to sign."""
    end, moment = None, ""
    for key, link in zip(keys, links, strict=True):
        # Of a thousand, all end at one moment, or at two.
        if link.expires_at is not end:
            end, moment = link.expires_at, _moment.to_representation(link.expires_at)
        yield {"key": key, "url": link.url, "expires_at": moment, "clipped": link.clipped}


_moment = Moment()
