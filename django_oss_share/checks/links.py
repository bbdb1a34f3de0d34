"""W5xx, I5xx, for ``check --deploy``: links that are more dangerous, or less useful, than they need to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Info, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from ..conf import conf
from ..storage import OSSStorage
from ..storage.endpoints import link_scheme
from ..storage.headers import parameter_headers
from .storages import link_seconds, sound_storages

#: Seconds: the longest that OSS's own console gives a link.
_LONG = 32_400


@register(Tags.security, deploy=True)
def check_links(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W501 to W508, I509, of each storage."""
    return [
        message for alias, storage in sound_storages().items() for check in _CHECKS for message in check(alias, storage)
    ]


@register(Tags.security, deploy=True)
def check_lifetimes(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W510 to W512; what cannot be read, check_settings tells."""
    try:
        return [*_of_the_project()]
    except ImproperlyConfigured:
        return []


def _plain_http(alias: str, storage: OSSStorage) -> Iterator[CheckMessage]:
    """W501"""
    endpoint = storage.link_endpoint
    if endpoint.scheme == "http" and not endpoint.is_loopback and not storage.custom_domain:
        yield _warning(
            alias,
            "links are plain http: whoever reads one on the way has the file until it ends.",
            "Write https:// in endpoint_url (or OSS_ENDPOINT); OSS's own domains all have it.",
            "oss_share.W501",
        )


def _plain_domain(alias: str, storage: OSSStorage) -> Iterator[CheckMessage]:
    """W502"""
    domain = (storage.cdn or {}).get("domain") or storage.custom_domain
    if domain and link_scheme({"url_protocol": storage.url_protocol}) == "http":
        yield _warning(
            alias,
            f"links on {domain!r} are plain http: whoever reads one on the way has the file until it ends.",
            "Have a certificate hosted for the domain, in OSS's console or the CDN's, and leave out url_protocol.",
            "oss_share.W502",
        )


def _long_lived(alias: str, storage: OSSStorage) -> Iterator[CheckMessage]:
    """W503"""
    seconds = link_seconds(storage)
    if storage.querystring_auth and seconds > _LONG:
        yield _warning(
            alias,
            f"url() makes links that live {seconds} seconds; one that leaks is good for as long, and cannot be "
            "taken back.",
            f"Lower querystring_expire to what a page needs, at most {_LONG}; for longer access, make shares.",
            "oss_share.W503",
        )


def _v1(alias: str, storage: OSSStorage) -> Iterator[CheckMessage]:
    """W504"""
    if storage.signature_version == "v1" and storage.querystring_auth:
        yield _warning(
            alias,
            "links are signed by V1, which has no longest life, is weaker, and is no longer maintained.",
            "Leave out signature_version (or set 'v4') and name the region.",
            "oss_share.W504",
        )


def _public(alias: str, storage: OSSStorage) -> Iterator[CheckMessage]:
    """W505"""
    acl = _acl(storage)
    if acl == "public-read-write" or (acl == "public-read" and storage.querystring_auth):
        yield _warning(
            alias,
            f"every file is stored as {acl!r}: its address opens without a signature, for everybody, for ever"
            + (", and anybody can replace it." if acl == "public-read-write" else ", whatever becomes of its shares."),
            "Leave out default_acl (and ACL in object_parameters); for lasting addresses, put a CDN before a private "
            "bucket. OSSStaticStorage is for files that are public on purpose.",
            "oss_share.W505",
        )


def _acl(storage: OSSStorage) -> str | None:
    """That every file is stored with; None: the bucket's."""
    return parameter_headers(storage.object_parameters).get("x-oss-object-acl") or storage.default_acl


def _unverified(alias: str, storage: OSSStorage) -> Iterator[CheckMessage]:
    """W506"""
    if storage.verify is False:
        yield _warning(
            alias,
            "verify=False: whoever stands between Django and OSS can read and change what is stored.",
            "Leave verify out, or give it the path of the CA bundle to trust.",
            "oss_share.W506",
        )


def _internal(alias: str, storage: OSSStorage) -> Iterator[CheckMessage]:
    """W507"""
    if storage.link_endpoint.host.endswith("-internal.aliyuncs.com") and not storage.cdn:
        yield _warning(
            alias,
            f"links point to {storage.link_endpoint.host!r}, which only machines inside the same region can reach.",
            "Set io_endpoint_url to the internal endpoint, and leave the links' at the public one.",
            "oss_share.W507",
        )


def _shut(alias: str, storage: OSSStorage) -> Iterator[CheckMessage]:
    """W508"""
    # A domain of its own may be that of a CDN that signs for itself.
    if not storage.querystring_auth and _acl(storage) == "private" and not storage.custom_domain:
        yield _warning(
            alias,
            "links are unsigned (querystring_auth=False), and files are stored private: no link opens.",
            "Leave querystring_auth out, or default_acl (and ACL in object_parameters); or set custom_domain to that "
            "of a CDN which may read them.",
            "oss_share.W508",
        )


def _downloads_previews(alias: str, storage: OSSStorage) -> Iterator[CheckMessage]:
    """I509"""
    host = storage.link_endpoint.host
    if storage.querystring_auth and host.endswith(".aliyuncs.com") and not storage.cdn and _previews():
        yield Info(
            f"STORAGES[{alias!r}]: links point to {host!r}; OSS sends what is asked for by its own domains as "
            "attachments, so that PDFs and pages are saved where a preview was meant.",
            hint="Bind a domain of your own to the bucket and set custom_domain, or cdn.",
            obj=alias,
            id="oss_share.I509",
        )


def _previews() -> bool:
    """Whether there are pages of shares, which show files."""
    try:
        reverse("oss_share:share", args=["token"])
    except NoReverseMatch:
        return False
    return True


def _of_the_project() -> Iterator[CheckMessage]:
    if conf.max_presign > _LONG:
        yield Warning(
            f"OSS_SHARE['MAX_PRESIGN'] lets staff make links of {conf.max_presign} seconds, which nobody can revoke.",
            hint=f"Set it to {_LONG} (9 hours, as in OSS's console) or less; for longer access, there are shares.",
            id="oss_share.W510",
        )
    if conf.default_expiry is None:
        yield Warning(
            "OSS_SHARE['DEFAULT_EXPIRY'] is None: a share lives for ever whose maker named no end.",
            hint="Set it to a timedelta, such as 30 days; MAX_EXPIRY may still be None for those who ask for more.",
            id="oss_share.W511",
        )
    if conf.is_set("ALLOW_HTTP") and conf.allow_http:
        yield Warning(
            "OSS_SHARE['ALLOW_HTTP'] is True: links, webhooks and requests over plain http are refused nowhere.",
            hint="Leave it out: the emulator on this machine is reached without it.",
            id="oss_share.W512",
        )


def _warning(alias: str, message: str, hint: str, identity: str) -> CheckMessage:
    return Warning(f"STORAGES[{alias!r}]: {message}", hint=hint, obj=alias, id=identity)


_CHECKS: tuple[Callable[[str, OSSStorage], Iterator[CheckMessage]], ...] = (
    _plain_http,
    _plain_domain,
    _long_lived,
    _v1,
    _public,
    _unverified,
    _internal,
    _shut,
    _downloads_previews,
)
