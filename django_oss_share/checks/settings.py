"""E2xx, W2xx: what ``OSS_SHARE`` says, and where the rows go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import router
from django.urls import NoReverseMatch, reverse

from ..conf import KNOWN, conf
from ..models import AuditEvent, Share
from ..oss.suggestions import closest
from ..services.notifications import TOLD

# checks.credentials has more to say of these two.
_CHECKED_ELSEWHERE = {"CREDENTIALS", "ENCRYPTION_KEYS"}


@register(Tags.security)
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E201 to E204: a key, a value, a network or an action that nothing can read."""
    if unreadable := [*_unreadable()]:
        return unreadable
    return [*_unknown_keys(), *_bad_networks(), *_unknown_actions()]


@register(Tags.models)
def check_rows(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E205: moments without a zone. E206: a change and its audit row are in two databases."""
    found: list[CheckMessage] = []
    if not settings.USE_TZ:
        found.append(Error("Shares need aware times; USE_TZ is False.", hint="Set USE_TZ = True.", id="oss_share.E205"))
    if router.db_for_write(Share) != router.db_for_write(AuditEvent):
        found.append(
            Error(
                "The database router sends shares and their audit to two databases, which no transaction spans.",
                hint="Send all models of the app 'oss_share' to one.",
                id="oss_share.E206",
            )
        )
    return found


@register(Tags.urls)
def check_urls(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W201: the admin offers shares, and no URL leads to them."""
    if not apps.is_installed("django.contrib.admin") or not getattr(settings, "ROOT_URLCONF", None):
        return []
    try:
        reverse("oss_share:share", args=["token"])
    except NoReverseMatch:
        hint = "Add path('s/', include('django_oss_share.urls')) to the URLconf, or silence this if nobody shares."
        return [Warning("The admin offers to share files, but no URL leads to shares.", hint=hint, id="oss_share.W201")]
    return []


def _unreadable() -> Iterator[CheckMessage]:
    for name in sorted(set(KNOWN) - _CHECKED_ELSEWHERE):
        try:
            getattr(conf, name.lower())
        except ImproperlyConfigured as error:
            yield Error(str(error), hint=f"See OSS_SHARE[{name!r}].", obj=name, id="oss_share.E201")


def _unknown_keys() -> Iterator[CheckMessage]:
    for name in conf.unknown:
        yield Error(
            f"OSS_SHARE[{name!r}] is read by nothing, so what it asks for does not hold.",
            hint=_nearest(name, KNOWN),
            obj=name,
            id="oss_share.E202",
        )


def _bad_networks() -> Iterator[CheckMessage]:
    proxies = [network for network in conf.trusted_proxies if network != "unix"]
    for name, networks in (("ALLOWED_NETWORKS", conf.allowed_networks), ("TRUSTED_PROXIES", proxies)):
        for network in networks:
            try:
                ip_network(network)
            except ValueError as error:
                hint = "Addresses and networks, such as '10.0.0.0/8' or '2001:db8::/32'."
                yield Error(f"OSS_SHARE[{name!r}]: {error}.", hint=hint, obj=name, id="oss_share.E203")


def _unknown_actions() -> Iterator[CheckMessage]:
    asked = {"NOTIFY_OWNER": conf.notify_owner, "WEBHOOKS": {each for hook in conf.webhooks for each in hook.actions}}
    for name, actions in asked.items():
        for action in sorted(actions - TOLD, key=str):
            yield Error(
                f"OSS_SHARE[{name!r}]: nobody will ever be told of {action!r}.",
                hint=_nearest(str(action), TOLD),
                obj=name,
                id="oss_share.E204",
            )


def _nearest(name: str, known: Iterable[str]) -> str:
    near = closest(name, known)
    return f"Did you mean {near!r}?" if near else f"Known are {', '.join(sorted(known))}."
