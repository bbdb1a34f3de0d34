"""File requests: the page on which strangers leave files, and what its script asks for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from ..oss.secret import Secret
from ..oss.writer import SINGLE_PUT_LIMIT
from ..services import file_requests
from ..services.access import Reason
from ..services.clients import client_of
from ..services.file_requests import RequestVisit
from . import talk
from .door import COOKIE, door, unlocked_redirect
from .kinds import shown_name
from .pages import page
from .refusals import ADVICE, House

_HOUSE = House(
    "oss_share:request",
    "request_locked",
    {
        **ADVICE,
        Reason.REVOKED: _("Whoever sent it takes no more files. Ask them if you still have some."),
        Reason.EXPIRED: _("Ask whoever sent it to prolong it: this same link will then work again."),
        Reason.EXHAUSTED: _("Ask whoever sent it to take more: this same link will then work again."),
        Reason.NETWORK: _("It takes files from certain networks only, such as that of an office. Try it from there."),
        Reason.OWNER: _("Ask a colleague of theirs to take it over: this same link will then work again."),
        Reason.UNAVAILABLE: _("What has arrived is safe, and the link stays as it is."),
    },
    {
        Reason.EXHAUSTED: _("No more files are taken here."),
        Reason.OWNER: _("Whoever asked for these files may no longer do so."),
        Reason.UNAVAILABLE: _("Files cannot be taken right now; try again in a moment."),
    },
)
_UPLOAD_JS = Path(__file__).parent.parent / "static" / "oss_share" / "upload.js"


@door("GET", "HEAD", house=_HOUSE)
def request(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page. It says what is asked for, and nothing of what was left."""
    visit = _enter(request, token)
    if request.method == "HEAD":
        return HttpResponse()
    row = visit.request
    context = {
        "token": token,
        "file_request": row,
        "title": shown_name(row.name),
        "accept": ",".join(row.content_types),
        "taken": ", ".join(row.content_types),
        "single": SINGLE_PUT_LIMIT,
    }
    return page(request, "request", context, origin=file_requests.link_origin(visit), program=_program())


@door("POST", house=_HOUSE)
@sensitive_post_parameters("password")
def unlock(request: HttpRequest, token: str) -> HttpResponseBase:
    """Try a password; whoever knows it gets a cookie for this page alone."""
    # No error report shows it, whatever fails beneath.
    password = Secret(request.POST.get("password", ""))
    unlocked = file_requests.unlock(token, password, client_of(request), user=getattr(request, "user", None))
    address = reverse("oss_share:request", args=[token])
    return unlocked_redirect(request, address, unlocked.mark, unlocked.max_age, path=address)


@door("POST", house=_HOUSE)
def begin(request: HttpRequest, token: str) -> HttpResponseBase:
    """A place for a file, and where to send it."""
    visit = _enter(request, token)

    def answer() -> HttpResponse:
        body = talk.said(request)
        expected = file_requests.expect(
            visit,
            body.get("name", ""),
            size=body.get("size", 0),
            content_type=body.get("type", ""),
            md5=body.get("md5", ""),
        )
        return talk.begun(expected.ticket, expected.link, expected.headers, expected.part_size, expected.parts)

    return talk.answered(answer)


@door("POST", house=_HOUSE)
def parts(request: HttpRequest, token: str) -> HttpResponseBase:
    """Where to send parts, and which are there, of this one file."""
    visit = _enter(request, token, finishing=True)

    def answer() -> HttpResponse:
        body = talk.said(request)
        ticket = talk.ticket_in(body)
        there = file_requests.arrived_parts(visit, ticket) if body.get("arrived") is True else []
        return talk.signed(file_requests.sign_parts(visit, ticket, talk.numbers_in(body)), there)

    return talk.answered(answer)


@door("POST", house=_HOUSE)
def complete(request: HttpRequest, token: str) -> HttpResponseBase:
    """The receipt of a file that has arrived."""
    visit = _enter(request, token, finishing=True)

    def answer() -> HttpResponse:
        body = talk.said(request)
        received = file_requests.complete(visit, talk.ticket_in(body), etags=talk.etags_in(body))
        return JsonResponse(
            {
                "receipt": received.receipt,
                "name": received.filename,
                "size": received.size,
                "state": received.state,
            }
        )

    return talk.answered(answer)


@door("POST", house=_HOUSE)
def cancel(request: HttpRequest, token: str) -> HttpResponseBase:
    """The visitor has thought better of it."""
    visit = _enter(request, token, finishing=True)

    def answer() -> HttpResponse:
        file_requests.give_up(visit, talk.ticket_in(talk.said(request)))
        return JsonResponse({})

    return talk.answered(answer)


def _enter(request: HttpRequest, token: str, *, finishing: bool = False) -> RequestVisit:
    """:raises Denied: the visitor may not leave files at what the token opens."""
    who: dict[str, Any] = {"mark": request.COOKIES.get(COOKIE, ""), "user": getattr(request, "user", None)}
    return file_requests.open_request(token, client_of(request), finishing=finishing, **who)


def _program() -> str:
    return "\n" + _upload_js() + "\n" + render_to_string("oss_share/request.js")


@lru_cache(maxsize=1)
def _upload_js() -> str:
    return _UPLOAD_JS.read_text()
