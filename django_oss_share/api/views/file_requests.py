"""File requests: made, listed, changed, ended; and the files that were left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ...models import FileRequest
from ...models.file_request import CHANGE_ALL_REQUESTS, VIEW_ALL_REQUESTS, FileRequestQuerySet
from ...services import file_requests
from ...services.file_requests.permissions import REQUEST
from ...services.inputs import NEVER
from .. import examples, idempotency
from ..base import Endpoint, permits
from ..paging import Newest, PageQuery, answer
from ..schema import operation
from ..serializers.file_requests import (
    FileRequestChange,
    FileRequestNew,
    FileRequestOut,
    FileRequestsQuery,
    ReceivedFileOut,
)
from ..serializers.shares import Nothing, ShareEnd, ShareOwner, SharePassword, ShareRevocation
from .users import of_user, receiver

_REQUEST = [examples.answered("a file request", examples.FILE_REQUEST)]
_STEPS = ("revoke", "extend", "rotate", "password", "hand_over", "partial_update")


@method_decorator(sensitive_variables(), name="create")
@method_decorator(sensitive_variables(), name="password")
class FileRequests(Endpoint):
    """One's own; everybody's with the permission `view_all_requests`."""

    queryset = FileRequest.objects.all()
    serializer_class = FileRequestOut
    pagination_class = Newest
    permission_classes = (permits(REQUEST, "oss_share.view_filerequest", VIEW_ALL_REQUESTS, CHANGE_ALL_REQUESTS),)
    lookup_value_regex = "[0-9]{1,18}"
    problems = {**dict.fromkeys(_STEPS, ("409",)), "create": idempotency.STATUSES}

    def get_permissions(self) -> Sequence[Any]:
        return [permits(REQUEST)()] if self.action == "create" else super().get_permissions()

    def get_queryset(self) -> FileRequestQuerySet:
        return FileRequest.objects.visible_to(self.request.user)

    @operation(parameters=[FileRequestsQuery], examples=_REQUEST)
    def list(self, request: Request) -> Response:
        """The newest first."""
        query = self.given(FileRequestsQuery)
        rows: Any = self.get_queryset()
        if "state" in query:
            rows = rows.in_state(query["state"])
        if "storage" in query:
            rows = rows.filter(storage=query["storage"])
        if "owner" in query:
            rows = of_user(rows, "created_by", query["owner"])
        found, cursor = Newest().page(rows, query)
        return answer(request, self.get_serializer(found, many=True).data, cursor)

    @operation(
        request=FileRequestNew,
        responses={201: FileRequestOut},
        parameters=[idempotency.PARAMETER],
        examples=[
            examples.asked("tenders", {"prefix": "incoming/tenders/", "name": "Tenders", "content_types": [".pdf"]}),
            examples.answered("a file request", examples.FILE_REQUEST, "201"),
        ],
    )
    def create(self, request: Request) -> Response:
        """Make a page on which whoever has its link leaves files in a folder."""
        given = self.given(FileRequestNew)
        if "expires_at" in given:
            given["expires_at"] = given["expires_at"] or NEVER

        def make() -> tuple[object, dict[str, Any]]:
            made = file_requests.create(created_by=request.user, **given, **self.who)
            return made.pk, self._shown(made)

        return idempotency.created(
            request, "file request", make, lambda pk: self._shown(self.get_queryset().get(pk=pk))
        )

    @operation(examples=_REQUEST)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One file request."""
        return Response(self._shown(self.get_object()))

    @operation(
        request=FileRequestChange,
        responses=FileRequestOut,
        examples=[examples.asked("a new limit", {"max_files": 50}), *_REQUEST],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change settings; when it ends, its password and its owner have addresses of their own."""
        return self._changed(file_requests.update, **self.given(FileRequestChange))

    @operation(request=ShareRevocation, responses=FileRequestOut, examples=_REQUEST)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """End it for good, and what is under way with it; a second time changes nothing."""
        return self._changed(file_requests.revoke, **self.given(ShareRevocation))

    @operation(
        request=ShareEnd,
        responses=FileRequestOut,
        examples=[examples.asked("a week", {"expires_in": 604_800}), *_REQUEST],
    )
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, pk: str) -> Response:
        """Let it end at another time, later or sooner; an expired one works again, on the same link."""
        given = self.given(ShareEnd)
        end = timedelta(seconds=given["expires_in"]) if "expires_in" in given else given["expires_at"]
        return self._changed(file_requests.extend, expires_at=end or NEVER)

    @operation(request=Nothing, responses=FileRequestOut, examples=_REQUEST)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """Give it a new link; the old one opens nothing any more."""
        self.given(Nothing)
        return self._changed(file_requests.rotate)

    @operation(request=SharePassword, responses=FileRequestOut, examples=_REQUEST)
    @action(detail=True, methods=["post"])
    def password(self, request: Request, pk: str) -> Response:
        """Set, change or remove the password; whoever had unlocked the page must give the new one."""
        return self._changed(file_requests.set_password, **self.given(SharePassword))

    @operation(
        request=ShareOwner, responses=FileRequestOut, examples=[examples.asked("to Bob", {"to": "bob"}), *_REQUEST]
    )
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """Give it another owner; its link stays. Answers what you may still see of it."""
        return self._changed(file_requests.hand_over, to=receiver(self.given(ShareOwner)["to"]))

    @operation(
        parameters=[PageQuery],
        responses={200: ReceivedFileOut(many=True)},
        examples=[examples.answered("a file", examples.RECEIVED)],
    )
    @action(detail=True, serializer_class=ReceivedFileOut)
    def files(self, request: Request, pk: str) -> Response:
        """What was left, the newest first."""
        query = self.given(PageQuery)
        found, cursor = Newest().page(self._request().files.arrived(), query)
        return answer(request, self.get_serializer(found, many=True).data, cursor)

    def _request(self) -> FileRequest:
        row: FileRequest = self.get_object()
        return row

    def _changed(self, change: Callable[..., FileRequest], **values: Any) -> Response:
        return Response(self._shown(change(self._request(), **values, **self.who)))

    def _shown(self, row: FileRequest) -> dict[str, Any]:
        return dict(FileRequestOut(row, context=self.get_serializer_context()).data)
