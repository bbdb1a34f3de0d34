"""What is stored with an object: ``object_parameters`` and ``default_acl`` as the headers of a write."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.http import http_date

from ..oss.errors import InvalidArgument
from ..oss.suggestions import advice
from ..oss.validate import check_header
from .options import StorageMisconfigured

#: S3Storage's names of a write's parameters, and the header of each.
_HEADERS = {
    "ACL": "x-oss-object-acl",
    "CacheControl": "cache-control",
    "ContentDisposition": "content-disposition",
    "ContentEncoding": "content-encoding",
    "ContentLanguage": "content-language",
    "ContentType": "content-type",
    "Expires": "expires",
    "ServerSideEncryption": "x-oss-server-side-encryption",
    "SSEKMSKeyId": "x-oss-server-side-encryption-key-id",
    "StorageClass": "x-oss-storage-class",
}
_PLAIN = frozenset(_HEADERS.values())
#: Values of ``default_acl``, and of ``ACL`` in ``object_parameters``.
ACLS = ("default", "private", "public-read", "public-read-write")
# Headers of few values; S3's own ("STANDARD_IA", "aws:kms") are none of OSS's.
_ALLOWED = {
    "x-oss-object-acl": ACLS,
    "x-oss-server-side-encryption": ("AES256", "KMS", "SM4"),
    "x-oss-storage-class": ("Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"),
}
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+[\x20-\x7e]*").fullmatch
# A compressed file keeps its bytes: with a Content-Encoding a browser would save backup.tar.gz unpacked, under its
# packed name. Django's FileResponse names them likewise.
_COMPRESSED = {
    "br": "application/x-brotli",
    "bzip2": "application/x-bzip",
    "compress": "application/x-compress",
    "gzip": "application/gzip",
    "xz": "application/x-xz",
}


def write_headers(
    parameters: Mapping[str, Any], *, name: str, content: object, default_acl: str | None
) -> dict[str, str]:
    """The headers (lower-case names) to store ``content`` under ``name`` with.

    The content type is, in this order: the parameter, what the upload said of itself, a guess from the name,
    ``application/octet-stream``.

    :param parameters: as :func:`parameter_headers` takes them, and raises.
    """
    headers = parameter_headers(parameters)
    if "content-type" not in headers:
        headers.update(_content_type(name, getattr(content, "content_type", None)))
    if default_acl:
        headers.setdefault("x-oss-object-acl", default_acl)
    return headers


def parameter_headers(parameters: Mapping[str, Any]) -> dict[str, str]:
    """``parameters`` as headers.

    :param parameters: S3Storage's names (``CacheControl``) or the headers' own (``cache-control``, ``x-oss-…``);
        ``Metadata`` and ``Tagging`` are dicts.
    :raises StorageMisconfigured: an unknown parameter, or a value that it does not take or that would break out of
        its header.
    """
    headers: dict[str, str] = {}
    for parameter, value in parameters.items():
        headers.update(_headers_of(parameter, value))
    return headers


def guessed_type(name: str) -> str:
    """The content type that a file of that name is stored with where nothing says otherwise."""
    return _content_type(name, None)["content-type"]


def is_media_type(text: str) -> bool:
    """Whether ``text`` is a content type, such as ``text/plain; charset=utf-8``."""
    return _MEDIA_TYPE(text) is not None


def _content_type(name: str, uploaded: str | None) -> dict[str, str]:
    guessed, encoding = mimetypes.guess_type(name)
    if guessed == "image/svg+xml" and encoding == "gzip":
        # .svgz is the one format that browsers show only with its encoding declared.
        return {"content-type": guessed, "content-encoding": encoding}
    # The client of an upload may say anything, not only what fits into a header.
    if uploaded and is_media_type(uploaded):
        return {"content-type": uploaded}
    return {"content-type": _COMPRESSED.get(encoding or "", guessed or "application/octet-stream")}


def _headers_of(parameter: str, value: Any) -> dict[str, str]:
    if parameter == "Metadata":
        return dict(_checked(f"x-oss-meta-{name}", text) for name, text in _items(parameter, value))
    if parameter == "Tagging":
        text = value if isinstance(value, str) else urlencode(_items(parameter, value))
        return dict([_checked("x-oss-tagging", text)])
    header = _HEADERS.get(parameter, str(parameter).lower())
    if header not in _PLAIN and not header.startswith("x-oss-"):
        known = [*_HEADERS, "Metadata", "Tagging"]
        raise StorageMisconfigured(f"Unknown object parameter {parameter!r}; {advice(str(parameter), known)}")
    return dict([_checked(header, value)])


def _items(parameter: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise StorageMisconfigured(f"object_parameters[{parameter!r}]={value!r} must be a dict.")
    return list(value.items())


def _checked(name: str, value: Any) -> tuple[str, str]:
    if isinstance(value, datetime):
        value = http_date(value.timestamp())
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise StorageMisconfigured(f"object_parameters: {name}={value!r} must be text, a number or a datetime.")
    if str(value) not in _ALLOWED.get(name, (str(value),)):
        raise StorageMisconfigured(f"{name}={value!r} is unknown; allowed are {', '.join(_ALLOWED[name])}.")
    if not str(value).isascii():
        raise StorageMisconfigured(
            f"object_parameters: {name}={value!r} holds more than ASCII, which no header carries; percent-encode it, "
            "and write the name of a download with content_disposition()."
        )
    try:
        return check_header(name, str(value))
    except InvalidArgument as error:
        raise StorageMisconfigured(f"object_parameters: {error}") from error
