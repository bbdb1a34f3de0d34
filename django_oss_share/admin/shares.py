"""The admin of shares: a list, a page for each with its link and its audit, steps on one or many.

Rows are changed by the services alone, and nothing can be deleted.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from ..models import Action, AuditEvent, Kind, Share
from ..models.share_queryset import ShareQuerySet
from ..services import audit, policy, tokens
from ..services import shares as services
from ..services.clients import client_of
from ..services.exports.permissions import may_export
from ..services.exports.sources import MAX_CHOSEN
from ..services.rights import may_open, may_see, may_see_link
from ..services.transactions import atomic
from . import bulk, steps
from .access import access_view
from .browser import browser_view, chosen_view, object_view
from .columns import ShareColumns
from .creating import create_view
from .doctor import doctor_view
from .export_choice import Choice
from .export_starting import start_view
from .filters import CreatedFilter, OwnerFilter, PasswordFilter, StateFilter, StorageFilter
from .metadata import metadata_view
from .paginating import CappedPaginator
from .presigning import presign_view
from .previewing import preview_view
from .qr import inline_qr
from .reasons import reason_in_words
from .share_form import ShareForm
from .shares_csv import lines
from .targets import query_for
from .typed import ShareModelAdmin

_EVENTS = 50
_FACTS = ("state", "covers", "storage", "version_id", "owner", "created", "count", "end", "revocation")
_READ_ONLY = ("name", "note", "filename", "disposition", "mode", "pin", "allowed_networks")


@admin.register(Share)
@method_decorator(sensitive_post_parameters("new_password"), name="add_view")
@method_decorator(sensitive_post_parameters("new_password"), name="change_view")
@method_decorator(sensitive_post_parameters("new_password"), name="changelist_view")
class ShareAdmin(ShareColumns, ShareModelAdmin):
    """Staff see their own shares; with ``view_all_shares`` everybody's."""

    form = ShareForm
    list_display = ("title", "state", "time_left", "count", "owner", "target", "created")
    list_filter = (StateFilter, OwnerFilter, PasswordFilter, StorageFilter, CreatedFilter)
    search_fields = ("public_id", "name", "key")
    search_help_text = _("A name, a part of a key, a public id, or a whole link of a share.")
    ordering = ("-id",)
    sortable_by = ("created", "time_left")
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = (bulk.SETTINGS.name, *(step.name for step in steps.STEPS), "export_links", "export_shares")

    class Media:
        css = {"all": ("oss_share/admin.css",)}
        js = ("oss_share/admin.js",)

    # Who

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_open(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return policy.may_share(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Share | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Share | None = None) -> bool:
        return may_open(request.user) and (obj is None or may_see(request.user, obj))

    def has_change_permission(self, request: HttpRequest, obj: Share | None = None) -> bool:
        if not may_open(request.user):
            return False
        return obj is None or (obj.revoked_at is None and policy.may_change(request.user, obj))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return may_export(request.user)

    def get_queryset(self, request: HttpRequest) -> ShareQuerySet:
        return Share.objects.visible_to(request.user).order_by(*self.get_ordering(request))

    # What

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """By what a link or a public id says, which an index finds; else by a part of a name or key."""
        term = search_term.strip()
        public_id = _public_id(term)
        if public_id:
            return queryset.filter(public_id=public_id), False
        if term:
            queryset = queryset.filter(Q(name__icontains=term) | Q(filename__icontains=term) | Q(key__icontains=term))
        return queryset, False

    def get_readonly_fields(self, request: HttpRequest, obj: Share | None = None) -> tuple[str, ...]:
        return _FACTS

    def get_fieldsets(self, request: HttpRequest, obj: Share | None = None) -> Any:
        facts = (_("Facts"), {"fields": _FACTS})
        if obj is None or not self.has_change_permission(request, obj):
            return [facts, (_("Settings"), {"fields": _READ_ONLY})]
        single = obj.kind == Kind.OBJECT
        shown = ("filename", "disposition", "mode", "pin") if single else ("disposition", "pin")
        zipped = ("allow_zip",) if not single and policy.policy_of(request.user).allow_zip else ()
        return [
            (
                _("Who may open it, and how long"),
                {"fields": ("expires", "starts_at", "max_downloads", "allowed_networks")},
            ),
            (_("Password"), {"fields": ("new_password", *(("remove_password",) if obj.has_password else ()))}),
            (_("What visitors see"), {"fields": ("name", "note", *shown, *zipped)}),
            facts,
        ]

    def get_form(self, request: HttpRequest, obj: Share | None = None, change: bool = False, **kwargs: Any) -> Any:
        bound = type("ShareForm", (ShareForm,), {"by": request.user, "client": client_of(request)})
        return super().get_form(request, obj, change=change, **{**kwargs, "form": bound})

    def save_model(self, request: HttpRequest, obj: Share, form: Any, change: bool) -> None:
        """Nothing: the form had the services do it."""

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Share | None = None,
    ) -> HttpResponse:
        link = services.get_url(obj, request) if obj is not None and may_see_link(request.user, obj) else ""
        context.update(
            link=link,
            qr=inline_qr(link) if link else "",
            steps=steps.STEPS if link else (),
            events=_told(obj) if obj is not None else [],
            presign_url=self._presign_url(request, obj) if link else "",
            all_events_url=self._events_url(request, obj),
        )
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _events_url(self, request: HttpRequest, share: Share | None) -> str:
        if share is None or not request.user.has_perm("oss_share.view_auditevent"):
            return ""
        return f"{reverse('admin:oss_share_auditevent_changelist', current_app=self.admin_site.name)}?share={share.pk}"

    def _presign_url(self, request: HttpRequest, share: Share | None) -> str:
        if share is None or share.kind != Kind.OBJECT or not policy.may_share(request.user):
            return ""
        query = query_for(share.storage, [share.key], version_id=share.version_id, filename=share.filename)
        return f"{reverse('admin:oss_share_share_presign', current_app=self.admin_site.name)}?{query}"

    # Pages

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        pages = {
            "presign": self.presign_view,
            "metadata": self.metadata_view,
            "access": self.access_view,
            "preview": self.preview_view,
            "doctor": self.doctor_view,
            "browse": self.browser_view,
            "object": self.object_view,
            "chosen": self.chosen_view,
        }
        ours = [path(f"{name}/", view(page), name=f"oss_share_share_{name}") for name, page in pages.items()]
        return [*ours, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {
            "may_browse": policy.may_browse(request.user),
            "may_share": policy.may_share(request.user),
            "may_export": may_export(request.user),
        }
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def browser_view(self, request: HttpRequest) -> HttpResponse:
        return browser_view(self, request)

    def object_view(self, request: HttpRequest) -> HttpResponse:
        return object_view(self, request)

    def chosen_view(self, request: HttpRequest) -> HttpResponse:
        return chosen_view(self, request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return create_view(self, request)

    def presign_view(self, request: HttpRequest) -> HttpResponse:
        return presign_view(self, request)

    def access_view(self, request: HttpRequest) -> HttpResponse:
        return access_view(self, request)

    def metadata_view(self, request: HttpRequest) -> HttpResponse:
        return metadata_view(self, request)

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        return preview_view(self, request)

    @method_decorator(sensitive_post_parameters("url"))
    def doctor_view(self, request: HttpRequest) -> HttpResponse:
        return doctor_view(self, request)

    # Steps

    @admin.action(description=bulk.SETTINGS.title, permissions=["change"])
    def change_shares(self, request: HttpRequest, queryset: ShareQuerySet) -> HttpResponse | None:
        return steps.take(self, request, queryset, bulk.SETTINGS)

    @admin.action(description=steps.EXTEND.title, permissions=["change"])
    def extend_shares(self, request: HttpRequest, queryset: ShareQuerySet) -> HttpResponse | None:
        return steps.take(self, request, queryset, steps.EXTEND)

    @admin.action(description=steps.HAND_OVER.title, permissions=["change"])
    def hand_over_shares(self, request: HttpRequest, queryset: ShareQuerySet) -> HttpResponse | None:
        return steps.take(self, request, queryset, steps.HAND_OVER)

    @admin.action(description=steps.ROTATE.title, permissions=["change"])
    def rotate_shares(self, request: HttpRequest, queryset: ShareQuerySet) -> HttpResponse | None:
        return steps.take(self, request, queryset, steps.ROTATE)

    @admin.action(description=steps.REVOKE.title, permissions=["change"])
    def revoke_shares(self, request: HttpRequest, queryset: ShareQuerySet) -> HttpResponse | None:
        return steps.take(self, request, queryset, steps.REVOKE)

    @admin.action(description=_("Export links…"), permissions=["export"])
    def export_links(self, request: HttpRequest, queryset: ShareQuerySet) -> HttpResponse | None:
        ids = queryset.values_list("pk", flat=True)[: MAX_CHOSEN + 1]
        return start_view(self, request, Choice(shares=tuple(ids)))

    @admin.action(description=_("Export as CSV"))
    def export_shares(self, request: HttpRequest, queryset: ShareQuerySet) -> HttpResponseBase:
        """With the links, so it is written down."""
        with atomic():
            facts = {"what": "shares", "count": queryset.count()}
            audit.record(Action.EXPORTED, actor=request.user, client=client_of(request), data=facts)
        answer = StreamingHttpResponse(lines(request, queryset), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="shares.csv"'
        answer["Cache-Control"] = "no-store"
        return answer


def _told(share: Share) -> list[tuple[AuditEvent, str]]:
    """Its latest events, each with its reason in words."""
    return [(event, reason_in_words(event)) for event in share.events.order_by("-id")[:_EVENTS]]


def _public_id(term: str) -> str:
    """The public id that ``term`` is, or that the token in it says, if it is a link of ours; else ""."""
    if len(term) == 18 and all(digit in "0123456789abcdef" for digit in term):
        return term
    for part in term.split("/"):
        try:
            return tokens.parse(part).public_id
        except tokens.BadToken:
            continue
    return ""
