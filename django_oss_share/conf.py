"""The settings of ``OSS_SHARE``, typed and read live, so that ``override_settings`` just works.

How one storage behaves is said in its ``STORAGES`` options; here stands what holds for the whole project.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

#: Every key that ``OSS_SHARE`` may have.
KNOWN = (
    "ALLOWED_NETWORKS",
    "ALLOW_HTTP",
    "ALLOW_ZIP",
    "AUDIT_KEYS",
    "BASE_URL",
    "CREDENTIALS",
    "DEFAULT_EXPIRY",
    "ENCRYPTION_KEYS",
    "EXPORT_LIFETIME",
    "EXPORT_PREFIX",
    "EXPORT_STORAGE",
    "GROUPS",
    "HIDE_REVOKED",
    "IP_PRIVACY",
    "LINK_LIFETIME",
    "MAX_EXPIRY",
    "MAX_EXPORT_LINKS",
    "MAX_EXPORT_SHARES",
    "MAX_PRESIGN",
    "NOTIFY_OWNER",
    "ON_CLIP",
    "OWNER_DEACTIVATED",
    "PASSWORD_MIN_LENGTH",
    "PASSWORD_REQUIRED",
    "PREFIXES",
    "PRIVATE_ENDPOINT_HOSTS",
    "QUARANTINE_PREFIX",
    "RETENTION",
    "TOKEN_KEYS",
    "TRUSTED_PROXIES",
    "UNLOCK_LIFETIME",
    "UPLOAD_SCANNER",
    "WEBHOOKS",
)
#: What a group of users may have differently, as ``OSS_SHARE["GROUPS"]["sales"]["MAX_EXPIRY"]``.
GROUP_SETTINGS = (
    "ALLOW_ZIP",
    "DEFAULT_EXPIRY",
    "MAX_EXPIRY",
    "PASSWORD_MIN_LENGTH",
    "PASSWORD_REQUIRED",
    "PREFIXES",
)


#: No expiry is longer: a century, beyond which dates run out.
LONGEST = timedelta(days=36_525)
#: Whether a text is the beginning of an address, such as ``https://files.example.com``.
is_base_url = re.compile(r"https?://(\w[\w.\-]*|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(/[^?#\s]*)?").fullmatch
#: Characters that the secret of a webhook has at least.
_MIN_WEBHOOK_SECRET = 24
# What the column holds in which it waits to be called.
_MAX_WEBHOOK_URL = 500
# Names that no public name server knows, such as metadata.google.internal, by which a cloud tells its machine's keys.
_PRIVATE_NAMES = (".internal", ".local", ".localdomain", ".localhost")
_WEBHOOK_KEYS = ("ACTIONS", "SECRET", "URL")


@dataclass(frozen=True, slots=True)
class Webhook:
    """A program that is told of ``actions`` (all, where there are none).

    :ivar key: what its messages are signed with.
    """

    url: str = field(repr=False)
    key: bytes = field(repr=False)
    actions: frozenset[str] = frozenset()

    def wants(self, action: str) -> bool:
        return not self.actions or action in self.actions


#: The folders that one reaches, or who says which those are; None: everything.
Reach = tuple[str, ...] | Callable[[Any, str], Any] | None


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

    def is_set(self, name: str) -> bool:
        """Whether the project says anything of it."""
        return name in self._values

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

    @property
    def encryption_keys(self) -> tuple[str, ...]:
        """Secrets that stored tokens are encrypted under: the first encrypts, any decrypts; Django's own unless set."""
        return self._keys("ENCRYPTION_KEYS")

    @property
    def on_clip(self) -> str:
        """What becomes of a validity that no security token could cover: ``raise``, or ``clip`` to what one can."""
        return self._one_of("ON_CLIP", ("raise", "clip"))

    @property
    def notify_owner(self) -> frozenset[str]:
        """Actions of the audit, such as ``issued``, that the owner of a share gets an e-mail about."""
        return frozenset(self._checked("NOTIFY_OWNER", (list, tuple, set, frozenset), ()))

    @property
    def webhooks(self) -> tuple[Webhook, ...]:
        """Programs that are told what happens: dicts of ``URL``, ``SECRET`` and, if not of all, ``ACTIONS``."""
        hooks = tuple(self._webhook(each) for each in self._checked("WEBHOOKS", (list, tuple), ()))
        if any(count > 1 for count in Counter(hook.url for hook in hooks).values()):
            raise ImproperlyConfigured(
                "OSS_SHARE['WEBHOOKS']: a URL is listed twice; give it all ACTIONS in one entry."
            )
        return hooks

    def _webhook(self, given: Any) -> Webhook:
        if not isinstance(given, Mapping) or not {"URL", "SECRET"} <= set(given) <= set(_WEBHOOK_KEYS):
            raise ImproperlyConfigured(
                "OSS_SHARE['WEBHOOKS']: each is a dict of 'URL', 'SECRET' and perhaps 'ACTIONS'."
            )
        secret, url, parts = str(given["SECRET"]), str(given["URL"]), _split(str(given["URL"]))
        shown = f"'{parts.scheme}://{parts.hostname}/…'"
        if len(secret) < _MIN_WEBHOOK_SECRET:
            raise ImproperlyConfigured(
                f"OSS_SHARE['WEBHOOKS']: the secret of {shown} has {len(secret)} characters; take at least "
                f"{_MIN_WEBHOOK_SECRET}, such as secrets.token_urlsafe(32)."
            )
        if not parts.hostname or parts.username or parts.scheme not in ("https", "http"):
            raise ImproperlyConfigured(f"OSS_SHARE['WEBHOOKS']: {shown} is not the https URL of a host.")
        if parts.scheme == "http" and not self.allow_http:
            raise ImproperlyConfigured(
                f"OSS_SHARE['WEBHOOKS']: {shown} is plain http; use https, or set OSS_SHARE['ALLOW_HTTP'] = True."
            )
        if not self._may_be_told(parts.hostname):
            raise ImproperlyConfigured(
                f"OSS_SHARE['WEBHOOKS']: {shown} is inside a private network, or this machine; allow its host in "
                "OSS_SHARE['PRIVATE_ENDPOINT_HOSTS'] if that is meant."
            )
        if len(url) > _MAX_WEBHOOK_URL or not (url.isascii() and url.isprintable()) or " " in url:
            raise ImproperlyConfigured(
                f"OSS_SHARE['WEBHOOKS']: the URL of {shown} must be percent-encoded, in at most {_MAX_WEBHOOK_URL} "
                "characters."
            )
        return Webhook(url, _webhook_key(secret), frozenset(given.get("ACTIONS", ())))

    def _may_be_told(self, host: str) -> bool:
        """Whether the host is one of the public network, as far as its name shows; or allowed, or a test's own."""
        if host in self.private_endpoint_hosts:
            return True
        try:
            address = ip_address(host)
        except ValueError:
            is_local = host == "localhost" or host.endswith(".localhost")
            return (is_local and self.allow_http) or ("." in host and not host.endswith(_PRIVATE_NAMES))
        return address.is_global or (address.is_loopback and self.allow_http)

    # Shares

    @property
    def token_keys(self) -> tuple[str, ...]:
        """Secrets of the tokens: the first makes them, any of them opens them; Django's own unless set."""
        return self._keys("TOKEN_KEYS")

    @property
    def audit_keys(self) -> tuple[str, ...]:
        """Secrets of the audit's MACs: the first makes them, any of them verifies; Django's own unless set.

        Keep an old one for as long as rows that it made are kept.
        """
        return self._keys("AUDIT_KEYS")

    @property
    def base_url(self) -> str:
        """What links begin with, such as ``https://files.example.com``; empty: the host of the request at hand."""
        url = str(self._checked("BASE_URL", str, ""))
        if url and not is_base_url(url):
            raise ImproperlyConfigured(
                f"OSS_SHARE['BASE_URL']={url!r} must begin with https:// and a host, such as 'https://files.example.com'."
            )
        return url.rstrip("/")

    @property
    def default_expiry(self) -> timedelta | None:
        """What a share lives whose maker named no end; None: for ever."""
        return self.expiry("DEFAULT_EXPIRY", self._values, timedelta(days=30))

    @property
    def max_expiry(self) -> timedelta | None:
        """What a share may live, counted from when it is made or extended; None: for ever."""
        return self.expiry("MAX_EXPIRY", self._values, timedelta(days=365))

    @property
    def groups(self) -> Mapping[str, Mapping[str, Any]]:
        """By the name of a group of users, what they have differently; see :data:`GROUP_SETTINGS`."""
        groups: Mapping[str, Mapping[str, Any]] = self._checked("GROUPS", Mapping, {})
        for name, values in groups.items():
            _check_group(name, values)
        return groups

    @property
    def prefixes(self) -> Reach:
        """The folders of a storage that users reach; None: everything. See :mod:`django_oss_share.services.reach`."""
        return self.reach(self._values)

    def reach(self, values: Mapping[str, Any]) -> Reach:
        """``values["PREFIXES"]``: folders, or the function of a user and a storage's alias that a dotted path names."""
        value = values.get("PREFIXES")
        if not isinstance(value, str):
            return folders(value)
        try:
            function: Callable[[Any, str], Any] = import_string(value)
        except ImportError as error:
            raise ImproperlyConfigured(f"OSS_SHARE['PREFIXES']={value!r} names no function: {error}.") from error
        return function

    @property
    def upload_scanner(self) -> Callable[..., Any] | None:
        """What examines a file that a stranger left: ``scan(storage, key, received)`` says what is wrong, if anything.

        None: files are taken as they come.
        """
        path = self._checked("UPLOAD_SCANNER", (str, type(None)), None)
        if not path:
            return None
        try:
            function: Callable[..., Any] = import_string(path)
        except ImportError as error:
            raise ImproperlyConfigured(f"OSS_SHARE['UPLOAD_SCANNER']={path!r} names no function: {error}.") from error
        return function

    @property
    def quarantine_prefix(self) -> str:
        """The folder in which files wait for the scanner."""
        return self._folder("QUARANTINE_PREFIX", "oss-share-quarantine/")

    @property
    def password_required(self) -> bool:
        """Whether every new share needs a password."""
        return bool(self._checked("PASSWORD_REQUIRED", bool, False))

    @property
    def password_min_length(self) -> int:
        """Characters."""
        return self._number("PASSWORD_MIN_LENGTH", 10, 1, 128)

    @property
    def allowed_networks(self) -> tuple[str, ...]:
        """Networks from which any share at all can be opened; empty: from everywhere."""
        return tuple(self._checked("ALLOWED_NETWORKS", (list, tuple), ()))

    @property
    def owner_deactivated(self) -> str:
        """``deny``: the shares of somebody who may no longer log in open for nobody; or ``allow``."""
        return self._one_of("OWNER_DEACTIVATED", ("deny", "allow"))

    @property
    def allow_zip(self) -> bool:
        """Whether shares may offer all their files as one zip, which Django has to stream by itself."""
        return bool(self._checked("ALLOW_ZIP", bool, False))

    @property
    def link_lifetime(self) -> int:
        """Seconds that a link lives which a visitor is sent on to."""
        return self._number("LINK_LIFETIME", 60, 1, 300)

    @property
    def max_presign(self) -> int:
        """Seconds that a presigned link may live which staff make: 9 hours, as in OSS's console; up to 7 days."""
        return self._number("MAX_PRESIGN", 32_400, 60, 604_800)

    # Exports

    @property
    def export_lifetime(self) -> timedelta | None:
        """How long the result of an export is kept; None: for ever."""
        return self.expiry("EXPORT_LIFETIME", self._values, timedelta(days=7))

    @property
    def export_prefix(self) -> str:
        """The folder that results are stored in."""
        return self._folder("EXPORT_PREFIX", "oss-share-exports/")

    @property
    def export_storage(self) -> str:
        """The alias of the storage that results are stored in; empty: that which is exported."""
        return str(self._checked("EXPORT_STORAGE", str, ""))

    @property
    def max_export_links(self) -> int | None:
        """Presigned links of one export; None: as many as there are objects."""
        return self._number_or_none("MAX_EXPORT_LINKS", None)

    @property
    def max_export_shares(self) -> int | None:
        """Shares that one export makes; None: as many as there are objects."""
        return self._number_or_none("MAX_EXPORT_SHARES", 10_000)

    @property
    def unlock_lifetime(self) -> int:
        """Seconds for which a visitor who knew the password is not asked again."""
        return self._number("UNLOCK_LIFETIME", 3600, 60, 86_400)

    @property
    def hide_revoked(self) -> bool:
        """Whether a revoked share answers as one that never was."""
        return bool(self._checked("HIDE_REVOKED", bool, False))

    @property
    def ip_privacy(self) -> str:
        """How a client's address is written down: ``full``, ``truncated`` (/24, /48), ``hashed`` or ``none``."""
        return self._one_of("IP_PRIVACY", ("full", "truncated", "hashed", "none"))

    @property
    def trusted_proxies(self) -> tuple[str, ...]:
        """Addresses and networks whose ``X-Forwarded-For`` counts; ``unix``: whoever comes by a Unix socket."""
        return tuple(self._checked("TRUSTED_PROXIES", (list, tuple), ()))

    @property
    def retention(self) -> timedelta | None:
        """How long audit rows and ended shares are kept; None: for ever."""
        return self.expiry("RETENTION", self._values, None)

    def expiry(self, name: str, values: Mapping[str, Any], default: timedelta | None) -> timedelta | None:
        """``values[name]`` as a timedelta, of which it may be one or seconds; None stands for ever."""
        value = values.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12:
            value = timedelta(seconds=value)
        if value is not None and not (isinstance(value, timedelta) and timedelta(minutes=1) <= value <= LONGEST):
            raise ImproperlyConfigured(
                f"OSS_SHARE[{name!r}]={value!r} must be a timedelta or seconds, of at least a minute and at most "
                f"{LONGEST.days} days, or None."
            )
        return value

    def _keys(self, name: str) -> tuple[str, ...]:
        keys = self._checked(name, (list, tuple), None) if self.is_set(name) else None
        if keys is None:
            django_keys = (django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS)
            return tuple(key if isinstance(key, str) else key.decode("latin-1") for key in django_keys)
        if not keys or not all(isinstance(key, str) and len(key) >= 32 for key in keys):
            raise ImproperlyConfigured(f"OSS_SHARE[{name!r}] must be a list of secrets of at least 32 characters each.")
        return tuple(keys)

    def _folder(self, name: str, default: str) -> str:
        prefix = str(self._checked(name, str, default))
        if not re.fullmatch(r"[^/\\]+(/[^/\\]+)*/", prefix) or {".", ".."} & set(prefix.split("/")):
            raise ImproperlyConfigured(f"OSS_SHARE[{name!r}]={prefix!r} must be a folder, such as {default!r}.")
        return prefix

    def _number(self, name: str, default: int, least: int, most: int) -> int:
        value = self._checked(name, int, default)
        if isinstance(value, bool) or not least <= value <= most:
            raise ImproperlyConfigured(f"OSS_SHARE[{name!r}]={value!r} is out of range; allowed are {least} to {most}.")
        return int(value)

    def _number_or_none(self, name: str, default: int | None) -> int | None:
        return None if self._values.get(name, default) is None else self._number(name, default or 0, 1, 10**12)

    def _one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self._values.get(name, allowed[0])
        if value not in allowed:
            listed = ", ".join(repr(each) for each in allowed)
            raise ImproperlyConfigured(f"OSS_SHARE[{name!r}]={value!r} is unknown; allowed are {listed}.")
        return str(value)

    def _checked(self, name: str, kind: type[Any] | tuple[type[Any], ...], default: Any) -> Any:
        value = self._values.get(name, default)
        if not isinstance(value, kind):
            wanted = kind if isinstance(kind, tuple) else (kind,)
            names = " or ".join(each.__name__.lower() for each in wanted)
            raise ImproperlyConfigured(f"OSS_SHARE[{name!r}] must be a {names}; it is {type(value).__name__}.")
        return value


class _OfGroup(Settings):
    """What a group has differently, read by the rules of the project's own settings."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._given = values

    @property
    def _values(self) -> Mapping[str, Any]:
        return self._given


def _check_group(name: str, values: Any) -> None:
    if not isinstance(values, Mapping):
        raise ImproperlyConfigured(f"OSS_SHARE['GROUPS'][{name!r}] must be a dict; it is {type(values).__name__}.")
    for key in values:
        if key not in GROUP_SETTINGS:
            raise ImproperlyConfigured(
                f"OSS_SHARE['GROUPS'][{name!r}] has an unknown key {key!r}; known are {', '.join(GROUP_SETTINGS)}."
            )
        try:
            getattr(_OfGroup(values), key.lower())
        except ImproperlyConfigured as error:
            raise ImproperlyConfigured(f"OSS_SHARE['GROUPS'][{name!r}]: {error}") from None


def folders(value: Any) -> tuple[str, ...] | None:
    """Prefixes as folders, so that ``team/`` never opens ``team2/``; None: everything.

    :raises ImproperlyConfigured: they are none.
    """
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each.endswith("/") for each in value):
        raise ImproperlyConfigured(
            f"OSS_SHARE['PREFIXES']={value!r} must be a list of folders that end in '/', such as 'team/', or None."
        )
    return tuple(value)


def _split(url: str) -> SplitResult:
    """:raises ImproperlyConfigured: its host or its port is malformed."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - checked by being read
    except ValueError:
        raise ImproperlyConfigured("OSS_SHARE['WEBHOOKS']: the host or the port of a URL is malformed.") from None
    return parts


def _webhook_key(secret: str) -> bytes:
    """Standard Webhooks writes secrets as ``whsec_`` and base64; any other text is taken as it is."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return b64decode(secret.removeprefix("whsec_"), validate=True)
    except NotBase64:
        raise ImproperlyConfigured("OSS_SHARE['WEBHOOKS']: a secret begins with 'whsec_' but is not base64.") from None


conf = Settings()
