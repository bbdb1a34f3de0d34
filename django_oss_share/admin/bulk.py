"""The settings of many shares at once: their end, their password, their limit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Share
from ..oss import InvalidArgument
from ..services import shares
from ..services.policy import policy_of
from ..services.transactions import atomic
from .fields import ExpiryField, PasswordField, add_error
from .share_form import limit_field
from .steps import Step, StepForm

_AS_IT_IS = gettext_lazy("Empty: as it is.")


class SettingsForm(StepForm):
    """What is left empty stays as it is with each."""

    expires = ExpiryField(label=gettext_lazy("Ends"), required=False)
    new_password = PasswordField(label=gettext_lazy("New password"), help_text=_AS_IT_IS)
    remove_password = forms.BooleanField(label=gettext_lazy("Remove the password"), required=False)
    max_downloads = limit_field()
    remove_limit = forms.BooleanField(label=gettext_lazy("Remove the limit"), required=False)

    def prepare(self, by: Any) -> None:
        policy = policy_of(by)
        expires = self.fields["expires"]
        assert isinstance(expires, ExpiryField)  # noqa: S101 - for the types
        expires.offer(policy, _("as it is"))
        self.fields["max_downloads"].help_text = _AS_IT_IS
        if policy.password_required:
            del self.fields["remove_password"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("new_password") and cleaned.get("remove_password"):
            self.add_error("remove_password", _("Set a new password or remove it, not both."))
        if cleaned.get("max_downloads") and cleaned.get("remove_limit"):
            self.add_error("remove_limit", _("Set a limit or remove it, not both."))
        if not self.errors and not any(cleaned.values()):
            self.add_error(None, _("Say what is to be changed."))
        elif not self.errors:
            self._hash(cleaned)
        return cleaned

    def _hash(self, cleaned: dict[str, Any]) -> None:
        """The password, once rather than for each share."""
        if not cleaned["new_password"]:
            return
        try:
            cleaned["new_password"] = shares.hashed_password(cleaned["new_password"], by=self.by)
        except InvalidArgument as error:
            add_error(self, error)


def _changed(
    share: Share,
    *,
    expires: Any,
    new_password: Any,
    max_downloads: int | None,
    remove_limit: bool,
    remove_password: bool = False,
    **who: Any,
) -> Share:
    """All of it or nothing."""
    with atomic():
        if expires is not None:
            shares.extend(share, expires, **who)
        if max_downloads or remove_limit:
            shares.update(share, max_downloads=max_downloads, **who)
        if new_password or remove_password:
            shares.set_password(share, new_password or None, **who)
    return share


SETTINGS = Step(
    "change_shares",
    gettext_lazy("Change end, password or limit"),
    gettext_lazy("The same for all of them. The links stay as they are; whoever had unlocked a page is asked again."),
    SettingsForm,
    _changed,
)
