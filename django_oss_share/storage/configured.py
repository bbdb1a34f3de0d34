"""A storage as it was set up: its options, its names, its credentials, and how it travels."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import PurePath
from typing import Any, Self

from storages.base import BaseStorage

from ..oss import Credentials, EnvironmentProvider, InvalidArgument, InvalidKey
from ..oss.credentials import CredentialsSource, as_retriever
from ..providers import credentials_source
from .cdn import CDN
from .endpoints import io_endpoint, link_endpoint, link_scheme
from .names import clean_location, clean_name
from .options import DEFAULTS, StorageMisconfigured, check_names, defaults
from .secret import SECRETS, hidden, seal, unseal
from .validity import token_end
from .values import check_values


class ConfiguredStorage(BaseStorage):  # type: ignore[misc]
    """Options, each given or an attribute of a subclass, read once; only ``location`` may be a property that changes.

    :raises StorageMisconfigured: an option that is unknown, missing or out of range, at construction.
    """

    _made_of: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        # A subclass may take other arguments than ours; to make it again, in a migration or from a pickle, takes those.
        storage: Self = super().__new__(cls)
        storage._made_of = args, hidden(kwargs)
        return storage

    def __init__(self, **options: Any) -> None:
        options = hidden(options)
        self._owner = type(self).__name__
        check_names(self._owner, options, self.get_default_settings())
        super().__init__(**options)
        current = hidden({name: getattr(self, name) for name in DEFAULTS})
        check_values(self._owner, current)
        self._link_endpoint = link_endpoint(self._owner, current)
        self._io_endpoint = io_endpoint(self._owner, current)
        self._cdn = (
            CDN.from_option(self._owner, current["cdn"], protocol=link_scheme(current)) if current["cdn"] else None
        )
        # Both raise: a malformed location, or credentials of no such name, are to be told before the first link.
        self._prefix, self._credentials  # noqa: B018

    def get_default_settings(self) -> dict[str, Any]:
        return defaults()

    @cached_property
    def _credentials(self) -> CredentialsSource:
        if self.credentials is not None:
            return credentials_source(self.credentials)
        if self.access_key:
            return self._key_pair()
        return EnvironmentProvider()

    def _key_pair(self) -> Credentials:
        try:
            return Credentials(self.access_key, self.secret_key, self.security_token)
        except InvalidArgument as error:
            raise StorageMisconfigured(f"{self._owner}: {error}") from error

    @property
    def token_expires_at(self) -> datetime | None:
        """When the security token that signs now ends (aware UTC); None: a key pair signs, which has no end.

        Links end earlier: what is fetched anew is not used up to its last half minute.
        """
        expiration = as_retriever(self._credentials)().expiration
        return token_end(self._credentials) or expiration

    def object_key(self, name: str | PurePath) -> str:
        """The key in the bucket that ``name`` stands for; ``""`` gives the location itself.

        :raises SuspiciousName: a way out of the location.
        """
        return self._prefix + clean_name(name)

    @property
    def _prefix(self) -> str:
        return clean_location(self.location)

    def _key(self, name: str | PurePath | None) -> str:
        cleaned = clean_name(name or "")
        if not cleaned:
            raise InvalidKey(f"name {name!r} is empty; it must name an object.", field="name", value=name)
        return self._prefix + cleaned

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """For migrations: what it was made with, less the secrets, which no file in version control should hold."""
        cls = type(self)
        module = (
            "django_oss_share.storage" if cls.__module__.startswith("django_oss_share.storage.") else cls.__module__
        )
        args, kwargs = self._made_of
        return f"{module}.{cls.__qualname__}", args, {n: value for n, value in kwargs.items() if n not in SECRETS}

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), seal(self._made_of))


def _restored(cls: type[ConfiguredStorage], sealed: bytes) -> ConfiguredStorage:
    args, kwargs = unseal(sealed)
    return cls(*args, **kwargs)
