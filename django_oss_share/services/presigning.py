"""Presigned links for people who are trusted with them: straight to OSS, uncounted, irrevocable, but written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.files.storage import storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..conf import conf
from ..models import Action
from ..oss import InvalidArgument, PresignedURL
from ..oss.query import check_query
from ..oss.validate import check_line
from ..storage import OSSStorage
from ..storage.parameters import link_query
from . import audit, inputs
from .clients import Client
from .errors import NotAllowed
from .objects import storage_of
from .policy import SHARE_OBJECT, UPLOAD
from .reach import require_reach
from .rights import holds
from .transactions import atomic

#: Seconds, as in OSS's console.
MIN_SECONDS = 60
#: Links made at once.
MAX_LINKS = 1000
#: Characters of the value of one parameter.
MAX_PARAMETER = 1000
_WHILE_UPLOADING = frozenset({"x-oss-traffic-limit"})
_WHILE_READING = _WHILE_UPLOADING | {
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "versionId",
    "x-oss-process",
}


class Host(models.TextChoices):
    """Where a link points."""

    USUAL = "usual", _("as the storage is set up")
    #: Though the storage has a domain of its own.
    OSS = "oss", _("OSS’s own host")
    #: Which has to be switched on for the bucket.
    ACCELERATE = "accelerate", _("transfer acceleration")
    #: Reached from within the region alone, and free of charge there.
    INTERNAL = "internal", _("the internal network")


class Method(models.TextChoices):
    """What a link lets its holder do."""

    GET = "GET", _("download")
    HEAD = "HEAD", _("ask what it is")
    PUT = "PUT", _("upload and overwrite")


def presign(
    storage: str, key: str, *, expires_in: int, by: Any = None, client: Client | None = None, **options: Any
) -> PresignedURL:
    """A link to one object, with its audit row; arguments, and what is raised, are those of :func:`presign_many`."""
    return presign_many(storage, [key], expires_in=expires_in, by=by, client=client, **options)[0]


def presign_many(
    storage: str,
    keys: Sequence[str],
    *,
    expires_in: int | None = None,
    method: str = Method.GET,
    host: str = Host.USUAL,
    https: bool | None = None,
    parameters: Mapping[str, Any] | None = None,
    download: bool | None = None,
    filename: str = "",
    version_id: str = "",
    process: str | Mapping[str, Any] | None = None,
    content_type: str = "",
    content_md5: str = "",
    by: Any = None,
    client: Client | None = None,
) -> list[PresignedURL]:
    """Links to ``keys`` alike, with one audit row.

    :param keys: 1 to 1,000 names in the storage.
    :param expires_in: seconds, 60 to ``OSS_SHARE["MAX_PRESIGN"]``; by default as long as the storage's links live, or
        its security token does.
    :param method: GET, HEAD, or PUT, which takes the permission to upload as well.
    :param https: False: plain http; None: as the storage is set up.
    :param parameters: what OSS is to answer with, by its own names or by S3Storage's.
    :param download: True saves the file, False shows it; None leaves that to the object.
    :param content_type: to answer with; of a PUT, what must be uploaded, as ``content_md5`` (base64) is.
    :raises NotAllowed: ``by`` may not share, or upload, or does not reach a key.
    :raises InvalidArgument: a bad input, named, see its ``field``.
    :raises StorageMisconfigured: the storage cannot make such a link, such as plain http where that is not allowed.
    """
    _require(by, method)
    keys = _checked_keys(keys, filename=filename, version_id=version_id)
    seconds = None if expires_in is None else checked_seconds(expires_in)
    require_reach(by, storage, *keys)
    _check_lines({"content_type": content_type, "process": process})
    is_upload = method == Method.PUT
    if content_md5 and not is_upload:
        raise InvalidArgument(
            f"content_md5={content_md5!r} goes with PUT, not with {method}.", field="content_md5", value=content_md5
        )
    inputs.checked_md5("content_md5", content_md5)
    sent = {"content-type": content_type, "content-md5": content_md5} if is_upload else {}
    answer: dict[str, Any] = {
        "download": download,
        "filename": inputs.checked_filename(filename) or None,
        "version_id": inputs.checked_version(version_id) or None,
        "process": process or None,
        "content_type": (not is_upload and content_type) or None,
    }
    backend = storage_for(storage, host, https=https)
    if seconds is None and backend.querystring_expire > conf.max_presign:
        seconds = conf.max_presign
    links = list(
        backend.presign_many(
            keys,
            expires_in=seconds,
            method=method,
            parameters=_checked_parameters(method, parameters or {}, answer),
            headers={name: value for name, value in sent.items() if value},
            **answer,
        )
    )
    _record(storage, keys, links, seconds or backend.querystring_expire, by, client)
    return links


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
    Host.INTERNAL: {"custom_domain": None, "endpoint_url": None, "addressing_style": None, "network": "internal"},
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


def _require(by: Any, method: str) -> None:
    if by is not None and not holds(by, SHARE_OBJECT):
        raise NotAllowed(f"{by.get_username() or 'An anonymous user'} lacks the permission {SHARE_OBJECT!r}.")
    inputs.checked_choice("method", method, Method)
    # Whoever may fetch a file must not by that be able to overwrite it.
    if method == Method.PUT and by is not None and not holds(by, UPLOAD):
        raise NotAllowed(f"A link that uploads needs the permission {UPLOAD!r}, too.")


def _checked_keys(keys: Sequence[str], *, filename: str, version_id: str) -> list[str]:
    if isinstance(keys, str) or not 1 <= len(keys) <= MAX_LINKS:
        raise InvalidArgument(
            f"keys has {len(keys)} entries; allowed is a list of 1 to {MAX_LINKS}. For more, make an export.",
            field="keys",
        )
    for field, value in (("filename", filename), ("version_id", version_id)):
        if value and len(keys) > 1:
            raise InvalidArgument(f"{field}={value!r} goes with a single key.", field=field, value=value)
    field = "key" if len(keys) == 1 else "keys"
    return [inputs.checked_key(key, field) for key in keys]


def _checked_parameters(method: str, parameters: Mapping[str, Any], answer: Mapping[str, Any]) -> Mapping[str, Any]:
    allowed = _WHILE_UPLOADING if method == Method.PUT else _WHILE_READING
    for name in link_query(parameters):
        # Others reach an object's ACL or tags, parts of an upload, or other objects.
        if name not in allowed:
            raise InvalidArgument(
                f"parameters: {name!r} does not go with {method}; allowed are {', '.join(sorted(allowed))}.",
                field="parameters",
                value=name,
            )
    _check_parameter_values(parameters)
    for name, value in answer.items():
        if method == Method.PUT and value is not None:
            raise InvalidArgument(f"{name}={value!r} goes with a download, not with PUT.", field=name, value=value)
    return parameters


def _check_lines(values: Mapping[str, Any]) -> None:
    """By the names that they have here, of which nobody knows any more where links are signed."""
    for field, value in values.items():
        if isinstance(value, str):
            check_line(field, value)


def _check_parameter_values(parameters: Mapping[str, Any]) -> None:
    """:raises InvalidArgument: one that no link takes, or that would make a thousand links as long as a book."""
    try:
        texts = check_query(link_query(parameters))
    except InvalidArgument as error:
        raise InvalidArgument(f"parameters: {error}", field="parameters", value=error.value) from None
    for name, text in texts.items():
        if len(text) > MAX_PARAMETER:
            raise InvalidArgument(
                f"parameters: {name!r} has {len(text)} characters; allowed are {MAX_PARAMETER} at most.",
                field="parameters",
                value=name,
            )


def _record(
    storage: str, keys: Sequence[str], links: Sequence[PresignedURL], seconds: int, by: Any, client: Client | None
) -> None:
    facts: dict[str, Any] = {"presigned": True, "expires_in": seconds}
    if links[0].method != Method.GET:
        facts["method"] = links[0].method
    key, link = (keys[0], links[0]) if len(keys) == 1 else ("", None)
    if link is None:
        facts["links"] = [[key, audit.signature_digest(made.url)] for key, made in zip(keys, links, strict=True)]
        facts["link_expires_at"] = links[0].expires_at.isoformat()
    with atomic():
        audit.record(Action.ISSUED, actor=by, client=client, storage=storage, key=key, link=link, data=facts)


def checked_seconds(expires_in: int) -> int:
    """:raises InvalidArgument: not 60 to ``OSS_SHARE["MAX_PRESIGN"]`` seconds."""
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
