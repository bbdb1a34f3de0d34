"""One call of STS: its parameters, and what it is answered from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..accounts import Accounts
from ..faults import Fault, Kind
from ..request import Request, parse_query

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class STSCall:
    """What an action is answered from."""

    parameters: Mapping[str, str]
    accounts: Accounts
    now: datetime
    faults: Mapping[Kind, Fault]


def parameters(request: Request, body: bytes) -> dict[str, str]:
    """Those of the query and of a form in the body.

    :raises OSSError: the body is no such form, though it says so.
    """
    given = {name: value or "" for name, value in request.query}
    if request.headers.get("content-type", "").startswith(_FORM):
        given |= {name: value or "" for name, value in parse_query(body.decode("latin-1"))}
    return given
