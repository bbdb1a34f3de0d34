"""The admin of stored credentials: their state, never a secret, and a step that fetches the next token now."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import StoredCredentials
from ..oss import OSSShareError
from ..providers import Outcome
from ..services import sts
from .moments import moment, remaining
from .typed import AnyModelAdmin

_SAID = {
    Outcome.FETCHED: gettext_lazy("%(name)s: refreshed."),
    Outcome.CURRENT: gettext_lazy("%(name)s: another process has just refreshed it."),
    Outcome.LEASED: gettext_lazy("%(name)s: another process is refreshing it."),
    Outcome.PAUSED: gettext_lazy("%(name)s: the database cannot be reached; this is tried again by itself."),
}


@admin.register(StoredCredentials)
class StoredCredentialsAdmin(AnyModelAdmin):
    """Rows are written by the services alone."""

    list_display = ("name", "token", "time_left", "refreshed", "next_refresh", "failures", "last_error")
    fields = ("name", "token", "good_until", "refreshed", "next_refresh", "failures", "failed", "last_error", "lease")
    readonly_fields = fields
    actions = ("refresh_now",)
    ordering = ("name",)

    class Media:
        css = {"all": ("oss_share/admin.css",)}

    # Who

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: StoredCredentials | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StoredCredentials | None = None) -> bool:
        return False

    def has_refresh_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("oss_share.refresh_credentials")

    # What

    @admin.display(description=gettext_lazy("token"))
    def token(self, row: StoredCredentials) -> str:
        state = row.state()
        return format_html('<span class="oss-state oss-{}">{}</span>', state.value, state.label)

    @admin.display(description=gettext_lazy("time left"))
    def time_left(self, row: StoredCredentials) -> str:
        return remaining(row.expires_at) if row.expires_at else "–"

    @admin.display(description=gettext_lazy("good until"))
    def good_until(self, row: StoredCredentials) -> str:
        return format_html("{} ({})", moment(row.expires_at), remaining(row.expires_at)) if row.expires_at else "–"

    @admin.display(description=gettext_lazy("last refresh"))
    def refreshed(self, row: StoredCredentials) -> str:
        return moment(row.refreshed_at)

    @admin.display(description=gettext_lazy("next refresh"))
    def next_refresh(self, row: StoredCredentials) -> str:
        return moment(row.next_refresh_at)

    @admin.display(description=gettext_lazy("last failure"))
    def failed(self, row: StoredCredentials) -> str:
        return moment(row.failed_at)

    @admin.display(description=gettext_lazy("being refreshed by"))
    def lease(self, row: StoredCredentials) -> str:
        return row.lease_owner or "–"

    # Steps

    @admin.action(description=gettext_lazy("Refresh now"), permissions=["refresh"])
    def refresh_now(self, request: HttpRequest, queryset: QuerySet[StoredCredentials]) -> None:
        for row in queryset:
            self._refresh(request, row.name)

    def _refresh(self, request: HttpRequest, name: str) -> None:
        try:
            outcome = sts.refresh(name, force=True, by=request.user)
        except OSSShareError as error:
            text = _("%(name)s was not refreshed: %(error)s") % {"name": name, "error": error}
            messages.error(request, text)
        else:
            messages.success(request, _SAID[outcome] % {"name": name})
