"""One answer of ListObjectsV2, read by the C parser of the standard library, element by element.

Nothing is made up: what a listing must say and does not makes the page malformed.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, fromstring

from .listed import ListedObject, ListedPage


class MalformedPage(ValueError):
    """The answer is not a page of a listing; its text says in what."""


def read_page(body: bytes) -> ListedPage:
    """The page that ``body`` is; its keys were asked for with ``encoding-type=url``.

    ``next_token`` is ``""`` where OSS says that the list goes on, but not where.

    :raises MalformedPage: not XML, another document, or one without what a listing must say.
    """
    try:
        root = fromstring(body)  # noqa: S314 - expat bounds the growth of entities by itself
        if root.tag != "ListBucketResult":
            raise MalformedPage(f"a {root.tag[:40]} document")
        return _page(root)
    except MalformedPage:
        raise
    except (LookupError, ParseError, ValueError) as error:
        # An element that is missing or an encoding that is unknown; no XML; a number, a time or UTF-8 that is none.
        raise MalformedPage(type(error).__name__) from None


def _page(root: Element) -> ListedPage:
    objects: list[ListedObject] = []
    prefixes: list[str] = []
    rest: dict[str, str | None] = {}
    for child in root:
        if child.tag == "Contents":
            objects.append(_listed({each.tag: each.text for each in child}))
        elif child.tag == "CommonPrefixes":
            prefixes += [_decoded(each.text) for each in child]
        else:
            rest[child.tag] = child.text
    goes_on = {"true": True, "false": False}[rest["IsTruncated"] or ""]
    return ListedPage(objects, prefixes, rest.get("NextContinuationToken") or "" if goes_on else None)


def _listed(said: dict[str, str | None]) -> ListedObject:
    # Text that is missing or empty is no number and no time: a ValueError.
    return ListedObject(
        _decoded(said["Key"]),
        int(said["Size"] or ""),
        said.get("ETag") or "",
        datetime.fromisoformat(said["LastModified"] or ""),
        said.get("StorageClass") or "",
    )


def _decoded(text: str | None) -> str:
    if not text:
        raise MalformedPage("a key without characters")
    return unquote(text, errors="strict") if "%" in text else text
