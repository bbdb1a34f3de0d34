"""What is in a storage."""

from __future__ import annotations

from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ...services import objects
from ...services.policy import BROWSE_BUCKET
from .. import examples
from ..base import Endpoint, permits
from ..paging import next_address
from ..schema import operation
from ..serializers.objects import BrowseOut, BrowseQuery, ObjectOut, ObjectQuery


class Objects(Endpoint):
    """For those with the permission `browse_bucket`, below the folders that they reach."""

    serializer_class = BrowseOut
    permission_classes = (permits(BROWSE_BUCKET),)
    problems = {"list": ("502",), "metadata": ("502",)}

    @operation(
        parameters=[BrowseQuery],
        responses={200: BrowseOut},
        examples=[
            examples.answered(
                "a folder",
                {"folders": [{"name": "2026", "key": "reports/2026/"}], "files": [examples.FILE], "next": None},
            )
        ],
    )
    def list(self, request: Request) -> Response:
        """A page of one folder: what is directly in it."""
        query = self.given(BrowseQuery)
        page = objects.browse(
            query["storage"],
            query["prefix"],
            token=query.get("cursor"),
            search=query["search"],
            page_size=query["page_size"],
            by=request.user,
        )
        following = next_address(request, page.next_token)
        return Response(BrowseOut({"folders": page.folders, "files": page.files, "next": following}).data)

    @operation(
        parameters=[ObjectQuery],
        responses={200: ObjectOut},
        examples=[examples.answered("an object", examples.OBJECT)],
    )
    @action(detail=False)
    def metadata(self, request: Request) -> Response:
        """What OSS says of one object."""
        query = self.given(ObjectQuery)
        info = objects.describe(query["storage"], query["key"], query["version_id"], by=request.user)
        facts: dict[str, Any] = {name: getattr(info, name) for name in ObjectOut().fields if hasattr(info, name)}
        return Response(ObjectOut({**facts, "storage": query["storage"], "key": query["key"]}).data)
