"""How upload.js is spoken with: JSON in, JSON out, and a problem where something is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from ..oss import InvalidArgument, PresignedURL
from ..services.uploads import BadTicket, BrokenPromise, NotArrived, SignedPart
from .refusals import problem

if TYPE_CHECKING:
    from ..oss.client import Part

_STATUS: Mapping[type[InvalidArgument], int] = {NotArrived: 409, BadTicket: 410, BrokenPromise: 422}


def said(request: HttpRequest) -> dict[str, Any]:
    """What the script says; :raises InvalidArgument: it is no JSON object."""
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidArgument("The body must be a JSON object.", field="body")
    return found


def ticket_in(body: Mapping[str, Any]) -> str:
    """Anything else than text is none of ours, which whoever opens it says."""
    return str(body.get("ticket", ""))


def numbers_in(body: Mapping[str, Any]) -> list[Any]:
    """Of parts; which are some, whoever signs them says."""
    numbers = body.get("numbers", [])
    if not isinstance(numbers, list):
        raise InvalidArgument(f"numbers={numbers!r} must be a list.", field="numbers", value=numbers)
    return numbers


def etags_in(body: Mapping[str, Any]) -> dict[int, str]:
    """By number; :raises InvalidArgument: they are none."""
    etags = body.get("etags", {})
    try:
        return {int(number): str(etag) for number, etag in etags.items()}
    except (AttributeError, TypeError, ValueError):
        raise InvalidArgument("etags must be an object of part numbers and ETags.", field="etags") from None


def begun(
    ticket: str, link: PresignedURL | None, headers: Mapping[str, str], part_size: int, parts: int
) -> JsonResponse:
    """Where to send it."""
    if link is None:
        return JsonResponse({"ticket": ticket, "part_size": part_size, "parts": parts})
    return JsonResponse({"ticket": ticket, "url": link.url, "headers": headers})


def signed(parts: Iterable[SignedPart], arrived: Iterable[Part]) -> JsonResponse:
    return JsonResponse(
        {
            "parts": [{"number": part.number, "size": part.size, "url": part.link.url} for part in parts],
            "arrived": [{"number": part.number, "size": part.size, "etag": part.etag} for part in arrived],
        }
    )


def answered(function: Callable[[], HttpResponse]) -> HttpResponse:
    """What ``function`` answers, or what is wrong with what it was asked."""
    try:
        return function()
    except RequestDataTooBig:
        told = f"The body is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes."
        return problem(_("This file was not taken."), 413, detail=told, field="body")
    except InvalidArgument as error:
        status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)
        return problem(_("This file was not taken."), status, detail=str(error), field=error.field)
