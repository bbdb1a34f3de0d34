"""What all public views have in common: the language, the refusals, the headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect

from ..services import access
from ..services.access import Denied, Visit
from ..services.clients import client_of
from .headers import protect
from .languages import visitors_language
from .refusals import SHARES, House, refuse

#: Of the mark that a visitor knew the password; its path tells whose.
COOKIE = "oss_share_unlocked"

View = Callable[[HttpRequest, str], HttpResponseBase]


def door(*methods: str, house: House = SHARES) -> Callable[[View], View]:
    """A public view ``(request, token)``: its Denied becomes a page, and all its answers get the headers.

    Outside of ``ATOMIC_REQUESTS``: what the services decide is committed, whatever becomes of the answer.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, token: str) -> HttpResponseBase:
            with visitors_language(request):
                response = _answer(view, methods, house, request, token)
            protect(response)
            # Django would log each refusal with its path, which opens the share; the audit has it without.
            vars(response)["_has_been_logged"] = True
            return response

        transaction.non_atomic_requests(guarded)
        return guarded

    return decorate


def enter(request: HttpRequest, token: str) -> Visit:
    """:raises Denied: the visitor may not have what the token opens."""
    mark = request.COOKIES.get(COOKIE, "")
    return access.open_share(token, client_of(request), mark=mark, user=getattr(request, "user", None))


def unlocked_redirect(request: HttpRequest, to: str, mark: str, max_age: int, *, path: str) -> HttpResponseRedirect:
    """On to ``to``, with a cookie for what is below ``path`` alone.

    :param mark: what shows that the visitor knew the password. :param max_age: seconds.
    """
    response = HttpResponseRedirect(to)
    response.set_cookie(
        COOKIE, mark, max_age=max_age, path=path, secure=request.is_secure(), httponly=True, samesite="Lax"
    )
    return response


def _answer(view: View, methods: tuple[str, ...], house: House, request: HttpRequest, token: str) -> HttpResponseBase:
    if request.method not in methods:
        if request.method in ("GET", "HEAD"):
            # Somebody reloads what a form led to.
            return redirect(house.home, token)
        return HttpResponseNotAllowed(methods)
    try:
        return view(request, token)
    except Denied as denied:
        return refuse(request, token, denied, house)
