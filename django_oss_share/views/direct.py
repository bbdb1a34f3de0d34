"""What the script of a form's upload field asks for. The field's own rules, signed, say what it may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ..oss import OSSShareError
from ..services.clients import client_of
from ..services.uploads import fields
from ..services.uploads.fields import Rules
from . import talk
from .refusals import problem


@never_cache
@require_POST
@transaction.non_atomic_requests
def direct(request: HttpRequest, step: str) -> HttpResponse:
    """One of ``begin``, ``parts``, ``complete`` and ``cancel``, as upload.js asks for them."""
    if step not in _STEPS:
        return HttpResponseNotFound()

    def answer() -> HttpResponse:
        body = talk.said(request)
        return _STEPS[step](request, fields.unseal_rules(str(body.get("rules", ""))), body)

    try:
        return talk.answered(answer)
    except OSSShareError:
        return problem("Files cannot be taken right now; try again in a moment.", 503)


def _begin(request: HttpRequest, rules: Rules, body: Mapping[str, Any]) -> HttpResponse:
    begun = fields.begin(
        rules,
        body.get("name", ""),
        size=body.get("size", 0),
        content_type=body.get("type", ""),
        md5=body.get("md5", ""),
        **_who(request),
    )
    return talk.begun(begun.ticket, begun.link, begun.headers, begun.part_size, begun.parts)


def _parts(request: HttpRequest, rules: Rules, body: Mapping[str, Any]) -> HttpResponse:
    ticket = talk.ticket_in(body)
    there = fields.arrived_parts(rules, ticket) if body.get("arrived") is True else []
    return talk.signed(fields.sign_parts(rules, ticket, talk.numbers_in(body)), there)


def _complete(request: HttpRequest, rules: Rules, body: Mapping[str, Any]) -> HttpResponse:
    value = fields.complete(rules, talk.ticket_in(body), etags=talk.etags_in(body), **_who(request))
    return JsonResponse({"value": value})


def _cancel(request: HttpRequest, rules: Rules, body: Mapping[str, Any]) -> HttpResponse:
    fields.abort(rules, talk.ticket_in(body))
    return JsonResponse({})


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": getattr(request, "user", None), "client": client_of(request)}


_STEPS: Mapping[str, Callable[[HttpRequest, Rules, Mapping[str, Any]], HttpResponse]] = {
    "begin": _begin,
    "parts": _parts,
    "complete": _complete,
    "cancel": _cancel,
}
