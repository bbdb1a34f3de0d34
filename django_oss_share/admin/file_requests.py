"""The admin of file requests: made, changed and ended there, each with its link and with what was left."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters

from ..models import FileRequest, FileState, ReceivedFile, State
from ..models.file_request import FileRequestQuerySet
from ..services import file_requests, policy
from ..services.clients import client_of
from ..services.errors import WrongState
from .moments import moment, remaining
from .qr import inline_qr
from .request_form import RequestForm
from .targets import query_for
from .typed import AnyModelAdmin

_FILES = 200
_FACTS = ("state", "place", "count", "owner", "created", "end")
_SETTINGS = ("name", "note", "expires", "max_files", "max_size", "content_types", "notify")
_SHOWN = ("name", "note", "max_files", "max_size", "content_types", "notify")


class RequestStateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state.value, state.label) for state in State if state is not State.SCHEDULED]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.in_state(self.value()) if self.value() in State.values else queryset


@admin.register(FileRequest)
@method_decorator(sensitive_post_parameters("new_password"), name="changeform_view")
class FileRequestAdmin(AnyModelAdmin):
    """Staff see their own requests; with ``view_all_requests`` everybody's."""

    form = RequestForm
    list_display = ("name", "state", "time_left", "count", "owner", "place", "created")
    list_filter = (RequestStateFilter, "storage")
    search_fields = ("name", "prefix", "files__receipt", "files__filename")
    search_help_text = gettext_lazy("A name, a folder, a receipt, or the name of a file.")
    ordering = ("-id",)
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ("revoke_requests",)

    class Media:
        css = {"all": ("oss_share/admin.css",)}
        js = ("oss_share/admin.js",)

    # Who

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return file_requests.may_request(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: FileRequest | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: FileRequest | None = None) -> bool:
        names = ("request_files", "view_filerequest", "view_all_requests", "change_all_requests")
        if not any(request.user.has_perm(f"oss_share.{name}") for name in names):
            return False
        return obj is None or FileRequest.objects.visible_to(request.user).filter(pk=obj.pk).exists()

    def has_change_permission(self, request: HttpRequest, obj: FileRequest | None = None) -> bool:
        if not self.has_view_permission(request):
            return False
        return obj is None or (obj.revoked_at is None and file_requests.may_change(request.user, obj))

    def get_queryset(self, request: HttpRequest) -> FileRequestQuerySet:
        return FileRequest.objects.visible_to(request.user).order_by(*self.get_ordering(request))

    # What

    def get_readonly_fields(self, request: HttpRequest, obj: FileRequest | None = None) -> tuple[str, ...]:
        return () if obj is None else _FACTS

    def get_fieldsets(self, request: HttpRequest, obj: FileRequest | None = None) -> Any:
        if obj is None:
            return [
                (None, {"fields": ("storage", "folder", *_SETTINGS)}),
                (_("Password"), {"fields": ("new_password",)}),
            ]
        facts = (_("Facts"), {"fields": _FACTS})
        if not self.has_change_permission(request, obj):
            return [facts, (_("Settings"), {"fields": _SHOWN})]
        password = ("new_password", *(("remove_password",) if obj.has_password else ()))
        return [(None, {"fields": _SETTINGS}), (_("Password"), {"fields": password}), facts]

    def get_form(
        self, request: HttpRequest, obj: FileRequest | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        bound = type("RequestForm", (RequestForm,), {"by": request.user, "client": client_of(request)})
        return super().get_form(request, obj, change=change, **{**kwargs, "form": bound})

    def save_model(self, request: HttpRequest, obj: FileRequest, form: Any, change: bool) -> None:
        """Nothing: the form had the services do it."""

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: FileRequest | None = None,
    ) -> HttpResponse:
        link = ""
        if obj is not None and self.has_change_permission(request, obj):
            link = file_requests.get_url(obj, request)
        context.update(
            link=link,
            qr=inline_qr(link) if link else "",
            received=self._received(request, obj) if obj is not None else [],
        )
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _received(self, request: HttpRequest, obj: FileRequest) -> list[tuple[ReceivedFile, str]]:
        """The latest files that arrived, each with the address at which to share it; "" where that cannot be."""
        may_share = policy.may_share(request.user)
        add = reverse("admin:oss_share_share_add", current_app=self.admin_site.name)
        return [
            (received, f"{add}?{query_for(obj.storage, [received.key], filename=received.filename)}")
            if may_share and received.state == FileState.ACCEPTED
            else (received, "")
            for received in obj.files.arrived()[:_FILES]
        ]

    # Steps

    def response_add(
        self, request: HttpRequest, obj: FileRequest, post_url_continue: str | None = None
    ) -> HttpResponse:
        self.message_user(request, _("Made. Copy the link below."), messages.SUCCESS)
        return HttpResponseRedirect(self._page(obj))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page; a button beside the form takes one of the steps."""
        step = {"_revoke": file_requests.revoke, "_rotate": file_requests.rotate}
        asked = next((step[name] for name in step if name in request.POST), None)
        found = self.get_object(request, object_id) if asked and request.method == "POST" else None
        if asked is None or found is None:
            return super().change_view(request, object_id, form_url, extra_context)
        try:
            asked(found, by=request.user, client=client_of(request))
        except WrongState as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, _("Done."), messages.SUCCESS)
        return HttpResponseRedirect(self._page(found))

    @admin.action(description=gettext_lazy("Revoke"), permissions=["change"])
    def revoke_requests(self, request: HttpRequest, queryset: FileRequestQuerySet) -> None:
        done = 0
        for found in queryset:
            if self.has_change_permission(request, found):
                file_requests.revoke(found, by=request.user, client=client_of(request))
                done += 1
        said = ngettext("%(count)s file request was revoked.", "%(count)s file requests were revoked.", done)
        self.message_user(request, said % {"count": done}, messages.SUCCESS if done else messages.WARNING)

    def _page(self, obj: FileRequest) -> str:
        return reverse("admin:oss_share_filerequest_change", args=[obj.pk], current_app=self.admin_site.name)

    # Columns

    @admin.display(description=gettext_lazy("state"))
    def state(self, obj: FileRequest) -> str:
        state = obj.state()
        locked = format_html(' <span class="oss-hint">{}</span>', _("password")) if obj.has_password else ""
        return format_html('<span class="oss-state oss-{}">{}</span>{}', state.value, state.label, locked)

    @admin.display(description=gettext_lazy("time left"))
    def time_left(self, obj: FileRequest) -> str:
        return _("revoked") if obj.revoked_at is not None else remaining(obj.expires_at)

    @admin.display(description=gettext_lazy("files"))
    def count(self, obj: FileRequest) -> str:
        return f"{obj.received} / {'∞' if obj.max_files is None else obj.max_files}"

    @admin.display(description=gettext_lazy("owner"))
    def owner(self, obj: FileRequest) -> str:
        return obj.created_by_label or "–"

    @admin.display(description=gettext_lazy("folder"))
    def place(self, obj: FileRequest) -> str:
        return format_html('<span class="oss-key" title="{}">{}</span>', obj.storage, obj.prefix)

    @admin.display(description=gettext_lazy("made"), ordering="id")
    def created(self, obj: FileRequest) -> str:
        return moment(obj.created_at)

    @admin.display(description=gettext_lazy("ends"))
    def end(self, obj: FileRequest) -> str:
        return remaining(obj.expires_at)
