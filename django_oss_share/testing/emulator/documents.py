"""The XML that OSS sends and reads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import escape

from .errors import malformed_xml

_ENTITIES = {"\r": "&#13;"}
_SPECIAL = re.compile("[<>&\r]").search


class Markup(str):
    """XML that is ready to be sent."""

    __slots__ = ()


def document(root: str, content: object) -> bytes:
    """An XML document; the content of an element is text, a number, :class:`Markup`, or children of its own."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element(root, content)}\n'.encode()


def element(name: str, value: object) -> Markup:
    """``<name>value</name>``."""
    return Markup(f"<{name}>{_inner(value)}</{name}>")


def text(value: str) -> str:
    """``value`` with what XML would take for markup, or would change, escaped."""
    return escape(value, _ENTITIES) if _SPECIAL(value) else value


def parse(body: bytes, root: str) -> Element:
    """The document in ``body``, without namespaces.

    :raises OSSError: MalformedXML, also where its root is another.
    """
    try:
        # Expat refuses entities that grow beyond all measure since 2.4.1, and fetches none.
        parsed = fromstring(body)  # noqa: S314
    except (ParseError, LookupError, ValueError):
        # The last two for encodings that Python does not know, or expat.
        raise malformed_xml() from None
    for each in parsed.iter():
        each.tag = each.tag.rpartition("}")[2]
    if parsed.tag != root:
        raise malformed_xml()
    return parsed


def required(parent: Element, name: str) -> str:
    """The text of a child.

    :raises OSSError: MalformedXML where it is missing.
    """
    found = parent.findtext(name)
    if found is None:
        raise malformed_xml()
    return found


def _inner(value: object) -> str:
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Iterable):
        return "".join(element(name, child) for name, child in value)
    return str(value)
