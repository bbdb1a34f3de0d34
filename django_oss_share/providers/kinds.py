"""The kinds of providers: which settings each takes, and what it makes of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string

from ..oss import Credentials, Endpoint, EnvironmentProvider, InvalidArgument
from ..oss.credentials import CredentialsSource
from .assume_role import AssumeRole
from .callables import Asked
from .ecs_ram_role import ENDPOINT, LONGEST, ECSRamRole
from .errors import UnknownProvider
from .oidc import OIDC
from .refreshing import RefreshingProvider
from .sts import DEFAULT_DURATION, DEFAULT_ENDPOINT, LONGEST_TIMEOUT, Wanted, check_timeout, sts_endpoint
from .token import MARGIN

Fetcher = Callable[[], Credentials]
#: Makes what refreshes by a fetcher; the number is that of seconds that a link can be covered for, at most.
Refreshed = Callable[[Fetcher, int | None], RefreshingProvider]
_Settings = Mapping[str, Any]

#: Settings that no fingerprint, repr or message may tell.
SECRETS = ("ACCESS_KEY_SECRET", "SECURITY_TOKEN", "PROXY")


@dataclass(frozen=True, slots=True)
class Kind:
    make: Callable[[_Settings, Refreshed], CredentialsSource]
    settings: tuple[str, ...] = ()


def _static(settings: _Settings, refreshed: Refreshed) -> CredentialsSource:
    return Credentials(
        settings.get("ACCESS_KEY_ID", ""),
        settings.get("ACCESS_KEY_SECRET", ""),
        settings.get("SECURITY_TOKEN"),
        settings.get("EXPIRATION"),
    )


def _environment(settings: _Settings, refreshed: Refreshed) -> CredentialsSource:
    return EnvironmentProvider()


def _callable(settings: _Settings, refreshed: Refreshed) -> CredentialsSource:
    given = _required(settings, "CALLABLE")
    return Asked(import_string(given) if isinstance(given, str) else given, lambda fetch: refreshed(fetch, None))


def _assume_role(settings: _Settings, refreshed: Refreshed) -> CredentialsSource:
    if find_spec("alibabacloud_sts20150401") is None:
        raise UnknownProvider(
            "the provider 'assume_role' needs the vendor's STS client; pip install 'django-oss-share[sts]'."
        )
    return refreshed(role_fetcher(settings, _wanted(settings)), _longest(settings))


def role_fetcher(settings: _Settings, wanted: Wanted) -> AssumeRole:
    """What assumes a role with the keys and by the way that the settings of an ``assume_role`` set describe."""
    return AssumeRole(
        wanted,
        _caller(settings),
        sts_endpoint(settings.get("STS_ENDPOINT", DEFAULT_ENDPOINT)),
        check_timeout(settings.get("TIMEOUT", LONGEST_TIMEOUT)),
        settings.get("EXTERNAL_ID"),
        settings.get("PROXY"),
    )


def _caller(settings: _Settings) -> CredentialsSource:
    if "ACCESS_KEY_ID" in settings or "ACCESS_KEY_SECRET" in settings:
        return Credentials(settings.get("ACCESS_KEY_ID", ""), settings.get("ACCESS_KEY_SECRET", ""))
    return EnvironmentProvider()


def _ecs_ram_role(settings: _Settings, refreshed: Refreshed) -> CredentialsSource:
    endpoint = settings.get("METADATA_ENDPOINT", ENDPOINT)
    if endpoint != ENDPOINT and not Endpoint(endpoint, addressing="cname").is_loopback:
        raise InvalidArgument(
            f"METADATA_ENDPOINT={endpoint!r} must be {ENDPOINT!r}, or on this very machine, for tests.",
            field="METADATA_ENDPOINT",
            value=endpoint,
        )
    fetch = ECSRamRole(settings.get("ROLE_NAME", ""), endpoint, check_timeout(settings.get("TIMEOUT", LONGEST_TIMEOUT)))
    return refreshed(fetch, LONGEST - 2 * MARGIN)


def _oidc(settings: _Settings, refreshed: Refreshed) -> CredentialsSource:
    found = {key: settings.get(key) or os.environ.get(f"ALIBABA_CLOUD_{key}") for key in _OIDC_ENVIRONMENT}
    for key in _OIDC_ENVIRONMENT[:3]:
        if not found[key]:
            raise UnknownProvider(f"the provider 'oidc' needs {key} (or ALIBABA_CLOUD_{key} in the environment).")
    fetch = OIDC(
        _wanted({**settings, **{key: value for key, value in found.items() if key in _WANTED and value}}),
        str(found["OIDC_PROVIDER_ARN"]),
        Path(str(found["OIDC_TOKEN_FILE"])),
        sts_endpoint(settings.get("STS_ENDPOINT", DEFAULT_ENDPOINT)),
        check_timeout(settings.get("TIMEOUT", LONGEST_TIMEOUT)),
        settings.get("PROXY"),
    )
    return refreshed(fetch, _longest(settings))


# The names under which Alibaba Cloud's Kubernetes service puts them into the environment, less their prefix.
_OIDC_ENVIRONMENT = ("ROLE_ARN", "OIDC_PROVIDER_ARN", "OIDC_TOKEN_FILE", "ROLE_SESSION_NAME")
_WANTED = {"ROLE_ARN": "role_arn", "ROLE_SESSION_NAME": "session_name", "DURATION": "duration", "POLICY": "policy"}


def _wanted(settings: _Settings) -> Wanted:
    _required(settings, "ROLE_ARN")
    return Wanted(**{name: settings[key] for key, name in _WANTED.items() if key in settings})


def _longest(settings: _Settings) -> int:
    """Seconds that a link can be covered for: a token that is younger than its margin is not replaced for a link."""
    return int(settings.get("DURATION", DEFAULT_DURATION)) - 2 * MARGIN


def _required(settings: _Settings, key: str) -> Any:
    if not settings.get(key):
        raise UnknownProvider(f"{key} is missing.")
    return settings[key]


_STS = ("ROLE_ARN", "ROLE_SESSION_NAME", "DURATION", "POLICY", "STS_ENDPOINT", "PROXY", "TIMEOUT")
KINDS: Mapping[str, Kind] = {
    "static": Kind(_static, ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN", "EXPIRATION")),
    "environment": Kind(_environment),
    "assume_role": Kind(_assume_role, (*_STS, "EXTERNAL_ID", "ACCESS_KEY_ID", "ACCESS_KEY_SECRET")),
    "ecs_ram_role": Kind(_ecs_ram_role, ("ROLE_NAME", "METADATA_ENDPOINT", "TIMEOUT")),
    "oidc": Kind(_oidc, (*_STS, "OIDC_PROVIDER_ARN", "OIDC_TOKEN_FILE")),
    "callable": Kind(_callable, ("CALLABLE",)),
}
