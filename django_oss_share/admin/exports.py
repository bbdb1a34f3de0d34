"""The admin of exports: what is under way, a page for each with its progress, and the form that starts one.

Rows are changed by the services alone, and nothing can be deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from ..models import ExportJob, ExportState
from ..models.export import CHANGE_ALL_EXPORTS, ExportQuerySet
from ..oss import OSSShareError
from ..services import shares
from ..services.clients import client_of
from ..services.exports import jobs
from ..services.exports.permissions import may_control, may_export
from ..services.exports.writers import file_type
from ..services.inputs import veiled
from . import export_page
from .export_choice import Choice
from .export_starting import start_view
from .moments import moment
from .paginating import CappedPaginator
from .typed import AnyModelAdmin

_VIEW = "oss_share.view_exportjob"


@admin.register(ExportJob)
class ExportJobAdmin(AnyModelAdmin):
    """Staff see their own exports; with ``change_all_exports`` everybody's."""

    list_display = ("title", "state_badge", "rows", "file", "owner", "created", "kept")
    list_filter = ("state", "output")
    search_fields = ("name", "created_by_label")
    search_help_text = gettext_lazy("A part of a name, or an owner.")
    ordering = ("-id",)
    sortable_by = ("created",)
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    class Media:
        css = {"all": ("oss_share/admin.css",)}
        js = ("oss_share/admin.js", "oss_share/exports.js")

    # Who

    def has_module_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return may_export(user) or user.has_perm(_VIEW) or user.has_perm(CHANGE_ALL_EXPORTS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_export(request.user)

    def has_change_permission(self, request: HttpRequest, obj: ExportJob | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ExportJob | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: ExportJob | None = None) -> bool:
        return self.has_module_permission(request) and (obj is None or may_control(request.user, obj))

    def get_queryset(self, request: HttpRequest) -> ExportQuerySet:
        visible = ExportJob.objects.visible_to(request.user).order_by(*self.get_ordering(request))
        return export_page.with_rows(visible)  # type: ignore[no-any-return]

    # The list

    @admin.display(description=gettext_lazy("export"))
    def title(self, job: ExportJob) -> str:
        return str(job)

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, job: ExportJob) -> str:
        return format_html('<span class="oss-state oss-{}">{}</span>', job.state, job.get_state_display())

    @admin.display(description=gettext_lazy("rows"))
    def rows(self, job: Any) -> str:
        return f"{job.rows or 0:,}" if job.total in (None, job.rows) else f"{job.rows or 0:,} / {job.total:,}"

    @admin.display(description=gettext_lazy("file"))
    def file(self, job: ExportJob) -> str:
        return file_type(job.format, gzip=job.gzip).ending

    @admin.display(description=gettext_lazy("owner"))
    def owner(self, job: ExportJob) -> str:
        return job.created_by_label or "–"

    @admin.display(description=pgettext_lazy("moment", "created"), ordering="id")
    def created(self, job: ExportJob) -> str:
        return moment(job.created_at)

    @admin.display(description=gettext_lazy("kept"))
    def kept(self, job: ExportJob) -> str:
        return export_page.kept(job)

    # Pages

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        pages: dict[str, Callable[..., HttpResponse]] = {
            "progress": self.progress_view,
            "cancel": self.cancel_view,
            "retry": self.retry_view,
            "download": self.download_view,
        }
        ours = [
            path(f"<int:pk>/{name}/", view(page), name=f"oss_share_exportjob_{name}") for name, page in pages.items()
        ]
        return [*ours, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return start_view(self, request, Choice())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        job = self._job(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": str(job),
            "opts": self.opts,
            "media": self.media,
            "job": job,
            "live": export_page.live(job),
            "full": export_page.FULL,
            "chosen": export_page.chosen_lines(job),
            "settled": export_page.settled(job),
            "kept": export_page.kept(job),
            "asks_password": job.has_result and export_page.asks_password(job),
            "may_retry": job.is_over and job.state != ExportState.DONE and may_export(request.user),
        }
        request.current_app = self.admin_site.name
        answer = TemplateResponse(request, "admin/oss_share/export.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Django's own log, of which there is none here: the audit log tells."""
        raise Http404

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        answer = JsonResponse(export_page.live(self._job(request, pk)))
        answer["Cache-Control"] = "no-store"
        return answer

    @method_decorator(require_POST)
    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._done(request, pk, lambda job: jobs.cancel(job, by=request.user))

    @method_decorator(require_POST)
    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._done(request, pk, lambda job: jobs.retry(job, by=request.user))

    @method_decorator(require_POST)
    @method_decorator(sensitive_post_parameters("password"))
    def download_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """To the page of the share that guards the result."""
        job, password = self._job(request, pk), veiled(request.POST.get("password", ""))
        try:
            share = jobs.result_share(job, by=request.user, password=password or None, client=client_of(request))
        except OSSShareError as error:
            return self._told(request, job, error)
        return HttpResponseRedirect(shares.get_url(share, request))

    def _done(self, request: HttpRequest, pk: int, step: Callable[[ExportJob], object]) -> HttpResponse:
        job = self._job(request, pk)
        try:
            step(job)
        except OSSShareError as error:
            return self._told(request, job, error)
        return HttpResponseRedirect(self._page(job))

    def _told(self, request: HttpRequest, job: ExportJob, error: OSSShareError) -> HttpResponse:
        if isinstance(error, PermissionDenied):
            raise error
        self.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(self._page(job))

    def _job(self, request: HttpRequest, pk: Any) -> ExportJob:
        """One that the user may see; others are as if they were not."""
        if not self.has_module_permission(request):
            raise PermissionDenied
        job = self.get_object(request, str(pk))
        if job is None:
            raise Http404(_("There is no such export."))
        return job  # type: ignore[no-any-return]

    def _page(self, job: ExportJob) -> str:
        return reverse("admin:oss_share_exportjob_change", args=[job.pk], current_app=self.admin_site.name)
