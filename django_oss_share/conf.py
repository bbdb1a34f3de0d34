"""The settings of ``OSS_SHARE``, typed and read live, so that ``override_settings`` just works.

How one storage behaves is said in its ``STORAGES`` options; here stands what holds for the whole project.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

#: Every key that ``OSS_SHARE`` may have.
KNOWN = ("ALLOW_HTTP", "CREDENTIALS", "PRIVATE_ENDPOINT_HOSTS")


class Settings:
    """One property a setting; each reads Django's settings anew."""

    @property
    def _values(self) -> Mapping[str, Any]:
        values = getattr(django_settings, "OSS_SHARE", {})
        if not isinstance(values, Mapping):
            raise ImproperlyConfigured(f"OSS_SHARE must be a dict; it is {type(values).__name__}.")
        return values

    @property
    def unknown(self) -> list[str]:
        """Keys that nothing reads: misspelt, most likely."""
        return sorted(str(name) for name in self._values if name not in KNOWN)

    @property
    def credentials(self) -> Mapping[str, Mapping[str, Any]]:
        """Named sets of credentials, for the storage option ``credentials="name"``."""
        named: Mapping[str, Mapping[str, Any]] = self._checked("CREDENTIALS", Mapping, {})
        return named

    @property
    def allow_http(self) -> bool:
        """Whether links and requests may go over plain http to other machines; ``DEBUG`` unless set."""
        return bool(self._checked("ALLOW_HTTP", bool, bool(django_settings.DEBUG)))

    @property
    def private_endpoint_hosts(self) -> frozenset[str]:
        """Private addresses that an endpoint may have, such as ``10.0.0.5``."""
        return frozenset(self._checked("PRIVATE_ENDPOINT_HOSTS", (list, tuple, set, frozenset), ()))

    def _checked(self, name: str, kind: type[Any] | tuple[type[Any], ...], default: Any) -> Any:
        value = self._values.get(name, default)
        if not isinstance(value, kind):
            wanted = kind if isinstance(kind, tuple) else (kind,)
            names = " or ".join(each.__name__.lower() for each in wanted)
            raise ImproperlyConfigured(f"OSS_SHARE[{name!r}] must be a {names}; it is {type(value).__name__}.")
        return value


conf = Settings()
