"""Temporary credentials for somebody else: shown once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from ...models import Grant
from ...services import grants
from ...services.policy import GRANT
from .. import examples, idempotency
from ..base import Endpoint, permits
from ..paging import Newest, PageQuery, answer
from ..schema import operation
from ..serializers.grants import CredentialsOut, GrantMade, GrantNew, GrantOut
from ..throttles import GrantThrottle

_VIEW = "oss_share.view_grant"
_GRANT = [examples.answered("a grant", examples.GRANT)]


@method_decorator(sensitive_variables(), name="create")
class Grants(Endpoint):
    """Who may grant (`grant_access`) sees their own, who may view grants (`view_grant`) all of them."""

    queryset = Grant.objects.all()
    serializer_class = GrantOut
    pagination_class = Newest
    permission_classes = (permits(GRANT, _VIEW),)
    lookup_value_regex = "[0-9]{1,18}"
    throttles = {"create": GrantThrottle}
    problems = {"create": (*idempotency.STATUSES, "502")}

    def get_permissions(self) -> Sequence[Any]:
        return [permits(GRANT)()] if self.action == "create" else super().get_permissions()

    def get_queryset(self) -> QuerySet[Grant]:
        user = self.request.user
        return Grant.objects.all() if user.has_perm(_VIEW) else Grant.objects.filter(created_by=user.pk)

    @operation(parameters=[PageQuery], examples=_GRANT)
    def list(self, request: Request) -> Response:
        """The newest first."""
        found, cursor = Newest().page(self.get_queryset(), self.given(PageQuery))
        return answer(request, self.get_serializer(found, many=True).data, cursor)

    @operation(examples=_GRANT)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One grant."""
        return Response(GrantOut(self.get_object()).data)

    @operation(
        request=GrantNew,
        responses={201: GrantMade},
        parameters=[idempotency.PARAMETER],
        examples=[
            examples.asked("uploads", {"prefix": "incoming/acme/", "recipient": "Acme", "actions": ["list", "put"]}),
            examples.answered("granted", {**examples.GRANT, "credentials": examples.CREDENTIALS}, "201"),
        ],
    )
    def create(self, request: Request) -> Response:
        """Grant access to a folder; the credentials are in this answer and in no other."""
        given = self.given(GrantNew)

        def make() -> tuple[object, dict[str, Any]]:
            issued = grants.create(given.pop("prefix"), **given, by=request.user)
            return issued.grant.pk, {**GrantOut(issued.grant).data, "credentials": _told(issued)}

        def again(pk: str) -> dict[str, Any]:
            return {**GrantOut(self.get_queryset().get(pk=pk)).data, "credentials": None}

        return idempotency.created(request, "grant", make, again)


def _told(issued: grants.Issued) -> dict[str, Any]:
    keys, endpoint = issued.credentials, issued.endpoint
    facts = {
        "access_key_id": keys.access_key_id,
        "access_key_secret": keys.access_key_secret,
        "security_token": keys.security_token,
        "expiration": keys.expiration,
        "endpoint": endpoint.url,
        "region": endpoint.region,
    }
    return dict(CredentialsOut(facts).data)
