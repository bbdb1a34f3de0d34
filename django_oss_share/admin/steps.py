"""Steps that are taken on one share or on many, each after a page that asks back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Share
from ..models.share_queryset import ShareQuerySet
from ..services import shares
from ..services.clients import client_of
from ..services.policy import may_change, policy_of
from .fields import ExpiryField, add_error
from .outcomes import Outcomes
from .typed import ShareModelAdmin

#: Shares of one step; each is a transaction of its own.
MAX_SHARES = 500
_SHOWN = 10


class StepForm(forms.Form):
    """What a step asks; nothing, unless a subclass says otherwise."""

    def __init__(self, by: Any, data: Any = None) -> None:
        super().__init__(data)
        self.by = by
        self.prepare(by)

    def prepare(self, by: Any) -> None:
        """Offer what ``by`` may choose."""


class RevokeForm(StepForm):
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=64)


class ExtendForm(StepForm):
    expires = ExpiryField(label=gettext_lazy("Ends"), required=True, initial=str(7 * 86_400))

    def prepare(self, by: Any) -> None:
        field = self.fields["expires"]
        assert isinstance(field, ExpiryField)  # noqa: S101 - for the types
        field.offer(policy_of(by))


class HandOverForm(StepForm):
    to = forms.CharField(label=gettext_lazy("New owner"), max_length=150, help_text=gettext_lazy("Their user name."))

    def clean_to(self) -> Any:
        users = get_user_model()
        found = users._default_manager.filter(**{users.USERNAME_FIELD: self.cleaned_data["to"]}).first()
        if found is None:
            raise forms.ValidationError(_("There is no user of that name."))
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """:ivar name: of the admin action. :ivar take: carries it out on one share, with what the form holds."""

    name: str
    title: Any
    explanation: Any
    form: type[StepForm]
    take: Callable[..., Share]
    is_final: bool = False


def _extended(share: Share, *, expires: Any, **who: Any) -> Share:
    return shares.extend(share, expires, **who)


def _handed_over(share: Share, *, to: Any, **who: Any) -> Share:
    return shares.hand_over(share, to, **who)


REVOKE = Step(
    "revoke_shares",
    gettext_lazy("Revoke"),
    gettext_lazy("The link opens nothing any more from the next request on. This cannot be undone."),
    RevokeForm,
    shares.revoke,
    is_final=True,
)
EXTEND = Step(
    "extend_shares",
    gettext_lazy("Change the end"),
    gettext_lazy("Later or sooner. What has expired works again, on the same link."),
    ExtendForm,
    _extended,
)
ROTATE = Step(
    "rotate_shares",
    gettext_lazy("Replace the link"),
    gettext_lazy("The old link opens nothing any more; settings, counts and audit stay."),
    StepForm,
    shares.rotate,
    is_final=True,
)
HAND_OVER = Step(
    "hand_over_shares",
    gettext_lazy("Hand over"),
    gettext_lazy("Somebody else becomes the owner. The link stays as it is."),
    HandOverForm,
    _handed_over,
)
#: Those that a share's own page offers, too.
STEPS = (EXTEND, HAND_OVER, ROTATE, REVOKE)


def take(
    model_admin: ShareModelAdmin, request: HttpRequest, queryset: ShareQuerySet, step: Step
) -> HttpResponse | None:
    """The page that asks back; once that is answered, the step, and None or where to go from there."""
    chosen = list(queryset[: MAX_SHARES + 1])
    if len(chosen) > MAX_SHARES:
        model_admin.message_user(request, _("Choose at most %d shares at once.") % MAX_SHARES, messages.ERROR)
        return None
    own = [share for share in chosen if may_change(request.user, share)]
    others = len(chosen) - len(own)
    form = step.form(request.user, request.POST if "_confirmed" in request.POST else None)
    if own and form.is_valid() and _taken(request, own, others, step, form):
        return _back(model_admin, request, own)
    return _ask(model_admin, request, step, form, own, others)


def _taken(request: HttpRequest, chosen: Sequence[Share], others: int, step: Step, form: StepForm) -> bool:
    """Whether it was tried; a bad input is said in the form, other obstacles beside the shares' names."""
    outcomes = Outcomes()
    who = {"by": request.user, "client": client_of(request)}
    for share in chosen:
        outcomes.attempt(share, partial(step.take, share, **form.cleaned_data, **who))
    if outcomes.bad_input is not None:
        add_error(form, outcomes.bad_input)
        return False
    outcomes.tell(request, step.title, others)
    return True


def _back(model_admin: Any, request: HttpRequest, chosen: Sequence[Share]) -> HttpResponse | None:
    """To the page of the share, if that is where it was asked for; else to the list."""
    if "_page" not in request.POST:
        return None
    site = model_admin.admin_site.name
    return HttpResponseRedirect(reverse("admin:oss_share_share_change", args=[chosen[0].pk], current_app=site))


def _ask(
    model_admin: Any, request: HttpRequest, step: Step, form: StepForm, chosen: Sequence[Share], others: int
) -> HttpResponse:
    context: Mapping[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": step.title,
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "step": step,
        "form": form,
        "shares": chosen,
        "shown": chosen[:_SHOWN],
        "hidden": max(0, len(chosen) - _SHOWN),
        "others": others,
        "from_page": "_page" in request.POST,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/oss_share/step.html", dict(context))
