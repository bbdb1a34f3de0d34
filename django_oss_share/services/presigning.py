"""Presigned links for people who are trusted with them: straight to OSS, uncounted, irrevocable, but written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.files.storage import storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..conf import conf
from ..models import Action
from ..oss import InvalidArgument, PresignedURL
from ..storage import OSSStorage
from . import audit, inputs
from .clients import Client
from .objects import storage_of
from .policy import require_share
from .transactions import atomic

#: Seconds, as in OSS's console.
MIN_SECONDS = 60


class Host(models.TextChoices):
    """Where a link points."""

    USUAL = "usual", _("as the storage is set up")
    #: Though the storage has a domain of its own.
    OSS = "oss", _("OSS’s own host")
    #: Which has to be switched on for the bucket.
    ACCELERATE = "accelerate", _("transfer acceleration")


def presign(
    storage: str,
    key: str,
    *,
    expires_in: int,
    host: str = Host.USUAL,
    https: bool | None = None,
    version_id: str = "",
    download: bool | None = None,
    filename: str = "",
    by: Any = None,
    client: Client | None = None,
) -> PresignedURL:
    """A link to one object, with its audit row.

    :param key: its name in the storage. :param expires_in: seconds, 60 to ``OSS_SHARE["MAX_PRESIGN"]``.
    :param https: False: plain http; None: as the storage is set up.
    :param download: True saves the file, False shows it; None leaves that to the object.
    :raises NotAllowed: ``by`` may not share. :raises InvalidArgument: a bad input, named, see its ``field``.
    :raises StorageMisconfigured: the storage cannot make such a link, such as plain http where that is not allowed.
    """
    require_share(by)
    seconds = _checked_seconds(expires_in)
    link = storage_for(storage, host, https=https).presign(
        inputs.checked_key(key),
        expires_in=seconds,
        version_id=version_id or None,
        download=download,
        filename=inputs.checked_filename(filename) or None,
    )
    with atomic():
        facts = {"presigned": True, "expires_in": seconds}
        audit.record(Action.ISSUED, actor=by, client=client, storage=storage, key=key, link=link, data=facts)
    return link


def storage_for(alias: str, host: str = Host.USUAL, *, https: bool | None = None) -> OSSStorage:
    """The storage ``alias``, or one like it but for where its links point.

    :raises UnknownStorage: there is no such alias. :raises StorageMisconfigured: it cannot be had like that.
    """
    storage = storage_of(alias)
    if inputs.checked_choice("host", host, Host) != Host.USUAL:
        storage = _changed(alias, _HOSTS[Host(host)])
    if https is not None and https != (storage.link_endpoint.scheme == "https"):
        storage = _changed(alias, {**_HOSTS[Host(host)], **_scheme(storage, "https" if https else "http")})
    return storage


_HOSTS: Mapping[Host, Mapping[str, Any]] = {
    Host.USUAL: {},
    Host.OSS: {"custom_domain": None},
    Host.ACCELERATE: {"custom_domain": None, "endpoint_url": None, "addressing_style": None, "network": "accelerate"},
}


def _scheme(storage: OSSStorage, scheme: str) -> dict[str, Any]:
    if storage.custom_domain:
        return {"url_protocol": f"{scheme}:"}
    # A network is another way to name a host.
    return {"endpoint_url": f"{scheme}://{storage.link_endpoint.netloc}", "network": "public"}


def _changed(alias: str, changes: Mapping[str, Any]) -> OSSStorage:
    setup: Any = storages.backends[alias]
    made = storages.create_storage({**setup, "OPTIONS": {**setup.get("OPTIONS", {}), **changes}})
    assert isinstance(made, OSSStorage)  # noqa: S101 - storage_of() has seen its like
    return made


def _checked_seconds(expires_in: int) -> int:
    if isinstance(expires_in, bool) or not isinstance(expires_in, int):
        raise InvalidArgument(f"expires_in={expires_in!r} must be seconds as an int.", field="expires_in")
    if not MIN_SECONDS <= expires_in <= conf.max_presign:
        longest = timedelta(seconds=conf.max_presign)
        raise InvalidArgument(
            f"expires_in={expires_in} is out of range; allowed are {MIN_SECONDS} to {conf.max_presign} seconds "
            f"({longest}), see OSS_SHARE['MAX_PRESIGN'].",
            field="expires_in",
            value=expires_in,
        )
    return expires_in
