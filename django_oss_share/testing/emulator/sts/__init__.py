"""The Security Token Service of the emulator's account: AssumeRole, AssumeRoleWithOIDC, GetCallerIdentity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import uuid4

from ..accounts import Accounts, Identity
from ..faults import Fault, Kind
from ..request import Request
from ..response import Response
from . import assume_role, caller_identity, oidc
from .call import STSCall, parameters
from .documents import encode
from .errors import STSError, invalid_action, of_fault
from .signature import verify

__all__ = ["handle_sts", "is_sts", "sts_operation"]

_Answer = Callable[[STSCall, Identity], dict[str, object]]
_ACTIONS: Mapping[str, _Answer] = {
    "AssumeRole": assume_role.answer,
    "AssumeRoleWithOIDC": oidc.answer,
    "GetCallerIdentity": caller_identity.answer,
}
#: Whoever calls it proves who they are by a token of somebody else's.
_UNSIGNED = frozenset({"AssumeRoleWithOIDC"})


def is_sts(request: Request) -> bool:
    """Whether the request is for STS, which shares the address with OSS."""
    return request.bucket is None and ("x-acs-action" in request.headers or request.has("Action"))


def sts_operation(request: Request) -> str:
    """The action asked for; ``Unknown`` where there is none of that name."""
    action = request.headers.get("x-acs-action") or request.param("Action") or ""
    return action if action in _ACTIONS else "Unknown"


def handle_sts(request: Request, accounts: Accounts, now: datetime, faults: Mapping[Kind, Fault]) -> Response:
    """The answer of STS, be it a refusal.

    :param now: aware UTC.
    :param faults: those that hit this request: status, sts-expired, sts-partial, sts-malformed and token-life are
        carried out here.
    :raises OSSError: the body is too large to be parameters.
    """
    request_id = str(uuid4()).upper()
    body = request.body.spool()
    given = parameters(request, body)
    form = given.get("Format", "JSON" if "x-acs-action" in request.headers else "XML").upper()
    call = STSCall(given, accounts, now, faults)
    try:
        status, name, document = 200, f"{sts_operation(request)}Response", _answer(request, body, call)
    except STSError as error:
        status, name, document = error.status, "Error", error.document(request.host)
    encoded = encode(name, {"RequestId": request_id, **document}, form)
    if Kind.STS_MALFORMED in faults:
        encoded = encoded[: len(encoded) // 2]
    kind = "application/json" if form == "JSON" else "text/xml"
    return Response(status, {"Content-Type": f"{kind};charset=utf-8", "x-acs-request-id": request_id}, encoded)


def _answer(request: Request, body: bytes, call: STSCall) -> dict[str, object]:
    if Kind.STATUS in call.faults:
        raise of_fault(call.faults[Kind.STATUS].status or 503)
    action = sts_operation(request)
    if action not in _ACTIONS:
        raise invalid_action()
    if action in _UNSIGNED:
        return _ACTIONS[action](call, Identity())
    return _ACTIONS[action](call, verify(request, body, call.parameters, call.accounts, call.now))
