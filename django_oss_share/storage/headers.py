"""What is stored with an object: ``object_parameters`` and ``default_acl`` as the headers of a write."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlencode

from ..oss.errors import InvalidArgument
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


def write_headers(
    parameters: Mapping[str, Any], *, name: str, content: object, default_acl: str | None
) -> dict[str, str]:
    """The headers (lower-case names) to store ``content`` under ``name`` with.

    The content type is, in this order: the parameter, what the upload said of itself, a guess from the name,
    ``application/octet-stream``.

    :param parameters: S3Storage's names (``CacheControl``) or the headers' own (``cache-control``, ``x-oss-…``);
        ``Metadata`` and ``Tagging`` are dicts.
    :raises StorageMisconfigured: an unknown parameter or ACL; a value that would break out of its header.
    """
    headers: dict[str, str] = {}
    for parameter, value in parameters.items():
        headers.update(_headers_of(parameter, value))
    guessed, encoding = mimetypes.guess_type(name)
    if "content-type" not in headers:
        headers["content-type"] = getattr(content, "content_type", None) or guessed or "application/octet-stream"
        if encoding:
            headers.setdefault("content-encoding", encoding)
    if default_acl:
        headers.setdefault("x-oss-object-acl", default_acl)
    if headers.get("x-oss-object-acl", "private") not in ACLS:
        raise StorageMisconfigured(f"ACL {headers['x-oss-object-acl']!r} is unknown; allowed are {', '.join(ACLS)}.")
    return headers


def _headers_of(parameter: str, value: Any) -> dict[str, str]:
    if parameter == "Metadata":
        return dict(_checked(f"x-oss-meta-{name}", text) for name, text in value.items())
    if parameter == "Tagging":
        return dict([_checked("x-oss-tagging", value if isinstance(value, str) else urlencode(value))])
    header = _HEADERS.get(parameter, parameter.lower())
    if header not in _PLAIN and not header.startswith("x-oss-"):
        near = get_close_matches(parameter, [*_HEADERS, "Metadata", "Tagging"], n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_HEADERS)}, Metadata, Tagging."
        raise StorageMisconfigured(f"Unknown object parameter {parameter!r}; {hint}")
    return dict([_checked(header, value)])


def _checked(name: str, value: Any) -> tuple[str, str]:
    try:
        return check_header(name, str(value))
    except InvalidArgument as error:
        raise StorageMisconfigured(f"object_parameters: {error}") from error
