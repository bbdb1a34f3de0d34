"""What a browser does with the links and forms that it is given."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

import requests

CONTENT = b"the fourth quarter " * 100


def md5(content: bytes) -> str:
    return b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def send(upload: Any, content: bytes = CONTENT, **changed: str | None) -> requests.Response:
    """PUT the content with the upload's headers, some of them changed or (None) left out."""
    headers = {**upload.headers, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return send_raw(upload.link.url, {name: value for name, value in headers.items() if value is not None}, content)


def send_part(part: Any, content: bytes) -> requests.Response:
    start = (part.number - 1) * 100 * 1024
    return send_raw(part.link.url, {}, content[start : start + part.size])


def send_form(
    post: Any, content: bytes = CONTENT, *, name: str = "q4.pdf", kind: str = "application/pdf", **changed: str
) -> requests.Response:
    fields = {**post.fields, **{_field(name): value for name, value in changed.items()}}
    files = {"file": (name, content, kind)}
    return requests.post(post.url, data=fields, files=files, timeout=10, allow_redirects=False)


def _field(name: str) -> str:
    return name if name.startswith("success_action") else name.replace("_", "-")


def code(answer: requests.Response) -> str:
    """OSS's own word for what is wrong; the status where it has none."""
    return answer.text.partition("<Code>")[2].partition("</Code>")[0] or str(answer.status_code)


def send_raw(url: str, headers: dict[str, str], content: bytes) -> requests.Response:
    # requests would send a type of its own otherwise.
    return requests.put(url, data=content, headers=headers, timeout=10)
