"""The audit log: read, filtered, exported, never changed."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ..models import Action, AuditEvent
from ..services import audit
from ..services.clients import client_of
from ..services.transactions import atomic
from .audit_csv import lines
from .audit_filters import ActionFilter, DateRangeFilter, EventPeriodFilter, EventStorageFilter, ShareFilter
from .moments import exact, moment
from .paginating import CappedPaginator
from .reasons import reason_in_words
from .typed import AuditModelAdmin

EXPORT = "oss_share.export_audit"


@admin.register(AuditEvent)
class AuditEventAdmin(AuditModelAdmin):
    """For those with the permission ``view_auditevent``; CSV for those with ``export_audit`` as well."""

    list_display = ("time", "what", "share_link", "actor_label", "why", "address", "object_key")
    list_filter = (ActionFilter, EventPeriodFilter, DateRangeFilter, EventStorageFilter, ShareFilter)
    search_fields = ("share_label", "actor_label", "key", "address")
    search_help_text = _("A part of a share’s name, a user’s name, a key or an address.")
    ordering = ("-id",)
    sortable_by = ()
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    fields = (
        "exact_time",
        "what",
        "why",
        "share_link",
        "actor_label",
        "address",
        "user_agent",
        "storage",
        "key",
        "link_digest",
        "link_expires_at",
        "details",
    )
    readonly_fields = fields

    class Media:
        css = {"all": ("oss_share/admin.css",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """One phrase, rather than words that are looked for one by one."""
        term = search_term.strip()
        if term:
            parts = [Q(**{f"{field}__icontains": term}) for field in self.search_fields]
            queryset = queryset.filter(parts[0] | parts[1] | parts[2] | parts[3])
        return queryset, False

    # Columns

    @admin.display(description=_("time"))
    def time(self, event: AuditEvent) -> str:
        return moment(event.at)

    @admin.display(description=_("time"))
    def exact_time(self, event: AuditEvent) -> str:
        return exact(event.at)

    @admin.display(description=_("action"))
    def what(self, event: AuditEvent) -> str:
        known = event.action in Action.values
        return str(Action(event.action).label) if known else event.action

    @admin.display(description=_("reason"))
    def why(self, event: AuditEvent) -> str:
        return reason_in_words(event) or "–"

    @admin.display(description=_("share"))
    def share_link(self, event: AuditEvent) -> str:
        if event.share_id is None:
            return "–"
        listed = reverse("admin:oss_share_auditevent_changelist", current_app=self.admin_site.name)
        return format_html('<a href="{}?share={}">{}</a>', listed, event.share_id, event.share_label or event.share_id)

    @admin.display(description=_("key"))
    def object_key(self, event: AuditEvent) -> str:
        return format_html('<span class="oss-key">{}</span>', event.key) if event.key else "–"

    @admin.display(description=_("details"))
    def details(self, event: AuditEvent) -> str:
        text = json.dumps(event.data, ensure_ascii=False, indent=2, sort_keys=True)
        return format_html('<pre class="oss-json">{}</pre>', text) if event.data else "–"

    # Export

    def get_urls(self) -> list[Any]:
        export = path("export/", self.admin_site.admin_view(self.export_view), name="oss_share_auditevent_export")
        return [export, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {"may_export": request.user.has_perm(EXPORT), "filters": request.GET.urlencode()}
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """What the list shows by the same address, all of it; that it was exported is written down, too."""
        if not (self.has_view_permission(request) and request.user.has_perm(EXPORT)):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:oss_share_auditevent_changelist"))
        with atomic():
            facts = {"what": "audit", "filters": request.GET.urlencode()[:1000]}
            audit.record(Action.EXPORTED, actor=request.user, client=client_of(request), data=facts)
        answer = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
        answer["Cache-Control"] = "no-store"
        return answer
