"""For the project's own models: share a file from where it is at home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import FileField, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import Template
from django.template.loader import select_template
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..services.errors import UnknownStorage
from ..services.exports.permissions import may_export
from ..services.exports.sources import MAX_CHOSEN
from ..services.objects import alias_of, linkable_storages
from ..services.policy import may_share
from .export_choice import Choice
from .export_starting import start_view, too_much
from .targets import query_for
from .typed import AnyModelAdmin

#: What is handed over in an address, which must not grow too long.
_MAX_KEYS = 50


class ShareFileAdminMixin(AnyModelAdmin):
    """A button "Share…" on the page of each object that has a file in OSS, for users who may share; and actions.

    ::

        @admin.register(Document)
        class DocumentAdmin(ShareFileAdminMixin, admin.ModelAdmin):
            list_display = ["title", "share_button"]
            actions = ["share_files", "export_links"]

    :cvar share_fields: names of the file fields to offer; all of the model's unless given.
    """

    change_form_template = "admin/oss_share/file_change_form.html"
    share_fields: Sequence[str] | None = None

    def has_share_permission(self, request: HttpRequest) -> bool:
        return may_share(request.user)

    def share_links(self, instance: Model) -> list[tuple[str, str]]:
        """Label and address of the form for each file of ``instance`` that can be shared."""
        add = reverse("admin:oss_share_share_add", current_app=self.admin_site.name)
        found = list(self._shareable(instance))
        several = len(found) > 1
        return [
            (
                _("Share %(file)s…") % {"file": label} if several else _("Share…"),
                f"{add}?{query_for(storage, [key])}",
            )
            for label, storage, key in found
        ]

    @admin.display(description=gettext_lazy("share"))
    def share_button(self, instance: Model) -> SafeString:
        """For ``list_display``."""
        return format_html_join(" ", '<a href="{1}">{0}</a>', self.share_links(instance))

    @admin.action(description=gettext_lazy("Share the files…"), permissions=["share"])
    def share_files(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """For ``actions``: one share of the files of all that are chosen."""
        found = [file for instance in queryset[: _MAX_KEYS + 1] for file in self._shareable(instance)]
        aliases = {storage for _label, storage, _key in found}
        if len(aliases) != 1 or len(found) > _MAX_KEYS:
            text = _("Choose 1 to %d files, all of one storage in OSS.") % _MAX_KEYS
            self.message_user(request, text, messages.ERROR)
            return None
        add = reverse("admin:oss_share_share_add", current_app=self.admin_site.name)
        return HttpResponseRedirect(f"{add}?{query_for(aliases.pop(), [key for _label, _storage, key in found])}")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return may_export(request.user)

    @admin.action(description=gettext_lazy("Export links…"), permissions=["export"])
    def export_links(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """For ``actions``: a list of links to the files of all that are chosen."""
        chosen = queryset[: MAX_CHOSEN + 1]
        found = [(storage, key) for instance in chosen for _label, storage, key in self._shareable(instance)]
        aliases = {storage for storage, _key in found}
        if len(aliases) != 1 or len(found) > MAX_CHOSEN:
            text = _("Choose 1 to %d files, all of one storage in OSS.") % MAX_CHOSEN
            self.message_user(request, text, messages.ERROR)
            return None
        choice = Choice.of_keys(aliases.pop(), [key for _storage, key in found])
        return None if too_much(self, request, choice) else start_view(self, request, choice)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        instance = context.get("original")
        shown = instance is not None and self.has_share_permission(request)
        context.update(
            oss_share_links=self.share_links(instance) if shown else [],
            oss_share_parent=self._parent_template(),
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def _shareable(self, instance: Model) -> Iterator[tuple[str, str, str]]:
        """Label, storage and key of each file."""
        for field in instance._meta.get_fields():
            if not isinstance(field, FileField) or (
                self.share_fields is not None and field.name not in self.share_fields
            ):
                continue
            file = getattr(instance, field.name)
            alias = _alias(file.storage) if file else ""
            if alias:
                yield str(capfirst(field.verbose_name)), alias, file.name

    def _parent_template(self) -> Template:
        """What would have been shown without the mixin: the project's own template, where it has one."""
        label, name = self.opts.app_label, self.opts.model_name
        backend = select_template(
            [f"admin/{label}/{name}/change_form.html", f"admin/{label}/change_form.html", "admin/change_form.html"]
        )
        template: Template = backend.template
        return template


def _alias(storage: Any) -> str:
    """The alias of a storage that shares can be made of; else ""."""
    try:
        alias = alias_of(storage)
    except UnknownStorage:
        return ""
    return alias if alias in linkable_storages() else ""
