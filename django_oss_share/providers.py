"""Which credentials sign for which storage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from .conf import conf
from .oss import Credentials, CredentialsProvider, EnvironmentProvider, OSSShareError
from .oss.credentials import CredentialsSource


class UnknownProvider(OSSShareError, ImproperlyConfigured):
    """A storage or ``OSS_SHARE["CREDENTIALS"]`` names credentials or a provider that do not exist."""


def credentials_source(name: str | Callable[[], Credentials] | CredentialsProvider) -> CredentialsSource:
    """What the storage option ``credentials`` stands for.

    :param name: a key of ``OSS_SHARE["CREDENTIALS"]``, a callable that returns Credentials, or a provider object.
    :raises UnknownProvider: no such key; an unknown ``PROVIDER``; a setting that it does not take.
    :raises MissingCredentials: a ``static`` set without its keys.
    """
    if not isinstance(name, str):
        return name
    sets = conf.credentials
    if name not in sets:
        raise UnknownProvider(
            f"credentials={name!r} is not a key of OSS_SHARE['CREDENTIALS']; known: {_listed(sets)}.{_hint(name, sets)}"
        )
    settings = dict(sets[name])
    kind = settings.pop("PROVIDER", None)
    if kind not in _PROVIDERS:
        raise UnknownProvider(
            f"OSS_SHARE['CREDENTIALS'][{name!r}]['PROVIDER'] is {kind!r}; allowed are {_listed(_PROVIDERS)}."
        )
    build, allowed = _PROVIDERS[kind]
    for key in settings:
        if key not in allowed:
            raise UnknownProvider(
                f"OSS_SHARE['CREDENTIALS'][{name!r}] has an unknown key {key!r}; the provider {kind!r} takes "
                f"{_listed(allowed)}.{_hint(key, allowed)}"
            )
    return build(**{key.lower(): value for key, value in settings.items()})


def _static(
    access_key_id: str = "",
    access_key_secret: str = "",
    security_token: str | None = None,
    expiration: datetime | None = None,
) -> CredentialsSource:
    return Credentials(access_key_id, access_key_secret, security_token, expiration)


def _callable(callable: str | Callable[[], Credentials]) -> CredentialsSource:
    if not isinstance(callable, str):
        return callable
    imported: Callable[[], Credentials] = import_string(callable)
    return imported


_PROVIDERS: Mapping[str, tuple[Callable[..., CredentialsSource], tuple[str, ...]]] = {
    "static": (_static, ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN", "EXPIRATION")),
    "environment": (EnvironmentProvider, ()),
    "callable": (_callable, ("CALLABLE",)),
}


def _listed(names: Any) -> str:
    return ", ".join(repr(name) for name in names) or "none"


def _hint(name: str, known: Any) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
