"""``/-/faults``, ``/-/calls`` and ``/-/clock``: how a test in another process drives the emulator.

From this machine only, and not from a page in its browser, which any site may make it ask.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

from .errors import access_denied, invalid_argument, method_not_allowed
from .faults import MAX_SECONDS, Fault
from .request import Request
from .response import Response
from .service import Service

#: No bucket can have that name.
_BUCKET = "-"


def is_admin(request: Request) -> bool:
    return request.bucket == _BUCKET and request.raw_path.startswith(f"/{_BUCKET}/")


def answer(service: Service, request: Request) -> Response:
    """:raises OSSError: the request is none of these, or comes from another machine or a page."""
    if not ip_address(request.remote_addr).is_loopback or "origin" in request.headers:
        raise access_denied()
    action = _ACTIONS.get((request.method, request.key or ""))
    if action is None:
        raise method_not_allowed(request.method, request.raw_path)
    body = request.body.spool()
    try:
        result = action(service, _document(body))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise invalid_argument(f"{type(error).__name__}: {error}") from None
    return Response(200, {"Content-Type": "application/json"}, json.dumps(result).encode())


def _document(body: bytes) -> Mapping[str, Any]:
    document = json.loads(body) if body else {}
    if not isinstance(document, dict):
        raise TypeError("a JSON object is wanted")
    return document


def _add_fault(service: Service, document: Mapping[str, Any]) -> object:
    return service.faults.add(Fault.from_json(document)).to_json()


def _clear_faults(service: Service, document: Mapping[str, Any]) -> object:
    service.faults.clear()
    return {}


def _calls(service: Service, document: Mapping[str, Any]) -> object:
    return dict(service.calls)


def _clear_calls(service: Service, document: Mapping[str, Any]) -> object:
    service.calls.clear()
    return {}


def _set_clock(service: Service, document: Mapping[str, Any]) -> object:
    offset = float(document["offset"])
    if not abs(offset) <= MAX_SECONDS:
        raise ValueError(f"offset={offset} is over {MAX_SECONDS} seconds")
    service.clock_offset = offset
    return {"offset": offset}


_ACTIONS: Mapping[tuple[str, str], Callable[[Service, Mapping[str, Any]], object]] = {
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _clear_calls,
    ("POST", "clock"): _set_clock,
}
