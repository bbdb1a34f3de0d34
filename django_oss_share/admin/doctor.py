"""The page that says what is the matter with a link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..oss import OSSShareError
from ..oss.reading.text import MAX_LENGTH
from ..services.doctor import Diagnosis, diagnose
from ..services.rights import may_open
from .doctor_facts import facts_in_words
from .typed import ShareModelAdmin


class DoctorForm(forms.Form):
    """By POST: a link is a key, which no server's log should hold."""

    url = forms.CharField(
        label=gettext_lazy("Link"),
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("As it came: line breaks, quotes and the like are mended."),
    )
    fetch = forms.BooleanField(
        label=gettext_lazy("Ask OSS too"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Only at the hosts of this project’s buckets; nothing is counted, nothing is changed."),
    )
    referer = forms.URLField(
        label=gettext_lazy("Opened from the page"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=gettext_lazy("Where a Referer rule may be in the way."),
    )

    def diagnosis(self, user: Any) -> Diagnosis | None:
        """None, and the form says why: it is no link."""
        given = self.cleaned_data
        try:
            return diagnose(given["url"], fetch=given["fetch"], referer=given["referer"], by=user)
        except OSSShareError as error:
            self.add_error("url", str(error))
            return None


def doctor_view(model_admin: ShareModelAdmin, request: HttpRequest) -> HttpResponse:
    """The form, and below it what is the matter."""
    if not may_open(request.user):
        raise PermissionDenied
    form = DoctorForm(request.POST if request.method == "POST" else None, label_suffix="")
    diagnosis = form.diagnosis(request.user) if form.is_valid() else None
    link = diagnosis.link if diagnosis else {}
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("What is the matter with a link?"),
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "form": form,
        "diagnosis": diagnosis,
        "facts": facts_in_words(link),
        "answer": facts_in_words(link.get("answer", {})),
        "link": link,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/oss_share/doctor.html", context)
