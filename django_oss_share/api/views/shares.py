"""Shares: made, listed, changed, ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ...models import Share
from ...models.share_queryset import ShareQuerySet
from ...services import shares
from ...services.policy import SHARE_OBJECT
from ...services.rights import OPENING
from .. import examples, idempotency
from ..base import Endpoint, permits
from ..paging import Newest, PageQuery, answer
from ..schema import operation
from ..serializers.audit import EventOut
from ..serializers.shares import (
    Nothing,
    ShareChange,
    ShareEnd,
    ShareNew,
    ShareOut,
    ShareOwner,
    SharePassword,
    ShareRevival,
    ShareRevocation,
    SharesQuery,
)
from .users import of_user, receiver

_SHARE = [examples.answered("a share", examples.SHARE)]
_STEPS = ("revoke", "extend", "rotate", "revive", "password", "hand_over", "partial_update")


@method_decorator(sensitive_variables(), name="create")
@method_decorator(sensitive_variables(), name="password")
class Shares(Endpoint):
    """One's own; everybody's with the permission `view_all_shares`."""

    queryset = Share.objects.all()
    serializer_class = ShareOut
    pagination_class = Newest
    permission_classes = (permits(*OPENING),)
    lookup_value_regex = "[0-9]{1,18}"
    problems = {**dict.fromkeys(_STEPS, ("409",)), "create": (*idempotency.STATUSES, "502")}

    def get_permissions(self) -> Sequence[Any]:
        return [permits(SHARE_OBJECT)()] if self.action == "create" else super().get_permissions()

    def get_queryset(self) -> ShareQuerySet:
        return Share.objects.visible_to(self.request.user).prefetch_related("items")

    @operation(parameters=[SharesQuery], examples=_SHARE)
    def list(self, request: Request) -> Response:
        """The newest first."""
        query = self.given(SharesQuery)
        rows: Any = self.get_queryset()
        if "state" in query:
            rows = rows.in_state(query["state"])
        if "storage" in query:
            rows = rows.filter(storage=query["storage"])
        if "key" in query:
            rows = rows.of_object(query.get("storage", "default"), query["key"])
        if "owner" in query:
            rows = of_user(rows, "created_by", query["owner"])
        found, cursor = Newest().page(rows, query)
        return answer(request, self.get_serializer(found, many=True).data, cursor)

    @operation(
        request=ShareNew,
        responses={201: ShareOut},
        parameters=[idempotency.PARAMETER],
        examples=[
            examples.asked("a file", {"key": "reports/q3.pdf", "max_downloads": 3, "password": "correct horse"}),
            examples.asked("a folder", {"prefix": "reports/2026/", "expires_in": 604_800, "name": "Reports"}),
            examples.answered("a share", examples.SHARE, "201"),
        ],
    )
    def create(self, request: Request) -> Response:
        """Share a file (`key`), several (`keys`), or a folder (`prefix`)."""
        given = self.given(ShareNew)
        if "expires_at" in given:
            given["expires_at"] = given["expires_at"] or shares.NEVER

        def make() -> tuple[object, dict[str, Any]]:
            share = shares.create(created_by=request.user, **given, **self.who)
            return share.pk, self._shown(share)

        return idempotency.created(request, "share", make, lambda pk: self._shown(self.get_queryset().get(pk=pk)))

    @operation(examples=_SHARE)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One share."""
        return Response(self._shown(self.get_object()))

    @operation(
        request=ShareChange,
        responses=ShareOut,
        examples=[examples.asked("a new limit", {"max_downloads": 10}), *_SHARE],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change settings; when it ends, its password and its owner have addresses of their own."""
        return self._changed(shares.update, **self.given(ShareChange))

    @operation(request=ShareRevocation, responses=ShareOut, examples=_SHARE)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """End it for good; a second time changes nothing."""
        return self._changed(shares.revoke, **self.given(ShareRevocation))

    @operation(
        request=ShareEnd, responses=ShareOut, examples=[examples.asked("a week", {"expires_in": 604_800}), *_SHARE]
    )
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, pk: str) -> Response:
        """Let it end at another time, later or sooner; an expired one works again, on the same link."""
        given = self.given(ShareEnd)
        end = timedelta(seconds=given["expires_in"]) if "expires_in" in given else given["expires_at"]
        return self._changed(shares.extend, expires_at=end or shares.NEVER)

    @operation(request=Nothing, responses=ShareOut, examples=_SHARE)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """Give it a new link; the old one opens nothing any more."""
        self.given(Nothing)
        return self._changed(shares.rotate)

    @operation(request=ShareRevival, responses=ShareOut, examples=_SHARE)
    @action(detail=True, methods=["post"])
    def revive(self, request: Request, pk: str) -> Response:
        """Let an expired or exhausted one work again, on the same link."""
        given = self.given(ShareRevival)
        if "expires_at" in given:
            given["expires_at"] = given["expires_at"] or shares.NEVER
        return self._changed(shares.revive, **given)

    @operation(request=SharePassword, responses=ShareOut, examples=_SHARE)
    @action(detail=True, methods=["post"])
    def password(self, request: Request, pk: str) -> Response:
        """Set, change or remove the password; whoever had unlocked it must give the new one."""
        return self._changed(shares.set_password, **self.given(SharePassword))

    @operation(request=ShareOwner, responses=ShareOut, examples=[examples.asked("to Bob", {"to": "bob"}), *_SHARE])
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """Give it another owner; its link stays. Answers what you may still see of it."""
        return self._changed(shares.hand_over, to=receiver(self.given(ShareOwner)["to"]))

    @operation(
        parameters=[PageQuery],
        responses={200: EventOut(many=True)},
        examples=[examples.answered("an event", examples.EVENT)],
    )
    @action(detail=True, serializer_class=EventOut)
    def events(self, request: Request, pk: str) -> Response:
        """What happened to it, the newest first."""
        query = self.given(PageQuery)
        found, cursor = Newest().page(self._share().events.all(), query)
        return answer(request, self.get_serializer(found, many=True).data, cursor)

    def _share(self) -> Share:
        share: Share = self.get_object()
        return share

    def _changed(self, change: Callable[..., Share], **values: Any) -> Response:
        return Response(self._shown(change(self._share(), **values, **self.who)))

    def _shown(self, share: Share) -> dict[str, Any]:
        return dict(ShareOut(share, context=self.get_serializer_context()).data)
