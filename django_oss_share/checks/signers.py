"""W6xx, for ``check --deploy``: what signs the links, and for how long a thief could."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from ..conf import conf
from ..oss import EnvironmentProvider, OSSShareError
from ..providers.sts import DEFAULT_DURATION
from ..storage import OSSStorage
from .storages import link_seconds, sound_storages


@register(Tags.security, deploy=True)
def check_signers(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W601: a key pair without an end. W602: tokens that outlive their links; what cannot be read, E102 tells."""
    try:
        return [*_lasting_keys(), *_lasting_tokens()]
    except ImproperlyConfigured:
        return []


def _lasting_keys() -> Iterator[CheckMessage]:
    for alias, storage in sound_storages().items():
        place = _place_of_keys(storage)
        if place is not None:
            yield Warning(
                f"STORAGES[{alias!r}]: a key pair without an end, from {place}, signs the links; whoever learns it can "
                "do all that it may, until somebody notices. The account's own key may do everything.",
                hint="Let credentials name a set that assumes a role (assume_role, ecs_ram_role, oidc). If it must be "
                "a key pair, then a RAM user's that may do no more than read this bucket.",
                obj=alias,
                id="oss_share.W601",
            )


def _place_of_keys(storage: OSSStorage) -> str | None:
    """Where the key pair stands that signs; None: what signs has an end, or nobody can tell without asking it."""
    if storage.access_key:
        return None if storage.security_token else "its options"
    named = storage.credentials
    settings = conf.credentials.get(named, {}) if isinstance(named, str) else {}
    if settings.get("PROVIDER") == "static":
        return None if settings.get("SECURITY_TOKEN") else f"OSS_SHARE['CREDENTIALS'][{named!r}]"
    if named is None or settings.get("PROVIDER") == "environment" or isinstance(named, EnvironmentProvider):
        return "the environment" if _environment_has_keys() else None
    return None


def _environment_has_keys() -> bool:
    try:
        return EnvironmentProvider().retrieve().security_token is None
    except OSSShareError:
        return False


def _lasting_tokens() -> Iterator[CheckMessage]:
    for name, seconds in _longest_links().items():
        duration = conf.credentials[name].get("DURATION", DEFAULT_DURATION)
        # A token is fetched anew at half of its life, and must cover a whole link then.
        enough = max(DEFAULT_DURATION, 2 * seconds)
        if duration > enough:
            yield Warning(
                f"OSS_SHARE['CREDENTIALS'][{name!r}]: tokens live {duration} seconds and sign links of at most "
                f"{seconds}; a token that leaks is good for the whole of its life.",
                hint=f"Set DURATION to {enough} or less; silence this if staff need links that are longer.",
                obj=name,
                id="oss_share.W602",
            )


def _longest_links() -> dict[str, int]:
    """Of each set, the seconds that the longest links of its storages live."""
    longest: dict[str, int] = {}
    for storage in sound_storages().values():
        if isinstance(storage.credentials, str):
            longest[storage.credentials] = max(longest.get(storage.credentials, 0), link_seconds(storage))
    return longest
