"""Answers of STS as JSON or XML."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..errors import xml_text


def encode(name: str, document: Mapping[str, object], form: str) -> bytes:
    """:param name: of the XML's root; :param form: ``JSON``, or XML for anything else."""
    if form == "JSON":
        return json.dumps(document).encode()
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_element(name, document)}'.encode()


def _element(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        inner = "".join(_element(key, each) for key, each in value.items())
    else:
        inner = xml_text(str(value))
    return f"<{name}>{inner}</{name}>"
