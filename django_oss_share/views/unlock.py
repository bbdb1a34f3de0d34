"""The password."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from ..oss.secret import Secret
from ..services import access
from ..services.clients import client_of
from .door import door, unlocked_redirect


@door("POST")
@sensitive_post_parameters("password")
def unlock(request: HttpRequest, token: str) -> HttpResponseBase:
    """Try it; whoever knows it gets a cookie for this share alone, good until the password or the link changes."""
    # No error report shows it, whatever fails beneath.
    password = Secret(request.POST.get("password", ""))
    unlocked = access.unlock(token, password, client_of(request), user=getattr(request, "user", None))
    address = reverse("oss_share:share", args=[token])
    # Chromium holds what follows a form to the form's policy, which names no bucket before the unlock.
    return unlocked_redirect(request, f"{address}?page", unlocked.mark, unlocked.max_age, path=address)
