"""The audit log, to be read."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from ...models import AuditEvent
from ...services.audit.ids import first_id_at
from .. import examples
from ..base import Endpoint, permits
from ..paging import Newest, answer
from ..schema import operation
from ..serializers.audit import AuditQuery, EventOut
from .users import of_user

_EVENT = [examples.answered("an event", examples.EVENT)]


class Audit(Endpoint):
    """For those with the permission `view_auditevent`."""

    queryset = AuditEvent.objects.all()
    serializer_class = EventOut
    pagination_class = Newest
    permission_classes = (permits("oss_share.view_auditevent"),)
    lookup_value_regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

    @operation(parameters=[AuditQuery], examples=_EVENT)
    def list(self, request: Request) -> Response:
        """The newest first."""
        query = self.given(AuditQuery)
        rows: QuerySet[AuditEvent] = self.get_queryset()
        if "action" in query:
            rows = rows.filter(action=query["action"])
        if "share" in query:
            rows = rows.filter(share=query["share"])
        if "actor" in query:
            rows = of_user(rows, "actor", query["actor"])
        if "storage" in query:
            rows = rows.filter(storage=query["storage"])
        if "since" in query:
            rows = rows.filter(pk__gte=first_id_at(query["since"]))
        if "until" in query:
            rows = rows.filter(pk__lt=first_id_at(query["until"]))
        found, cursor = Newest().page(rows, query)
        return answer(request, self.get_serializer(found, many=True).data, cursor)

    @operation(examples=_EVENT)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One event."""
        return Response(EventOut(self.get_object()).data)
