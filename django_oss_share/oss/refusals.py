"""Our error for a request that OSS refused or failed at."""

from __future__ import annotations

from .errors import ObjectChanged, ObjectExists, ObjectNotFound, PermissionDenied, ServiceError

_BY_STATUS: dict[int, type[ServiceError]] = {
    403: PermissionDenied,
    404: ObjectNotFound,
    409: ObjectExists,
    412: ObjectChanged,
}
# What the two statuses mean that mean several things; the answer to a HEAD names no code.
_CODES: dict[type[ServiceError], tuple[str, ...]] = {
    ObjectNotFound: ("NoSuchKey", "NoSuchVersion", "SymlinkTargetNotExist", ""),
    ObjectExists: ("FileAlreadyExists",),
}


def refusal(what: str, *, status: int, code: str, message: str, request_id: str, ec: str) -> ServiceError:
    """:param what: the operation and what it was about. :param code: OSS's own, or ""."""
    kind = _BY_STATUS.get(status, ServiceError)
    if code not in _CODES.get(kind, (code,)):
        kind = ServiceError
    return kind(
        f"{what}: {code or 'HTTP error'} ({status}): {message} [request {request_id}]",
        status=status,
        code=code,
        request_id=request_id,
        ec=ec,
    )
