"""Every error this package raises on purpose.

Each derives from :class:`OSSShareError` and from the nearest builtin, and carries the facts it is about as attributes,
so that a caller can catch broadly and still report precisely. Messages never hold a secret, a token or a signature.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any


class OSSShareError(Exception):
    """Base of all errors of django-oss-share."""

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is otherwise copied by calling its class with its message, which is not what ours are made from.
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[OSSShareError], args: tuple[object, ...], facts: dict[str, Any]) -> OSSShareError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(facts)
    return error


class InvalidArgument(OSSShareError, ValueError):
    """A value outside its allowed range.

    :ivar field: the name of the argument or option.
    :ivar value: what was given (never set for secrets).
    """

    def __init__(self, message: str, *, field: str = "", value: object = None) -> None:
        super().__init__(message)
        self.field = field
        self.value = value


class InvalidKey(InvalidArgument):
    """An object key that OSS refuses, or that a browser could not request unchanged."""


class InvalidBucketName(InvalidArgument):
    """A bucket name outside ``a-z 0-9 -``, 3 to 63 characters, no hyphen at either end."""


class InvalidEndpoint(InvalidArgument):
    """An endpoint that cannot be, or must not be, the target of a signed link."""


class InvalidHeader(InvalidArgument):
    """A header name or value that could break out of its line."""


class InvalidExpiry(InvalidArgument):
    """A lifetime that is not a whole number of seconds of at least one."""


class ExpiryTooLong(InvalidExpiry):
    """A lifetime over what the signature version carries.

    :ivar requested: seconds asked for.
    :ivar maximum: seconds allowed (604,800 for V4).
    """

    def __init__(self, requested: int, maximum: int) -> None:
        super().__init__(
            f"expires_in={requested} seconds is over the maximum of {maximum} seconds (7 days) that a V4 link can "
            f"live; ask for at most {maximum}, or use a share for longer access.",
            field="expires_in",
            value=requested,
        )
        self.requested = requested
        self.maximum = maximum


class ExpiryBeyondToken(InvalidExpiry):
    """A lifetime that no security token of these credentials could cover.

    :ivar requested: seconds asked for.
    :ivar maximum: seconds that the longest token covers.
    """

    def __init__(self, requested: int, maximum: int) -> None:
        super().__init__(
            f"expires_in={requested} seconds is over the {maximum} seconds that a security token of these credentials "
            f"lives at most, and the link dies with its token; ask for at most {maximum}, raise DURATION, or make a "
            "share, which signs anew at each visit.",
            field="expires_in",
            value=requested,
        )
        self.requested = requested
        self.maximum = maximum


class MissingCredentials(OSSShareError, LookupError):
    """No usable access key: nothing is ever signed with an empty one."""


class CredentialsExpired(OSSShareError, PermissionError):
    """The security token is past its end, so any link made with it would be dead.

    :ivar expiration: aware UTC datetime at which the token ended.
    """

    def __init__(self, expiration: datetime, now: datetime) -> None:
        super().__init__(
            f"The security token expired at {expiration:%Y-%m-%dT%H:%M:%SZ} and it is {now:%Y-%m-%dT%H:%M:%SZ}; "
            "a link signed with it would be refused. Fetch new credentials first."
        )
        self.expiration = expiration
        self.now = now


class CredentialsUnavailable(OSSShareError, ConnectionError):
    """There is no usable security token, and none could be fetched; later there may be one.

    :ivar retry_after: whole seconds after which it is worth while to ask again, at least 1.
    """

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ServiceError(OSSShareError, OSError):
    """OSS refused a request or failed at it.

    :ivar status: HTTP status; 0 where no answer came.
    :ivar code: OSS's own, such as ``NoSuchBucket``.
    :ivar request_id: what the vendor's support asks for.
    :ivar ec: OSS's error code for its self-service diagnosis, or "".
    """

    def __init__(self, message: str, *, status: int = 0, code: str = "", request_id: str = "", ec: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id
        self.ec = ec

    @property
    def is_transient(self) -> bool:
        """Whether the same request may well succeed a little later."""
        return self.status >= 500 or self.status == 429


class ObjectNotFound(ServiceError, FileNotFoundError):
    """No object of that key (and version)."""


class ObjectExists(ServiceError, FileExistsError):
    """An object of that key was there first, and the request forbade to overwrite it."""


class PermissionDenied(ServiceError, PermissionError):
    """The credentials may not do this, or are not valid."""


class ObjectChanged(ServiceError):
    """The object was replaced while it was read."""


class Unreachable(ServiceError, ConnectionError):
    """No answer, or one that broke off, after every try; a request to write may have been carried out."""

    @property
    def is_transient(self) -> bool:
        return True


class CorruptTransfer(ServiceError):
    """What arrived is not what was sent, by its CRC-64 or because it makes no sense."""


class IncompleteListing(ServiceError):
    """OSS gave a list that goes on but does not say where, or goes in circles."""
