"""``Idempotency-Key``: a create that is sent again makes nothing new, and is answered as the first time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from ..services.idempotency import KeyReused, Unfinished, once
from .problems import Problem

HEADER = "Idempotency-Key"
#: For the schema of each create.
PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description=(
        "Any text of your own, such as a UUID, kept for 24 hours: the same request again makes nothing new and is "
        "answered from what the first one made, with `Idempotent-Replayed: true`; with another body it is refused "
        "(422)."
    ),
)
#: What such a create may be answered besides.
STATUSES = ("409", "422")

Data = dict[str, Any]


def created(
    request: Request, operation: str, make: Callable[[], tuple[object, Data]], again: Callable[[str], Data]
) -> Response:
    """201 with what ``make`` says was made, under the key of its row; or what ``again`` says of that row."""
    key = request.headers.get(HEADER)
    if key is None:
        return Response(make()[1], status=201)
    if not 1 <= len(key) <= 255 or not all("!" <= each <= "~" for each in key):
        raise Problem(400, f"{HEADER}: allowed are 1 to 255 characters of ASCII without blanks.", field=HEADER)
    try:
        with once(request.user, operation, key, request.data) as request_once:
            if request_once.made:
                return Response(_again(again, request_once.made), status=201, headers={"Idempotent-Replayed": "true"})
            made, data = make()
            request_once.remember(made)
            return Response(data, status=201)
    except KeyReused as error:
        raise Problem(422, str(error), field=HEADER) from error
    except Unfinished as error:
        raise Problem(409, str(error), field=HEADER) from error


def _again(again: Callable[[str], Data], made: str) -> Data:
    try:
        return again(made)
    except ObjectDoesNotExist:
        raise Problem(
            404,
            f"What this {HEADER} made is gone, or no longer yours to see; take a new key to make another.",
            field=HEADER,
        ) from None
