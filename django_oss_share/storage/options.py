"""The options of a storage: names, defaults, where else they come from, and what is said of a wrong name."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ..oss import OSSShareError
from ..oss.suggestions import advice

#: Every option with its default; the names are those of django-storages' S3Storage where it has them.
DEFAULTS: Mapping[str, Any] = {
    "access_key": None,
    "secret_key": None,
    "security_token": None,
    "credentials": None,
    "bucket_name": None,
    "region_name": None,
    "endpoint_url": None,
    "io_endpoint_url": None,
    "network": "public",
    "custom_domain": None,
    "addressing_style": None,
    "signature_version": "v4",
    "querystring_auth": True,
    "querystring_expire": 3600,
    "url_protocol": "https:",
    "url_window": 0,
    "cdn": None,
    "location": "",
    "default_acl": None,
    "file_overwrite": True,
    "object_parameters": {},
    "gzip": False,
    "gzip_content_types": (
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/x-javascript",
        "image/svg+xml",
    ),
    "detect_charset": False,
    "max_memory_size": 0,
    "verify": True,
    "proxies": None,
    "transfer_config": None,
}
#: Options that the environment may give, by the names that the vendor's own tools read.
ENVIRONMENT = {"bucket_name": "OSS_BUCKET", "region_name": "OSS_REGION", "endpoint_url": "OSS_ENDPOINT"}

# Options of S3Storage that have no namesake here, and what to do instead.
_MOVED = {
    "use_ssl": "write the scheme in endpoint_url, or set url_protocol",
    "session_profile": "set credentials to a key of OSS_SHARE['CREDENTIALS']",
    "cloudfront_key_id": "set cdn",
    "cloudfront_key": "set cdn",
    "cloudfront_signer": "set cdn",
    "client_config": "set verify, proxies and transfer_config",
    "file_name_charset": "leave it out: keys are UTF-8",
    "use_threads": "set transfer_config={'parallel': 1}",
}


class StorageMisconfigured(OSSShareError, ImproperlyConfigured):
    """An option of a storage that is unknown, missing or out of range."""


def check_names(owner: str, given: Iterable[str], known: Container[str]) -> None:
    """:raises StorageMisconfigured: an unknown option; the nearest known one is suggested."""
    for name in given:
        if name not in known:
            raise StorageMisconfigured(f"Unknown option {name!r} for {owner}; {_advice(name)}")


def defaults() -> dict[str, Any]:
    """Every option with its default, or what the environment says."""
    found = {name: os.environ[variable] for name, variable in ENVIRONMENT.items() if os.environ.get(variable)}
    return {**DEFAULTS, **found}


def one_of(owner: str, name: str, value: Any, allowed: Iterable[Any]) -> None:
    """:raises StorageMisconfigured: ``value`` is not allowed for the option ``name``."""
    allowed = tuple(allowed)
    if value not in allowed:
        listed = ", ".join(repr(each) for each in allowed)
        raise StorageMisconfigured(f"{owner}: {name}={value!r} is unknown; allowed are {listed}.")


def _advice(name: str) -> str:
    if name in _MOVED:
        return f"{_MOVED[name]}."
    return advice(name, DEFAULTS)
