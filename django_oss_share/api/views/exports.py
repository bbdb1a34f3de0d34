"""Exports: begun, watched, cancelled, tried again, fetched."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ...models import ExportJob
from ...models.export import CHANGE_ALL_EXPORTS
from ...services.exports import jobs, link_options, sources
from ...services.policy import EXPORT
from .. import examples, idempotency
from ..base import Endpoint, permits
from ..paging import Newest, PageQuery, answer
from ..schema import operation
from ..serializers.exports import ExportDetail, ExportNew, ExportOut, ResultNew
from ..serializers.shares import Nothing, ShareOut

_EXPORT = [examples.answered("an export", examples.EXPORT)]
_DETAIL = [examples.answered("an export", {**examples.EXPORT, "progress": examples.PROGRESS})]


@method_decorator(sensitive_variables(), name="result")
class Exports(Endpoint):
    """One's own; everybody's with the permission `change_all_exports`."""

    queryset = ExportJob.objects.all()
    serializer_class = ExportOut
    pagination_class = Newest
    permission_classes = (permits(EXPORT, CHANGE_ALL_EXPORTS),)
    lookup_value_regex = "[0-9]{1,18}"
    called = {"manifest": "inventory", "filter": "filters.rules", "pattern": "filters.rules"}
    problems = {"create": idempotency.STATUSES, "retry": ("409", "502"), "result": ("409", "502")}

    def get_queryset(self) -> QuerySet[ExportJob]:
        return ExportJob.objects.visible_to(self.request.user)

    @operation(parameters=[PageQuery], examples=_EXPORT)
    def list(self, request: Request) -> Response:
        """The newest first."""
        found, cursor = Newest().page(self.get_queryset(), self.given(PageQuery))
        return answer(request, self.get_serializer(found, many=True).data, cursor)

    @operation(
        request=ExportNew,
        responses={201: ExportDetail},
        parameters=[idempotency.PARAMETER],
        examples=[
            examples.asked("a folder", {"prefix": "reports/", "filters": {"rules": ["+ *.pdf", "- *"]}}),
            examples.asked(
                "share links", {"keys": ["a.pdf"], "output": "shares", "share_options": {"max_downloads": 3}}
            ),
            examples.answered("an export", {**examples.EXPORT, "progress": examples.PROGRESS}, "201"),
        ],
    )
    def create(self, request: Request) -> Response:
        """Begin a list of links; ask for the export until its state is `done`."""
        given = self.given(ExportNew)

        def make() -> tuple[object, dict[str, Any]]:
            job = jobs.start(
                _source(given),
                options=_options(given),
                columns=given.get("columns"),
                shards=jobs.AUTO if given["shards"] is None else given["shards"],
                base_url=request.build_absolute_uri("/").rstrip("/"),
                created_by=request.user,
                **{name: given[name] for name in ("output", "format", "gzip", "storage", "name")},
                **self.who,
            )
            return job.pk, _shown(job)

        return idempotency.created(request, "export", make, lambda pk: _shown(self.get_queryset().get(pk=pk)))

    @operation(responses=ExportDetail, examples=_DETAIL)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One export, and how far it has come."""
        return Response(_shown(self.get_object()))

    @operation(request=Nothing, responses=ExportDetail, examples=_DETAIL)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop it within seconds; one that is over stays as it is."""
        self.given(Nothing)
        return Response(_shown(jobs.cancel(self.get_object(), by=request.user)))

    @operation(request=Nothing, responses=ExportDetail, examples=_DETAIL)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Go on with one that failed, or begin a cancelled one anew."""
        self.given(Nothing)
        return Response(_shown(jobs.retry(self.get_object(), by=request.user)))

    @operation(request=ResultNew, responses=ShareOut, examples=[examples.answered("a share", examples.SHARE)])
    @action(detail=True, methods=["post"])
    def result(self, request: Request, pk: str) -> Response:
        """The share by which what was written is downloaded; made at the first time, and ending with it."""
        share = jobs.result_share(self.get_object(), **self.given(ResultNew), **self.who)
        return Response(ShareOut(share, context=self.get_serializer_context()).data)


def _shown(job: ExportJob) -> dict[str, Any]:
    job.progress = jobs.progress(job)  # type: ignore[attr-defined]
    return dict(ExportDetail(job).data)


def _source(given: dict[str, Any]) -> sources.Source:
    filters: dict[str, Any] = {"filters": _filters(given["filters"])} if "filters" in given else {}
    if "keys" in given:
        return sources.Objects(tuple(given["keys"]))
    if "shares" in given:
        return sources.Shares(tuple(given["shares"]))
    if "inventory" in given:
        return sources.Inventory(given["inventory"], **filters)
    more = {name: given[name] for name in ("recursive", "versions") if name in given}
    return sources.Prefix(given["prefix"], **more, **filters)


def _filters(given: dict[str, Any]) -> sources.Filters:
    rules = tuple(("filter", rule) for rule in given.get("rules", ()))
    return sources.Filters(**{**given, "rules": rules})


def _options(given: dict[str, Any]) -> link_options.Options | None:
    if "url_options" in given:
        return link_options.URLOptions(**given["url_options"])
    if "share_options" in given:
        options = given["share_options"]
        return link_options.ShareOptions(**{**options, "allowed_networks": tuple(options.get("allowed_networks", ()))})
    return None
