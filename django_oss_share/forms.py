"""What visitors ask of a shared folder."""

from __future__ import annotations

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_SIGNER = signing.Signer(salt="django_oss_share.listing")


class BrowseForm(forms.Form):
    """Which part of a folder to list; what makes no sense is left out, and said."""

    path = forms.CharField(required=False, strip=False)
    search = forms.CharField(required=False, strip=False, max_length=200)
    after = forms.CharField(required=False, strip=False)

    def clean_search(self) -> str:
        search: str = self.cleaned_data["search"]
        if "/" in search:
            raise ValidationError(_("A slash is no part of a name: open a folder, and search in there."))
        return search

    def clean_after(self) -> str:
        """OSS's own word for where a page begins; one that we did not write begins at the start."""
        try:
            return _SIGNER.unsign(self.cleaned_data["after"])
        except signing.BadSignature:
            return ""


def sign_position(token: str) -> str:
    """What a page writes as ``after``."""
    return _SIGNER.sign(token)
