"""E1xx, W1xx: storages and credentials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from ..conf import conf
from ..oss import OSSShareError
from ..providers import credentials_source, refreshing_names
from .storages import made, our_aliases


@register(Tags.files)
def check_storages(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E101: a storage of ours cannot be made, as its first link would tell."""
    return [*_broken_storages()]


@register(Tags.security)
def check_credentials(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E102: a set of credentials cannot be made. E103, W101: how stored tokens are encrypted."""
    broken = [*_broken_sets()]
    return broken or [*_encryption()]


def _broken_storages() -> Iterator[CheckMessage]:
    for alias in our_aliases():
        try:
            # It is checked by being made.
            made(alias)
        except (OSSShareError, ImproperlyConfigured) as error:
            yield Error(str(error), hint=f"See STORAGES[{alias!r}]['OPTIONS'].", obj=alias, id="oss_share.E101")


def _broken_sets() -> Iterator[CheckMessage]:
    try:
        names = list(conf.credentials)
    except ImproperlyConfigured as error:
        yield Error(str(error), id="oss_share.E102")
        return
    for name in names:
        try:
            credentials_source(name)
        except (OSSShareError, ImproperlyConfigured) as error:
            yield Error(str(error), hint=f"See OSS_SHARE['CREDENTIALS'][{name!r}].", obj=name, id="oss_share.E102")


def _encryption() -> Iterator[CheckMessage]:
    if not refreshing_names():
        return
    try:
        conf.encryption_keys  # noqa: B018 - checked by being read
    except ImproperlyConfigured as error:
        yield Error(str(error), hint="Such as secrets.token_urlsafe(32).", id="oss_share.E103")
        return
    if not conf.is_set("ENCRYPTION_KEYS"):
        yield Warning(
            "Security tokens are stored encrypted under SECRET_KEY: whoever has it and the database can sign links.",
            hint="Set OSS_SHARE['ENCRYPTION_KEYS'] to a secret of their own, such as secrets.token_urlsafe(32).",
            id="oss_share.W101",
        )
