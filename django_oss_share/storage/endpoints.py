"""The two endpoints of a storage: where its links point, and where Django reads and writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ..conf import conf
from ..oss import Endpoint, InvalidArgument
from ..oss.endpoints import NETWORKS, check_region
from .options import StorageMisconfigured


def link_endpoint(owner: str, options: Mapping[str, Any]) -> Endpoint:
    """Where links point: the custom domain, else ``endpoint_url``, else OSS's host of the region.

    :raises StorageMisconfigured: an endpoint or region that is missing, malformed or not allowed.
    """
    if options["custom_domain"]:
        return _endpoint(owner, "custom_domain", _custom_domain_url(owner, options), options, "cname")
    return plain_endpoint(owner, options)


def io_endpoint(owner: str, options: Mapping[str, Any]) -> Endpoint:
    """Where Django reads and writes: ``io_endpoint_url``, else ``endpoint_url``, else OSS's host of the region.

    :raises StorageMisconfigured: as :func:`link_endpoint`.
    """
    if options["io_endpoint_url"]:
        return _endpoint(owner, "io_endpoint_url", options["io_endpoint_url"], options, _style(options))
    return plain_endpoint(owner, options)


def plain_endpoint(owner: str, options: Mapping[str, Any]) -> Endpoint:
    """``endpoint_url``, else OSS's host of the region; :raises StorageMisconfigured: as :func:`link_endpoint`."""
    if options["endpoint_url"]:
        return _endpoint(owner, "endpoint_url", options["endpoint_url"], options, _style(options))
    region = options["region_name"]
    if not region:
        raise StorageMisconfigured(
            f"{owner} needs the option 'region_name', such as 'cn-hangzhou' (or OSS_REGION in the environment), "
            "or an 'endpoint_url' that tells it."
        )
    try:
        url = f"https://{NETWORKS[options['network']].format(region=check_region(region))}"
    except InvalidArgument as error:
        raise StorageMisconfigured(f"{owner}: {error}") from error
    return _endpoint(owner, "region_name", url, options, _style(options))


def _endpoint(owner: str, option: str, url: str, options: Mapping[str, Any], addressing: str) -> Endpoint:
    is_private = _host(url) in conf.private_endpoint_hosts
    try:
        endpoint = Endpoint(url, options["region_name"] or "", addressing, allow_private=is_private)
    except InvalidArgument as error:
        raise StorageMisconfigured(f"{owner}: {option}: {error}") from error
    if not endpoint.region and options["signature_version"] == "v4":
        raise StorageMisconfigured(
            f"{owner} needs the option 'region_name': {option}={url!r} does not tell its region, which V4 signs."
        )
    return check_scheme(owner, option, endpoint)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url if "://" in str(url) else f"https://{url}").hostname
    except ValueError:
        # Endpoint says what is the matter with it.
        return None


def check_scheme(owner: str, option: str, endpoint: Endpoint) -> Endpoint:
    """:raises StorageMisconfigured: plain http to another machine, which OSS_SHARE does not allow."""
    if endpoint.scheme == "http" and not (endpoint.is_loopback or conf.allow_http):
        raise StorageMisconfigured(
            f"{owner}: {option}={endpoint.url!r} is plain http, over which anybody on the way can take a link and its "
            "file; use https, or set OSS_SHARE['ALLOW_HTTP'] = True."
        )
    return endpoint


def _custom_domain_url(owner: str, options: Mapping[str, Any]) -> str:
    domain = options["custom_domain"]
    if "://" in domain or "/" in domain:
        raise StorageMisconfigured(
            f"{owner}: custom_domain={domain!r} must be a host alone, such as 'static.example.com'; its scheme is "
            "the option url_protocol."
        )
    return f"{link_scheme(options)}://{domain}"


def link_scheme(options: Mapping[str, Any]) -> str:
    """``https`` or ``http``, of a custom domain or a CDN."""
    return str(options["url_protocol"]).rstrip(":")


def _style(options: Mapping[str, Any]) -> str:
    style = options["addressing_style"]
    # "auto" is S3Storage's word for what an empty one means here.
    return "" if style in (None, "auto") else str(style)
