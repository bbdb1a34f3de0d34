"""The storages of ours that ``STORAGES`` names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from django.utils.module_loading import import_string

from ..oss import OSSShareError
from ..oss.validate import lifetime
from ..storage import OSSStorage


def our_aliases() -> Iterator[str]:
    """Those whose backend is ours; of a backend that is not there, Django itself tells."""
    for alias, options in settings.STORAGES.items():
        named = options.get("BACKEND") if isinstance(options, Mapping) else None
        try:
            backend = import_string(named) if isinstance(named, str) else None
        except ImportError:
            continue
        if isinstance(backend, type) and issubclass(backend, OSSStorage):
            yield alias


def made(alias: str) -> OSSStorage:
    """One of ours; :raises ImproperlyConfigured, OSSShareError: it cannot be made."""
    options = settings.STORAGES[alias].get("OPTIONS", {})
    if not isinstance(options, Mapping):
        raise ImproperlyConfigured(f"STORAGES[{alias!r}]['OPTIONS'] must be a dict; it is {type(options).__name__}.")
    return cast(OSSStorage, storages[alias])


def sound_storages() -> dict[str, OSSStorage]:
    """By alias, those that can be made; of the others, check_storages tells."""
    found: dict[str, OSSStorage] = {}
    for alias in our_aliases():
        try:
            found[alias] = made(alias)
        except (OSSShareError, ImproperlyConfigured):
            continue
    return found


def link_seconds(storage: OSSStorage) -> int:
    """How long the links of its ``url()`` live at most."""
    return lifetime(storage.querystring_expire, maximum=None) + int(storage.url_window)
