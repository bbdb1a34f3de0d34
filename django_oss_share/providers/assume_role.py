"""A role assumed by an access key: STS AssumeRole, by the vendor's client."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..oss import Credentials, Endpoint, MissingCredentials
from ..oss.credentials import CredentialsSource, as_retriever
from ..oss.secret import SecretDict
from .answers import read_credentials
from .errors import RefreshFailed
from .sts import Wanted

_SERVICE = "STS AssumeRole"
#: Loggers to which the vendor's packages add handlers at their import, and whose level they set to DEBUG.
_NOISY = ("alibabacloud-tea", "credentials", "darabonba-core")
# Of a call's time, what connecting may take.
_CONNECT_SHARE = 0.4
_MESSAGE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class AssumeRole:
    """Asks STS for the credentials of a role.

    :param caller: whose keys may assume the role.
    :param timeout: seconds to connect, send and wait.
    :param proxy: a URL, instead of the environment's; it may hold a password.
    """

    wanted: Wanted
    caller: CredentialsSource
    endpoint: Endpoint
    timeout: float
    external_id: str | None = None
    proxy: str | None = field(default=None, repr=False)

    def __call__(self) -> Credentials:
        """:raises RefreshFailed: STS refused, or did not answer, or the caller has no keys."""
        client, request, runtime, failures = self._prepare()
        answer = SecretDict()
        failed = None
        try:
            answer = _members(client.assume_role_with_options(request, runtime))
        except failures as error:
            failed = _failed(error)
        if failed is not None:
            # Raised from here, so that no error report shows the vendor's frames, which hold keys.
            raise failed
        return read_credentials(_SERVICE, answer)

    def _prepare(self) -> tuple[Any, Any, Any, tuple[type[Exception], ...]]:
        """Client, request, options, and the errors to expect."""
        with _quiet():
            from alibabacloud_sts20150401.client import Client
            from alibabacloud_sts20150401.models import AssumeRoleRequest
            from alibabacloud_tea_openapi.utils_models import Config
            from darabonba.runtime import ExtendsParameters, RuntimeOptions
            from Tea.exceptions import TeaException
        caller = self._caller()
        config = Config(
            access_key_id=caller.access_key_id,
            access_key_secret=caller.access_key_secret,
            security_token=caller.security_token,
            endpoint=self.endpoint.netloc,
            protocol=self.endpoint.scheme.upper(),
            http_proxy=self.proxy,
            https_proxy=self.proxy,
        )
        request = AssumeRoleRequest(
            role_arn=self.wanted.role_arn,
            role_session_name=self.wanted.session_name,
            duration_seconds=self.wanted.duration,
            policy=self.wanted.policy_text,
            external_id=self.external_id,
        )
        milliseconds = int(self.timeout * 1000)
        connect = int(milliseconds * _CONNECT_SHARE)
        runtime = RuntimeOptions(
            connect_timeout=connect,
            read_timeout=milliseconds - connect,
            # The client keeps connections in a global pool, where a fork would have two processes read from one.
            extends_parameters=ExtendsParameters(headers={"connection": "close"}),
        )
        # The client takes the shape of an answer on trust.
        return Client(config), request, runtime, (TeaException, AttributeError, LookupError, TypeError, ValueError)

    def _caller(self) -> Credentials:
        try:
            return as_retriever(self.caller)()
        except MissingCredentials as error:
            raise RefreshFailed(f"There are no keys to call STS with: {error}") from None


def _members(answer: Any) -> SecretDict:
    found = getattr(getattr(answer, "body", None), "credentials", None)
    return SecretDict({} if found is None else found.to_map())


def _failed(error: Exception) -> RefreshFailed:
    """What STS, or the way there, had against it; without the client's words, which repeat requests."""
    code = getattr(error, "code", None)
    if code:
        message = " ".join(str(getattr(error, "message", "")).split())[:_MESSAGE_LENGTH]
        return RefreshFailed(f"{_SERVICE} refused: {code}: {message}")
    return RefreshFailed(f"{_SERVICE} {'timed out' if 'timed out' in str(error) else 'gave no usable answer'}.")


@contextmanager
def _quiet() -> Iterator[None]:
    """Importing the vendor's packages leaves the log as it was, and calling them raises no warnings."""
    # Theirs, not the project's, which may run with warnings as errors. Anew each time, since test tools reset filters.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"alibabacloud_|darabonba|Tea\b")
    loggers = [logging.getLogger(name) for name in _NOISY]
    before = [(logger, list(logger.handlers), logger.level) for logger in loggers]
    yield
    for logger, handlers, level in before:
        logger.handlers[:] = handlers
        logger.setLevel(level)
