"""What the page asks that says who reads a bucket and its objects."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from ..oss import InvalidArgument
from ..oss.referer import RefererRule
from ..services.acl import ACL, ObjectACL
from .fields import add_error


class ACLForm(forms.Form):
    """An object's, or a bucket's, which has no choice of leaving it to the bucket."""

    prefix = "acl"
    acl = forms.ChoiceField(label=gettext_lazy("ACL"))

    def __init__(self, data: Any = None, *, of_bucket: bool, **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["acl"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the types
        field.choices = ACL.choices if of_bucket else ObjectACL.choices


class RefererForm(forms.Form):
    """A rule, a pattern a line."""

    prefix = "referer"
    allowed = forms.CharField(
        label=gettext_lazy("Allowed pages"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line, such as https://*.example.com; empty: all."),
    )
    denied = forms.CharField(
        label=gettext_lazy("Denied pages"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Looked at first."),
    )
    allow_empty = forms.BooleanField(label=gettext_lazy("Let in those who send no Referer"), required=False)
    truncate_query = forms.BooleanField(label=gettext_lazy("Compare without the query"), required=False)
    truncate_path = forms.BooleanField(label=gettext_lazy("Compare scheme and host alone"), required=False)

    @staticmethod
    def initial_of(rule: RefererRule) -> dict[str, Any]:
        return {
            "allowed": "\n".join(rule.allowed),
            "denied": "\n".join(rule.denied),
            "allow_empty": rule.allow_empty,
            "truncate_query": rule.truncate_query,
            "truncate_path": rule.truncate_path,
        }

    def rule(self) -> RefererRule | None:
        """None: the form says what is wrong with it."""
        values = {**self.cleaned_data}
        for name in ("allowed", "denied"):
            values[name] = tuple(line.strip() for line in values[name].splitlines() if line.strip())
        try:
            return RefererRule(**values).checked()
        except InvalidArgument as error:
            add_error(self, error)
            return None
