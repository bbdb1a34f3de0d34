"""What the value of each option may be; a wrong one is told at start-up, not at the first link or upload."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path, PurePath
from types import NoneType
from typing import Any

from ..oss import Credentials, InvalidArgument
from ..oss.endpoints import ADDRESSING, NETWORKS
from ..oss.presign import SIGNATURE_VERSIONS
from ..oss.validate import MAX_V4_SECONDS, check_bucket, lifetime
from ..oss.writer import MIN_PART_SIZE
from .headers import ACLS, parameter_headers
from .options import StorageMisconfigured, one_of
from .secret import SECRETS

#: Bytes: under this, S3Storage's 0 ("no limit") would put every byte of an open file into memory.
DEFAULT_PART_SIZE = 8 * 1024 * 1024

_TEXT = (str, NoneType)
_KINDS: Mapping[str, tuple[type, ...]] = {
    "access_key": _TEXT,
    "secret_key": _TEXT,
    "security_token": _TEXT,
    "bucket_name": _TEXT,
    "region_name": _TEXT,
    "endpoint_url": _TEXT,
    "io_endpoint_url": _TEXT,
    "custom_domain": _TEXT,
    "querystring_auth": (bool,),
    "querystring_expire": (int, timedelta),
    "url_window": (int,),
    "cdn": (Mapping, NoneType),
    "location": (str, PurePath),
    "file_overwrite": (bool,),
    "object_parameters": (Mapping,),
    "gzip": (bool,),
    "gzip_content_types": (tuple, list, set, frozenset),
    "detect_charset": (bool,),
    "max_memory_size": (int,),
    "verify": (bool, str, Path, NoneType),
    "proxies": (Mapping, NoneType),
    "transfer_config": (Mapping, NoneType),
}
_CHOICES: Mapping[str, tuple[str | None, ...]] = {
    "addressing_style": (None, "auto", *ADDRESSING),
    "default_acl": (None, *ACLS),
    "network": tuple(NETWORKS),
    "signature_version": SIGNATURE_VERSIONS,
    "url_protocol": ("https:", "http:", "https", "http"),
}
#: The least that each key of ``transfer_config`` may be: bytes, bytes, threads.
_TRANSFER = {"part_size": MIN_PART_SIZE, "threshold": 0, "parallel": 1}


def check_values(owner: str, options: Mapping[str, Any]) -> None:
    """:raises StorageMisconfigured: a value that its option does not take, or two that exclude each other."""
    for name, kinds in _KINDS.items():
        _check_kind(owner, name, options[name], kinds)
    for name, allowed in _CHOICES.items():
        one_of(owner, name, options[name], allowed)
    _check_bucket(owner, options)
    _check_keys(owner, options)
    _check_together(owner, options)
    _check_lifetime(owner, options)
    _check_sizes(owner, options)
    _check_object_parameters(owner, options)
    bundle = options["verify"]
    # An empty one would check no certificate at all.
    if isinstance(bundle, str | Path) and not (bundle and Path(bundle).exists()):
        raise StorageMisconfigured(f"{owner}: verify={str(bundle)!r} is not there: no CA bundle to trust.")


def _check_kind(owner: str, name: str, value: Any, kinds: tuple[type, ...]) -> None:
    if isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool)):
        return
    allowed = " or ".join("None" if kind is NoneType else kind.__name__.lower() for kind in kinds)
    shown = f"of type {type(value).__name__}" if name in SECRETS else repr(value)
    raise StorageMisconfigured(f"{owner}: {name} is {shown}; it must be {allowed}.")


def _check_keys(owner: str, options: Mapping[str, Any]) -> None:
    if bool(options["access_key"]) != bool(options["secret_key"]):
        raise StorageMisconfigured(f"{owner}: access_key and secret_key go together; only one of them is set.")
    if options["security_token"] and not options["access_key"]:
        raise StorageMisconfigured(f"{owner}: security_token goes with access_key and secret_key, which are not set.")
    credentials = options["credentials"]
    if credentials is not None and options["access_key"]:
        raise StorageMisconfigured(f"{owner}: credentials and access_key exclude each other; keep one.")
    if isinstance(credentials, Credentials):
        # A migration and a pickle carry this option in the clear.
        raise StorageMisconfigured(f"{owner}: pass a pair of keys as access_key and secret_key, not as credentials.")
    named = credentials is None or isinstance(credentials, str)
    if not (named or callable(credentials) or hasattr(credentials, "retrieve")):
        raise StorageMisconfigured(
            f"{owner}: credentials is of type {type(credentials).__name__}; it must be a key of "
            "OSS_SHARE['CREDENTIALS'], a callable that returns Credentials, or a provider with retrieve()."
        )


def _check_bucket(owner: str, options: Mapping[str, Any]) -> None:
    if not options["bucket_name"]:
        raise StorageMisconfigured(f"{owner} needs the option 'bucket_name' (or OSS_BUCKET in the environment).")
    try:
        check_bucket(options["bucket_name"])
    except InvalidArgument as error:
        raise StorageMisconfigured(f"{owner}: {error}") from error


def _check_together(owner: str, options: Mapping[str, Any]) -> None:
    if options["cdn"] and not options["querystring_auth"]:
        raise StorageMisconfigured(
            f"{owner}: cdn signs links, and querystring_auth=False forbids it; for a CDN that checks nothing, set "
            "custom_domain instead."
        )
    if options["endpoint_url"] and options["network"] != "public":
        raise StorageMisconfigured(
            f"{owner}: network={options['network']!r} and endpoint_url={options['endpoint_url']!r} (or OSS_ENDPOINT in "
            "the environment) both name a host; keep one."
        )


def _check_lifetime(owner: str, options: Mapping[str, Any]) -> None:
    maximum = MAX_V4_SECONDS if options["signature_version"] == "v4" and not options["cdn"] else None
    window = options["url_window"]
    try:
        seconds = lifetime(options["querystring_expire"], maximum=maximum)
    except InvalidArgument as error:
        raise StorageMisconfigured(f"{owner}: querystring_expire: {error}") from error
    if window < 0:
        raise StorageMisconfigured(f"{owner}: url_window={window!r} must be 0 (off) or a number of seconds.")
    if maximum and seconds + window > maximum:
        raise StorageMisconfigured(
            f"{owner}: querystring_expire={seconds} and url_window={window} add up to {seconds + window} seconds, "
            f"which the first link of a window would live; a V4 link lives at most {maximum}."
        )


def _check_sizes(owner: str, options: Mapping[str, Any]) -> None:
    size = options["max_memory_size"]
    if size != 0 and size < MIN_PART_SIZE:
        raise StorageMisconfigured(
            f"{owner}: max_memory_size={size!r} must be 0 (for {DEFAULT_PART_SIZE}) or at least {MIN_PART_SIZE} bytes, "
            "OSS's minimum for a part."
        )
    for name, value in (options["transfer_config"] or {}).items():
        one_of(owner, "transfer_config", name, _TRANSFER)
        if not isinstance(value, int) or isinstance(value, bool) or value < _TRANSFER[name]:
            raise StorageMisconfigured(
                f"{owner}: transfer_config[{name!r}]={value!r} must be an int of at least {_TRANSFER[name]}."
            )


def _check_object_parameters(owner: str, options: Mapping[str, Any]) -> None:
    try:
        parameter_headers(options["object_parameters"])
    except StorageMisconfigured as error:
        raise StorageMisconfigured(f"{owner}: {error}") from error
