"""What the list of shares can be narrowed by; none of them reads the table to find out what to offer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..models import State
from ..services import objects

_PERIODS = {
    "1": (_("the last 24 hours"), timedelta(days=1)),
    "7": (_("the last 7 days"), timedelta(days=7)),
    "30": (_("the last 30 days"), timedelta(days=30)),
    "365": (_("the last 365 days"), timedelta(days=365)),
}


class PeriodFilter(admin.SimpleListFilter):
    """A span of time that ends now."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(value, label) for value, (label, _length) in _PERIODS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        period = _PERIODS.get(self.value() or "")
        return self.since(queryset, timezone.now() - period[1]) if period else queryset

    def since(self, queryset: QuerySet[Any], start: datetime) -> QuerySet[Any]:
        raise NotImplementedError


class CreatedFilter(PeriodFilter):
    title = pgettext_lazy("moment", "created")
    parameter_name = "created"

    def since(self, queryset: QuerySet[Any], start: datetime) -> QuerySet[Any]:
        return queryset.filter(created_at__gte=start)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return list(State.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return queryset.in_state(value) if value in State.values else queryset


class StorageFilter(admin.SimpleListFilter):
    title = _("storage")
    parameter_name = "storage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(alias, alias) for alias in objects.linkable_storages()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(storage=self.value()) if self.value() else queryset


class PasswordFilter(admin.SimpleListFilter):
    title = _("password")
    parameter_name = "password"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return [("yes", _("set")), ("no", _("none"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.exclude(password="")
        return queryset.filter(password="") if self.value() == "no" else queryset


class OwnerFilter(admin.SimpleListFilter):
    """One's own, those that nobody looks after, or, by the link in a row, those of one owner."""

    title = _("owner")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        offered: list[tuple[Any, Any]] = [("me", _("me")), ("gone", _("gone or deactivated"))]
        named = request.GET.get(self.parameter_name, "")
        if named.isdecimal() and len(named) < 19:
            owner = get_user_model()._default_manager.filter(pk=named).first()
            offered += [(named, owner.get_username())] if owner else []
        return offered

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value == "me":
            return queryset.filter(created_by=request.user.pk)
        if value == "gone":
            return queryset.owner_deactivated()
        return (
            queryset.filter(created_by=value)
            if value in [offered for offered, _label in self.lookup_choices]
            else queryset
        )
