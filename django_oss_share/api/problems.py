"""Errors as problem documents (RFC 9457): what is wrong, with which field, and what to do about it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from ..oss import InvalidArgument, OSSShareError
from ..oss.errors import (
    CredentialsExpired,
    CredentialsUnavailable,
    MissingCredentials,
    ObjectExists,
    ObjectNotFound,
    ServiceError,
)
from ..providers import RefreshFailed, StoreUnavailable, UnknownProvider
from ..services.errors import NotAllowed, UnknownStorage, WrongState
from ..services.uploads import NotArrived
from ..storage.names import SuspiciousName
from .fields import UNKNOWN

MEDIA_TYPE = "application/problem+json"
#: Seconds after which it is worth while to ask again, where nobody knows better.
RETRY_AFTER = 30
#: Fields whose value no answer repeats.
_SECRET = frozenset({"password", "new_password"})
_SHOWN = 80
_READ = 2000
_ABSENT = object()
#: Errors of services that are about one argument, though they do not say so.
_FIELDS: Mapping[type[Exception], str] = {UnknownStorage: "storage", UnknownProvider: "credentials"}

logger = logging.getLogger("django_oss_share")


class Problem(exceptions.APIException):
    """A refusal of the API's own, by its status.

    :ivar field: the field that is at fault, if it is one.
    """

    def __init__(self, status: int, detail: str, *, field: str = "") -> None:
        super().__init__(detail)
        self.status_code = status
        self.field = field


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler: the problem document; None for what nobody foresaw, which is an error to be seen."""
    found = _foreseen(error, context)
    if found is None:
        return None
    # What was written before the refusal is not to be kept where each request is one transaction.
    set_rollback()
    status, facts, headers = found
    response = Response(_safe({"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, **facts}))
    response.status_code, response.content_type = status, MEDIA_TYPE
    for name, value in headers.items():
        response[name] = value
    return response


_Found = tuple[int, dict[str, Any], dict[str, str]]


def _foreseen(error: Exception, context: Mapping[str, Any]) -> _Found | None:
    if isinstance(error, exceptions.ValidationError):
        return _invalid(list(_field_errors(error.detail, _body(context))))
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    if isinstance(error, NotArrived):
        return 409, {"detail": str(error), "field": error.field}, {}
    if isinstance(error, InvalidArgument):
        return _invalid([{"field": _called(error.field, context), "detail": str(error)}])
    if isinstance(error, SuspiciousName):
        asked = _body(context)
        field = next((name for name in ("key", "prefix", "keys") if name in asked), "")
        return _invalid([{"field": field, "detail": str(error)}])
    if isinstance(error, OSSShareError):
        return _of_service(error)
    if isinstance(error, Http404):
        return 404, {"detail": "There is nothing of that address, or nothing that you may see."}, {}
    if isinstance(error, PermissionDenied):
        return 403, {"detail": str(error) or "You may not do this."}, {}
    if isinstance(error, RequestDataTooBig):
        return 413, {"detail": f"The body is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes."}, {}
    if isinstance(error, SuspiciousOperation):
        return 400, {"detail": str(error)}, {}
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("The database failed during a request to the API.", exc_info=error)
        return _later("The database does not answer; nothing was changed.", RETRY_AFTER)
    return None


def _of_framework(error: exceptions.APIException) -> _Found:
    facts: dict[str, Any] = {"detail": str(error.detail)}
    if getattr(error, "field", ""):
        facts["field"] = error.field  # type: ignore[attr-defined]
    challenge = getattr(error, "auth_header", None)
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, int(wait + 0.999)))
    return error.status_code, facts, headers


def _of_service(error: OSSShareError) -> _Found:
    if isinstance(error, NotAllowed):
        return 403, {"detail": str(error)}, {}
    if isinstance(error, WrongState):
        return 409, {"detail": str(error), "state": error.state}, {}
    for kind, field in _FIELDS.items():
        if isinstance(error, kind):
            return _invalid([{"field": field, "detail": str(error)}])
    if isinstance(error, ObjectNotFound):
        return 404, {"detail": str(error)}, {}
    if isinstance(error, ObjectExists):
        return 409, {"detail": str(error)}, {}
    if isinstance(error, CredentialsUnavailable):
        return _later(str(error), error.retry_after)
    if isinstance(error, CredentialsExpired | MissingCredentials | RefreshFailed | StoreUnavailable):
        return _later(str(error), RETRY_AFTER)
    if isinstance(error, ServiceError):
        return _of_oss(error)
    return 400, {"detail": str(error)}, {}


def _of_oss(error: ServiceError) -> _Found:
    if error.is_transient:
        return _later(str(error), RETRY_AFTER)
    facts = {"code": error.code, "request_id": error.request_id}
    # What was asked for makes no sense to OSS, such as a cursor that is none of its own; all else is between it and us.
    status = 400 if error.status == 400 else 502
    return status, {"detail": str(error), **{name: value for name, value in facts.items() if value}}, {}


def _later(detail: str, seconds: int) -> _Found:
    return 503, {"detail": detail}, {"Retry-After": str(seconds)}


def _invalid(errors: list[dict[str, str]]) -> _Found:
    first = errors[0]
    facts: dict[str, Any] = {"detail": first["detail"], "errors": errors}
    return 400, {**facts, "field": first["field"]} if first["field"] else facts, {}


def _called(field: str, context: Mapping[str, Any]) -> str:
    """A service's argument by the name that the endpoint has for it."""
    names: Mapping[str, str] = getattr(context["view"], "called", {})
    return names.get(field, field)


def _body(context: Mapping[str, Any]) -> Any:
    request = context["request"]
    return request.query_params if request.method in ("GET", "HEAD") else request.data


def _field_errors(detail: Any, given: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Each error with the path of its field, such as ``keys.3``, and with the value that was given there."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            below = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from _field_errors(inner, given if name == "non_field_errors" else _at(given, name), below)
    elif isinstance(detail, list | tuple) and any(isinstance(each, Mapping) for each in detail):
        for position, inner in enumerate(detail):
            yield from _field_errors(inner, _at(given, position), f"{path}.{position}".lstrip("."))
    else:
        for message in detail if isinstance(detail, list | tuple) else [detail]:
            # Under a name that is not known may be anything, such as a password.
            is_unknown = getattr(message, "code", None) == UNKNOWN
            yield {"field": path, "detail": _told(path, _ABSENT if is_unknown else given, str(message))}


def _at(given: Any, name: Any) -> Any:
    try:
        return given[name]
    except (KeyError, IndexError, TypeError):
        return _ABSENT


def _told(path: str, value: Any, message: str) -> str:
    if not path:
        return message
    if value is _ABSENT or not _SECRET.isdisjoint(path.split(".")):
        return f"{path}: {message}"
    text = json.dumps(value, default=str)
    return f"{path}={text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}: {message}"


def _safe(facts: Any) -> Any:
    """``facts`` with what no UTF-8 can hold written as an escape, and nothing longer than anybody reads: what is told
    may hold any name or value that came.
    """
    if isinstance(facts, dict):
        return {name: _safe(value) for name, value in facts.items()}
    if isinstance(facts, list):
        return [_safe(each) for each in facts]
    if not isinstance(facts, str):
        return facts
    short = facts if len(facts) <= _READ else facts[:_READ] + "…"
    return short.encode("utf-8", "backslashreplace").decode()
