"""One answer of ListObjectsV2 or ListObjectVersions.

The objects of a usual page are read by one regular expression; what it leaves over, or does not know, by the C parser
of the standard library, element by element. Nothing is made up: what a listing must say and does not makes the page
malformed.
"""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, fromstring

from .listed import ListedObject, ListedPage

# What XML has besides would be missed by who does not read it as XML.
_PRINTABLE = bytes([*b"\t\n\r", *range(0x20, 0x7F)])


class MalformedPage(ValueError):
    """The answer is not a page of a listing; its text says in what."""


def read_page(body: bytes, *, versions: bool = False) -> ListedPage:
    """The page that ``body`` is; its keys were asked for with ``encoding-type=url``.

    ``next_token`` is ``""`` where OSS says that the list goes on, but not where.

    :param versions: it is a page of ListObjectVersions, of which the delete markers are left out.

    :raises MalformedPage: not XML, another document, or one without what a listing must say.
    """
    try:
        objects, rest = ([], body) if versions else _usual_objects(body)
        root = fromstring(rest)  # noqa: S314 - expat bounds the growth of entities by itself
        if root.tag != ("ListVersionsResult" if versions else "ListBucketResult"):
            raise MalformedPage(f"a {root.tag[:40]} document")
        return _page(root, objects, versions=versions)
    except MalformedPage:
        raise
    except (LookupError, ParseError, ValueError) as error:
        # An element that is missing or an encoding that is unknown; no XML; a number, a time or UTF-8 that is none.
        raise MalformedPage(type(error).__name__) from None


def version_token(key: str, version_id: str) -> str:
    """Where a list of versions goes on, behind that version of that key; ``""``: behind all of the key's."""
    return f"{version_id}\n{key}"


def version_markers(token: str) -> tuple[str, str]:
    """The key and the version that :func:`version_token` was given."""
    version_id, _, key = token.partition("\n")
    return key, version_id


# As OSS writes an object of which nothing special is to be said.
_USUAL = re.compile(
    r"(<Contents>\s*<Key>([^<&]+)</Key>(?:\s*<TransitionTime>[^<&]*</TransitionTime>)?"
    r"\s*<LastModified>([^<&]+)</LastModified>\s*<ETag>((?:&quot;)?[^<&]*(?:&quot;)?)</ETag>"
    r"(?:\s*<Type>[^<&]*</Type>)?\s*<Size>([^<&]+)</Size>\s*<StorageClass>([^<&]*)</StorageClass>\s*</Contents>\s*)"
)


def _usual_objects(body: bytes) -> tuple[list[ListedObject], bytes]:
    """The objects of a page, and what stands around them; none and all of it, where one of them is not as usual.

    Keys are percent-encoded, so that a usual page is all in ASCII, and printable.
    """
    if not body.isascii() or body.translate(None, _PRINTABLE):
        return [], body
    text = body.decode()
    start, end = text.find("<Contents>"), text.rfind("</Contents>") + len("</Contents>")
    found = _USUAL.findall(text, start, end) if start >= 0 else []
    if sum([len(each[0]) for each in found]) != end - start:
        return [], body
    objects = [
        ListedObject(
            unquote(key, errors="strict") if "%" in key else key,
            int(size),
            etag.replace("&quot;", '"'),
            datetime.fromisoformat(modified),
            storage_class,
        )
        for _, key, modified, etag, size, storage_class in found
    ]
    return objects, body[:start] + body[end:]


def _page(root: Element, objects: list[ListedObject], *, versions: bool) -> ListedPage:
    entry = "Version" if versions else "Contents"
    prefixes: list[str] = []
    rest: dict[str, str | None] = {}
    for child in root:
        if child.tag == entry:
            objects.append(_listed({each.tag: each.text for each in child}))
        elif child.tag == "CommonPrefixes":
            prefixes += [_decoded(each.text) for each in child]
        else:
            rest[child.tag] = child.text
    goes_on = {"true": True, "false": False}[rest["IsTruncated"] or ""]
    return ListedPage(objects, prefixes, _next_token(rest, versions=versions) if goes_on else None)


def _next_token(rest: dict[str, str | None], *, versions: bool) -> str:
    if not versions:
        return rest.get("NextContinuationToken") or ""
    key = rest.get("NextKeyMarker")
    return version_token(_decoded(key), rest.get("NextVersionIdMarker") or "") if key else ""


def _listed(said: dict[str, str | None]) -> ListedObject:
    # Text that is missing or empty is no number and no time: a ValueError.
    return ListedObject(
        _decoded(said["Key"]),
        int(said["Size"] or ""),
        said.get("ETag") or "",
        datetime.fromisoformat(said["LastModified"] or ""),
        said.get("StorageClass") or "",
        said.get("VersionId") or "",
    )


def _decoded(text: str | None) -> str:
    if not text:
        raise MalformedPage("a key without characters")
    return unquote(text, errors="strict") if "%" in text else text
