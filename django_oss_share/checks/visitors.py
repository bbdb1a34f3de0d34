"""W3xx, for ``check --deploy``: what keeps strangers out."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from ..conf import conf

_OF_ONE_PROCESS = (
    "django.core.cache.backends.locmem.LocMemCache",
    "django.core.cache.backends.dummy.DummyCache",
)
# Settings that make no sense without a proxy in front.
_PROXY_SIGNS = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")


@register(Tags.security, deploy=True)
def check_visitors(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W301 to W305; what cannot be read, check_settings tells."""
    found: list[CheckMessage] = []
    for check in _CHECKS:
        try:
            found += check()
        except ImproperlyConfigured:
            continue
    return found


def _cache() -> list[CheckMessage]:
    """W301"""
    try:
        backend = import_string(settings.CACHES["default"]["BACKEND"])
    except (KeyError, ImportError):
        # Django itself tells of a cache that is not there.
        return []
    if not issubclass(backend, tuple(map(import_string, _OF_ONE_PROCESS))):
        return []
    return [
        Warning(
            "Unknown links are counted in CACHES['default'], which each process has of its own: a guesser has as many "
            "tries as there are processes, times 30 in ten minutes.",
            hint="Use a cache that all processes share, such as Redis or the database.",
            id="oss_share.W301",
        )
    ]


def _undeclared_proxies() -> list[CheckMessage]:
    """W302"""
    signs = [name for name in _PROXY_SIGNS if getattr(settings, name, None)]
    signs += ["OSS_SHARE['ALLOWED_NETWORKS']"] if conf.allowed_networks else []
    if not signs or conf.is_set("TRUSTED_PROXIES"):
        return []
    return [
        Warning(
            f"{signs[0]} is set, but OSS_SHARE['TRUSTED_PROXIES'] is not: behind a proxy, all visitors have its "
            "address, share their tries at passwords, and are within or without a network together.",
            hint="Name the proxies' addresses there, or 'unix' for a Unix socket; [] if there are none.",
            id="oss_share.W302",
        )
    ]


def _trusting_everybody() -> list[CheckMessage]:
    """W303"""
    everybody = [each for each in conf.trusted_proxies if _is_everybody(each)]
    if not everybody:
        return []
    return [
        Warning(
            f"OSS_SHARE['TRUSTED_PROXIES'] has {everybody[0]!r}: whoever sends X-Forwarded-For chooses their address.",
            hint="Name the proxies alone.",
            id="oss_share.W303",
        )
    ]


def _is_everybody(network: str) -> bool:
    try:
        return ip_network(network).prefixlen == 0
    except ValueError:
        # A Unix socket, or what check_settings tells of.
        return False


def _borrowed_keys() -> list[CheckMessage]:
    """W304"""
    borrowed = [name for name in ("TOKEN_KEYS", "AUDIT_KEYS") if not conf.is_set(name)]
    if not borrowed:
        return []
    names = " and ".join(f"OSS_SHARE[{name!r}]" for name in borrowed)
    return [
        Warning(
            f"SECRET_KEY stands in for {names}: once it is changed, and gone from SECRET_KEY_FALLBACKS, links open "
            "nothing and audit rows look forged.",
            hint="Set lists of secrets.token_urlsafe(32), followed by the present SECRET_KEY for what it has made.",
            id="oss_share.W304",
        )
    ]


def _plain_links() -> list[CheckMessage]:
    """W305"""
    if not conf.base_url.startswith("http://"):
        return []
    return [
        Warning(
            "OSS_SHARE['BASE_URL'] is plain http: links, and passwords of shares, can be read on the way.",
            hint="Begin it with https://.",
            id="oss_share.W305",
        )
    ]


_CHECKS: tuple[Callable[[], list[CheckMessage]], ...] = (
    _cache,
    _undeclared_proxies,
    _trusting_everybody,
    _borrowed_keys,
    _plain_links,
)
