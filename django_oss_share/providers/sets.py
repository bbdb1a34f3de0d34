"""The sets of ``OSS_SHARE["CREDENTIALS"]``: looked up, checked, made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from threading import Lock
from typing import Any

from ..conf import conf
from ..oss import Credentials, CredentialsProvider, OSSShareError
from ..oss.credentials import CredentialsSource
from ..oss.secret import SecretDict
from ..oss.suggestions import closest
from .errors import UnknownProvider
from .kinds import KINDS, SECRETS, Fetcher, role_fetcher
from .refreshing import RefreshingProvider
from .store import MemoryStore, Store, StoreFactory
from .sts import Wanted

# By name: a digest of the settings that it was made from, and what it is.
_made: dict[str, tuple[str, CredentialsSource]] = {}
_making = Lock()
_store_factory: StoreFactory | None = None


def credentials_source(name: str | Callable[[], Credentials] | CredentialsProvider) -> CredentialsSource:
    """What the storage option ``credentials`` stands for; the same object for the same set, so that all share a token.

    :param name: a key of ``OSS_SHARE["CREDENTIALS"]``, a callable that returns Credentials, or a provider object.
    :raises UnknownProvider: no such key; an unknown ``PROVIDER``; a setting that it does not take, or not so.
    :raises MissingCredentials: a ``static`` set without its keys.
    """
    if not isinstance(name, str):
        return name
    settings = _settings(name)
    digest = _digest(settings)
    with _making:
        made = _made.get(name)
        if made is None or made[0] != digest:
            made = _made[name] = digest, _make(name, settings)
    return made[1]


def refreshing_names() -> list[str]:
    """The sets whose credentials end and are fetched anew, by name."""
    return sorted(name for name in conf.credentials if refreshing_provider(name) is not None)


def refreshing_provider(name: str) -> RefreshingProvider | None:
    """What refreshes the set ``name``; None if its credentials do not end, as far as is known.

    :raises UnknownProvider, MissingCredentials: as :func:`credentials_source`.
    """
    return _refreshing(credentials_source(name))


def further_credentials(name: str, *, session_name: str, duration: int, policy: str) -> Credentials:
    """Further credentials by the role and the caller of the ``assume_role`` set ``name``, kept nowhere.

    :param duration: seconds. :param policy: a session policy, in place of the set's own.
    :raises UnknownProvider: no such set, or one that assumes no role. :raises InvalidArgument: a value out of range.
    :raises RefreshFailed: STS refused, or did not answer.
    """
    settings = _settings(name)
    if settings["PROVIDER"] != "assume_role":
        raise UnknownProvider(
            f"OSS_SHARE['CREDENTIALS'][{name!r}] has the provider {settings['PROVIDER']!r}; only 'assume_role' can "
            "give further credentials."
        )
    return role_fetcher(settings, Wanted(settings["ROLE_ARN"], session_name, duration, policy))()


def share_tokens_by(factory: StoreFactory | None) -> None:
    """Keep tokens in the stores that ``factory`` makes; None: each process for itself.

    Storages that models name are made while Django starts, before there is a factory: their providers stay the ones
    that everybody shares, and change over to it.
    """
    global _store_factory
    is_first, _store_factory = _store_factory is None, factory
    if not is_first:
        _made.clear()
    for _, source in _made.values():
        if (refreshing := _refreshing(source)) is not None:
            refreshing.forget_store()


def _refreshing(source: CredentialsSource) -> RefreshingProvider | None:
    if isinstance(source, RefreshingProvider):
        return source
    return getattr(source, "refreshing", None)


def _settings(name: str) -> SecretDict:
    sets = conf.credentials
    if name not in sets:
        raise UnknownProvider(
            f"credentials={name!r} is not a key of OSS_SHARE['CREDENTIALS']; known: {_listed(sets)}.{_hint(name, sets)}"
        )
    if not isinstance(sets[name], Mapping):
        kind = type(sets[name]).__name__
        raise UnknownProvider(f"OSS_SHARE['CREDENTIALS'][{name!r}] must be a dict with a 'PROVIDER'; it is {kind}.")
    settings = SecretDict(sets[name])
    kind = settings.get("PROVIDER", "")
    if kind not in KINDS:
        raise UnknownProvider(
            f"OSS_SHARE['CREDENTIALS'][{name!r}]['PROVIDER'] is {kind!r}; allowed are {_listed(KINDS)}."
        )
    allowed = KINDS[kind].settings
    for key in settings:
        if key not in allowed and key != "PROVIDER":
            raise UnknownProvider(
                f"OSS_SHARE['CREDENTIALS'][{name!r}] has an unknown key {key!r}; the provider {kind!r} takes "
                f"{_listed(allowed)}.{_hint(key, allowed)}"
            )
    return settings


def _make(name: str, settings: SecretDict) -> CredentialsSource:
    def refreshed(fetch: Fetcher, longest: int | None) -> RefreshingProvider:
        return RefreshingProvider(fetch, name=name, longest=longest, store=lambda: _store(name, settings))

    try:
        return KINDS[settings["PROVIDER"]].make(settings, refreshed)
    except UnknownProvider as error:
        problem = str(error)
    except OSSShareError as error:
        # With its facts, but without the frames that it comes from: those hold keys.
        raise error.with_traceback(None) from None
    raise UnknownProvider(f"OSS_SHARE['CREDENTIALS'][{name!r}]: {problem}")


def _store(name: str, settings: SecretDict) -> Store:
    return MemoryStore() if _store_factory is None else _store_factory(name, _fingerprint(settings))


def _digest(settings: Mapping[str, Any]) -> str:
    return sha256(repr(sorted(settings.items(), key=lambda item: item[0])).encode()).hexdigest()


def _fingerprint(settings: Mapping[str, Any]) -> str:
    """What tells tokens of other settings (a former role, another account) apart; without what is secret of them."""
    return _digest({key: _spelt(value) for key, value in settings.items() if key not in SECRETS})


def _spelt(value: Any) -> Any:
    """``value``, so that all processes spell it alike: what a function prints as is where it stands in memory."""
    if not callable(value):
        return value
    named = value if hasattr(value, "__qualname__") else type(value)
    return f"{named.__module__}.{named.__qualname__}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"


def _hint(name: str, known: Iterable[str]) -> str:
    near = closest(name, known)
    return f" Did you mean {near!r}?" if near else ""
