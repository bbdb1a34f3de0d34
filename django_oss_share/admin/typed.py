"""Django's generic classes, which take their type arguments only while types are checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator

from ..models import AuditEvent, Share

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
    AnyModelAdmin = admin.ModelAdmin[Any]
    AnyModelForm = forms.ModelForm[Any]
    ShareModelAdmin = admin.ModelAdmin[Share]
    AuditModelAdmin = admin.ModelAdmin[AuditEvent]
    ShareModelForm = forms.ModelForm[Share]
else:
    AnyPaginator = Paginator
    AnyModelAdmin = ShareModelAdmin = AuditModelAdmin = admin.ModelAdmin
    ShareModelForm = AnyModelForm = forms.ModelForm
