"""What is in a storage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ...oss.errors import ServiceError
from ...services import metadata as headers
from ...services import objects
from ...services.policy import BROWSE_BUCKET, GRANT
from .. import examples
from ..base import Endpoint, permits
from ..paging import next_address
from ..problems import Problem
from ..schema import operation
from ..serializers.objects import (
    BrowseOut,
    BrowseQuery,
    MetadataChange,
    ObjectOut,
    ObjectQuery,
    OutcomesOut,
)


class Objects(Endpoint):
    """For those with the permission `browse_bucket`, below the folders that they reach."""

    serializer_class = BrowseOut
    permission_classes = (permits(BROWSE_BUCKET),)
    called = {"header 'cache_control'": "cache_control"}
    problems = {"list": ("502",), "metadata": ("502",), "change_metadata": ("502",)}

    def get_permissions(self) -> Sequence[Any]:
        return [permits(GRANT)()] if self.action == "change_metadata" else super().get_permissions()

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
        page = self._page(query)
        following = next_address(request, page.next_token)
        return Response(BrowseOut({"folders": page.folders, "files": page.files, "next": following}).data)

    def _page(self, query: dict[str, Any]) -> objects.Page:
        token = query.get("cursor")
        about = {name: query[name] for name in ("search", "page_size")}
        try:
            return objects.browse(query["storage"], query["prefix"], token=token, by=self.request.user, **about)
        except ServiceError as error:
            if token is None or error.status != 400:
                raise
            raise Problem(400, "cursor: OSS knows no such; take it from the next of a page.", field="cursor") from error

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
        names = [str(name) for name in ObjectOut().fields]
        facts: dict[str, Any] = {name: getattr(info, name) for name in names if hasattr(info, name)}
        return Response(ObjectOut({**facts, "storage": query["storage"], "key": query["key"]}).data)

    @operation(
        request=MetadataChange,
        responses={200: OutcomesOut},
        examples=[
            examples.asked(
                "saved under its name", {"keys": ["a.pdf"], "disposition": "attachment", "filename": "季度.pdf"}
            ),
            examples.asked("readable texts", {"keys": ["a.txt", "b.txt"], "fix_encoding": True, "dry_run": True}),
        ],
    )
    @metadata.mapping.patch  # type: ignore[untyped-decorator]
    def change_metadata(self, request: Request) -> Response:
        """What up to 100 objects are sent with: type, disposition, caching; what came of each is told."""
        given = self.given(MetadataChange)
        about = {name: given.pop(name) for name in ("version_id", "dry_run")}
        storage, keys = given.pop("storage"), given.pop("keys")
        outcomes = headers.change(storage, keys, headers.Wanted(**given), **about, **self.who)
        return Response(OutcomesOut({"results": outcomes}).data)
