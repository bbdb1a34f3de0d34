"""The admin of grants: a form that makes one, the credentials shown once, and the record of all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables

from ..models import Grant
from ..oss import OSSShareError
from ..services import grants, objects
from .moments import moment, remaining
from .typed import AnyModelAdmin

_ACTIONS = (
    ("list", gettext_lazy("list the files")),
    ("get", gettext_lazy("download")),
    ("put", gettext_lazy("upload and overwrite")),
    ("copy", gettext_lazy("copy within the folder (reads and writes)")),
)
_DURATIONS = (
    (900, gettext_lazy("15 minutes")),
    (3600, gettext_lazy("1 hour")),
    (14_400, gettext_lazy("4 hours")),
    (28_800, gettext_lazy("8 hours")),
    (43_200, gettext_lazy("12 hours")),
)


class GrantForm(forms.Form):
    """What the service is asked for; it is the service that checks."""

    required_css_class = "required"

    recipient = forms.CharField(label=gettext_lazy("For"), max_length=200, help_text=gettext_lazy("For the record."))
    storage = forms.ChoiceField(label=gettext_lazy("Storage"))
    folder = forms.CharField(
        label=gettext_lazy("Folder"),
        max_length=1023,
        help_text=gettext_lazy("Ending in a slash, such as incoming/acme/."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    actions = forms.MultipleChoiceField(
        label=gettext_lazy("May"), choices=_ACTIONS, initial=["list", "get"], widget=forms.CheckboxSelectMultiple
    )
    duration = forms.TypedChoiceField(label=gettext_lazy("For how long"), choices=_DURATIONS, coerce=int, initial=3600)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        storage = self.fields["storage"]
        assert isinstance(storage, forms.ChoiceField)  # noqa: S101 - for the types
        storage.choices = [(alias, alias) for alias in objects.linkable_storages()]

    def grant(self, by: Any) -> grants.Issued | None:
        """What was granted; None, with its errors on the form, if it was refused."""
        if not self.is_valid():
            return None
        chosen = dict(self.cleaned_data)
        try:
            return grants.create(chosen.pop("folder"), **chosen, by=by)
        except OSSShareError as error:
            field = {"prefix": "folder"}.get(name := getattr(error, "field", ""), name)
            self.add_error(field if field in self.fields else None, str(error))
            return None


class ActiveFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("active", _("active")), ("ended", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "active":
            return queryset.active()
        return queryset.ended() if self.value() == "ended" else queryset


@admin.register(Grant)
class GrantAdmin(AnyModelAdmin):
    """Who may grant sees their own grants, who may view grants all of them."""

    list_display = ("recipient", "state", "may", "place", "granted_by", "created")
    list_filter = (ActiveFilter, "storage")
    search_fields = ("recipient", "prefix", "access_key_id")
    search_help_text = gettext_lazy("Whom it is for, a folder, or an access key ID as access logs name it.")
    fields = ("recipient", "state", "may", "place", "granted_by", "created", "ends", "access_key_id", "note")
    readonly_fields = fields
    ordering = ("-id",)
    show_facets = admin.ShowFacets.NEVER
    actions = None

    class Media:
        css = {"all": ("oss_share/admin.css",)}
        js = ("oss_share/admin.js",)

    # Who

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("oss_share.grant_access")

    def has_change_permission(self, request: HttpRequest, obj: Grant | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Grant | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Grant | None = None) -> bool:
        if super().has_view_permission(request, obj):
            return True
        return self.has_add_permission(request) and (obj is None or obj.created_by_id == request.user.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Grant]:
        queryset = super().get_queryset(request)
        return queryset if super().has_view_permission(request) else queryset.filter(created_by=request.user.pk)

    # What

    @admin.display(description=gettext_lazy("state"))
    def state(self, grant: Grant) -> str:
        name, label = ("active", _("active")) if grant.is_active() else ("ended", _("ended"))
        return format_html('<span class="oss-state oss-{}">{}</span> {}', name, label, remaining(grant.expires_at))

    @admin.display(description=gettext_lazy("may"))
    def may(self, grant: Grant) -> str:
        labels = dict(_ACTIONS)
        return ", ".join(str(labels[action]) for action in grant.actions)

    @admin.display(description=gettext_lazy("folder"))
    def place(self, grant: Grant) -> str:
        return format_html('<span class="oss-key">oss://{}/{}</span>', grant.bucket, grant.prefix)

    @admin.display(description=gettext_lazy("granted by"))
    def granted_by(self, grant: Grant) -> str:
        return grant.created_by_label or "–"

    @admin.display(description=gettext_lazy("granted"), ordering="id")
    def created(self, grant: Grant) -> str:
        return moment(grant.created_at)

    @admin.display(description=gettext_lazy("ends"))
    def ends(self, grant: Grant) -> str:
        return moment(grant.expires_at)

    # Granting

    @method_decorator([never_cache, csrf_protect, sensitive_variables()])
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form; once it is granted, the credentials, which no other page ever shows."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = GrantForm(request.POST or None, initial=request.GET.dict())
        issued = form.grant(request.user) if request.method == "POST" else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("Granted") if issued else _("Grant temporary access"),
            "form": form,
            "issued": issued,
        }
        return TemplateResponse(request, "admin/oss_share/grant/add.html", context)
