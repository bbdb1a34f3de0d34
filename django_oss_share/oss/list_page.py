"""One answer of ListObjectsV2 or ListObjectVersions, read by the C parser of the standard library, element by element.

Nothing is made up: what a listing must say and does not makes the page malformed.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, fromstring

from .listed import ListedObject, ListedPage


class MalformedPage(ValueError):
    """The answer is not a page of a listing; its text says in what."""


def read_page(body: bytes, *, versions: bool = False) -> ListedPage:
    """The page that ``body`` is; its keys were asked for with ``encoding-type=url``.

    ``next_token`` is ``""`` where OSS says that the list goes on, but not where.

    :param versions: it is a page of ListObjectVersions, of which the delete markers are left out.

    :raises MalformedPage: not XML, another document, or one without what a listing must say.
    """
    try:
        root = fromstring(body)  # noqa: S314 - expat bounds the growth of entities by itself
        if root.tag != ("ListVersionsResult" if versions else "ListBucketResult"):
            raise MalformedPage(f"a {root.tag[:40]} document")
        return _page(root, versions=versions)
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


def _page(root: Element, *, versions: bool) -> ListedPage:
    entry = "Version" if versions else "Contents"
    objects: list[ListedObject] = []
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
