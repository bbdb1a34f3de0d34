"""What a link asks OSS to do with its answer: S3Storage's spelling, OSS's own, and our keywords, made one query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.http import http_date

from ..oss import InvalidArgument, content_disposition
from ..oss.images import image_process
from ..oss.suggestions import advice
from ..oss.validate import check_mapping

#: S3Storage's names of what OSS knows by another.
_CAMEL = {
    "ResponseCacheControl": "response-cache-control",
    "ResponseContentDisposition": "response-content-disposition",
    "ResponseContentEncoding": "response-content-encoding",
    "ResponseContentLanguage": "response-content-language",
    "ResponseContentType": "response-content-type",
    "ResponseExpires": "response-expires",
    "VersionId": "versionId",
}


def link_query(
    parameters: Mapping[str, Any] | None,
    *,
    download: bool | None = None,
    filename: str | None = None,
    version_id: str | None = None,
    process: str | Mapping[str, Any] | None = None,
    content_type: str | None = None,
) -> dict[str, str | None]:
    """The query of a link, by OSS's names.

    :param parameters: by OSS's names (``response-content-type``) or S3Storage's (``ResponseContentType``).
    :param download: True saves the file, False shows it; None leaves that to the object, unless ``filename`` is
        given, which means saving.
    :param process: ``x-oss-process`` as text, or the arguments of
        :func:`~django_oss_share.oss.image_process`.
    :raises InvalidArgument: an unknown parameter, a file name that cannot be kept, or two ways of saying one thing.
    """
    query = _by_oss_names(parameters or {})
    if download is not None or filename is not None:
        kind = "inline" if download is False else "attachment"
        _add(query, "response-content-disposition", content_disposition(kind, filename))
    if version_id is not None:
        _add(query, "versionId", version_id)
    if process is not None:
        _add(query, "x-oss-process", _process(process))
    if content_type is not None:
        _add(query, "response-content-type", content_type)
    return query


def _process(process: object) -> str:
    if isinstance(process, str):
        return process
    if not isinstance(process, Mapping):
        raise InvalidArgument(
            f"process={process!r} must be x-oss-process as text, or a dict of image_process()'s arguments.",
            field="process",
            value=process,
        )
    return image_process(**process)


def _by_oss_names(parameters: Mapping[str, Any]) -> dict[str, str | None]:
    query: dict[str, str | None] = {}
    for name, value in check_mapping("parameters", parameters).items():
        if isinstance(value, datetime):
            value = http_date(value.timestamp())
        _add(query, _oss_name(name), value)
    return query


def _oss_name(name: str) -> str:
    if name in _CAMEL:
        return _CAMEL[name]
    if name[:1].isupper():
        hint = advice(name, _CAMEL, also=", and OSS's own names")
        raise InvalidArgument(f"Unknown link parameter {name!r}; {hint}", field="parameters", value=name)
    return name


def _add(query: dict[str, str | None], name: str, value: str | None) -> None:
    if name in query:
        raise InvalidArgument(
            f"{name} is given twice, by a keyword and in parameters; keep one.", field="parameters", value=name
        )
    query[name] = value
