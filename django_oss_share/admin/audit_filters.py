"""What the audit log can be narrowed by, each along an index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Action, AuditEvent
from ..services import objects
from ..services.audit.ids import first_id_at
from .filters import PeriodFilter

# What ids can tell of: before and after, there is nothing.
_FIRST, _LAST = date(1970, 1, 2), date(2999, 12, 30)


class ActionFilter(admin.SimpleListFilter):
    title = gettext_lazy("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return list(Action.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(action=self.value()) if self.value() in Action.values else queryset


class EventStorageFilter(admin.SimpleListFilter):
    title = gettext_lazy("storage")
    parameter_name = "storage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return [(alias, alias) for alias in objects.linkable_storages()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        aliases = [alias for alias, _label in self.lookup_choices]
        return queryset.filter(storage=self.value()) if self.value() in aliases else queryset


class ShareFilter(admin.SimpleListFilter):
    """By the link on a share's page; nothing is offered otherwise."""

    title = gettext_lazy("share")
    parameter_name = "share"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        number = request.GET.get(self.parameter_name, "")
        return [(number, _("number %(number)s") % {"number": number})] if _is_number(number) else []

    def has_output(self) -> bool:
        return bool(self.lookup_choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(share_id=int(self.value() or 0)) if self.lookup_choices else queryset


class EventPeriodFilter(PeriodFilter):
    title = gettext_lazy("time")
    parameter_name = "period"

    def since(self, queryset: QuerySet[Any], start: datetime) -> QuerySet[Any]:
        return queryset.filter(id__gte=first_id_at(start))


class _RangeForm(forms.Form):
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)


class DateRangeFilter(admin.ListFilter):
    """From one day to another, both included, in the current time zone."""

    title = gettext_lazy("dates")
    template = "admin/oss_share/date_range_filter.html"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[AuditEvent], model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        given = {name: params.pop(name)[-1] for name in self.expected_parameters() if name in params}
        self.form = _RangeForm(given)
        self.form.is_valid()
        self.given = given

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return ["since", "until"]

    def choices(self, changelist: Any) -> Iterator[Mapping[str, object]]:
        """What the template goes through once: the dates, and the other parameters to keep."""
        others = {name: values for name, values in changelist.get_filters_params().items() if name not in self.given}
        kept = [(name, value) for name, values in others.items() for value in values]
        if changelist.query:
            kept.append(("q", changelist.query))
        yield {"since": self._day("since"), "until": self._day("until"), "kept": kept}

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        since, until = self._day("since"), self._day("until")
        if since:
            queryset = queryset.filter(id__gte=first_id_at(_midnight(since)))
        if until:
            queryset = queryset.filter(id__lt=first_id_at(_midnight(until + timedelta(days=1))))
        return queryset

    def _day(self, name: str) -> date | None:
        day = self.form.cleaned_data.get(name)
        return None if day is None else min(max(day, _FIRST), _LAST)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min)).astimezone(UTC)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
