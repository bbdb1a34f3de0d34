"""Errors: one base, the nearest builtin, facts as attributes; and they travel between processes."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from django_oss_share.oss import errors
from django_oss_share.oss.errors import OSSShareError

_THEN = datetime(2026, 1, 1, tzinfo=UTC)

INSTANCES: list[OSSShareError] = [
    errors.InvalidArgument("bad", field="f", value=3),
    errors.InvalidKey("bad", field="key", value="/a"),
    errors.InvalidBucketName("bad", field="bucket", value="B"),
    errors.InvalidEndpoint("bad", field="endpoint", value="x"),
    errors.InvalidHeader("bad", field="headers", value="h"),
    errors.InvalidExpiry("bad", field="expires_in", value=0),
    errors.ExpiryTooLong(604_801, 604_800),
    errors.ExpiryBeyondToken(7200, 3600),
    errors.MissingCredentials("none"),
    errors.CredentialsExpired(_THEN, _THEN.replace(year=2027)),
    errors.CredentialsUnavailable("later", retry_after=7),
    errors.ServiceError("no", status=500, code="InternalError", request_id="R", ec="0001"),
    errors.ObjectNotFound("no", status=404, code="NoSuchKey"),
    errors.ObjectExists("no", status=409, code="FileAlreadyExists"),
    errors.PermissionDenied("no", status=403, code="AccessDenied"),
    errors.ObjectChanged("no", status=412, code="PreconditionFailed"),
    errors.Unreachable("no"),
    errors.CorruptTransfer("no"),
    errors.IncompleteListing("no"),
]


def _name(value: object) -> str:
    return type(value).__name__


def _pickled(error: OSSShareError) -> OSSShareError:
    restored: OSSShareError = pickle.loads(pickle.dumps(error))
    return restored


def test_every_error_has_an_instance_here() -> None:
    ours = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OSSShareError)}
    assert ours - {OSSShareError} == {type(error) for error in INSTANCES}


@pytest.mark.parametrize("duplicate", [_pickled, copy.copy, copy.deepcopy])
@pytest.mark.parametrize("error", INSTANCES, ids=_name)
def test_a_copy_has_the_same_text_and_facts(
    error: OSSShareError, duplicate: Callable[[OSSShareError], OSSShareError]
) -> None:
    twin = duplicate(error)
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert twin.args == error.args
    assert vars(twin) == vars(error)


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.InvalidArgument, ValueError),
        (errors.ExpiryTooLong, ValueError),
        (errors.MissingCredentials, LookupError),
        (errors.CredentialsExpired, PermissionError),
        (errors.ServiceError, OSError),
        (errors.ObjectNotFound, FileNotFoundError),
        (errors.ObjectExists, FileExistsError),
        (errors.PermissionDenied, PermissionError),
        (errors.Unreachable, ConnectionError),
    ],
)
def test_the_nearest_builtin_catches_it_too(kind: type[OSSShareError], builtin: type[Exception]) -> None:
    assert issubclass(kind, OSSShareError)
    assert issubclass(kind, builtin)


def test_too_long_names_both_numbers() -> None:
    error = errors.ExpiryTooLong(604_801, 604_800)
    assert (error.requested, error.maximum, error.field, error.value) == (604_801, 604_800, "expires_in", 604_801)
    assert "604801" in str(error)
    assert "604800" in str(error)


def test_expired_shows_both_times() -> None:
    error = errors.CredentialsExpired(_THEN, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert "2026-01-01T00:00:00Z" in str(error)
    assert "2026-01-02T03:04:05Z" in str(error)
    assert error.expiration == _THEN
