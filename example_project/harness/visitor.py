"""A browser as far as HTTP goes: it keeps cookies, posts forms and reads links, and trusts nothing that it gets."""

import re
import secrets
from dataclasses import dataclass
from email.message import Message
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import unquote
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

_SECONDS = 30
_EXTENDED_NAME = re.compile(r"filename\*=UTF-8''([^;]+)").search
_PLAIN_NAME = re.compile(r'filename="((?:[^"\\]|\\.)*)"').search
_ERROR_CODE = re.compile(rb"<Code>([^<]+)</Code>").search


@dataclass(frozen=True)
class Answer:
    """What a server sent, whatever its status.

    :ivar url: where it came from, after all redirects.
    """

    url: str
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(self.headers.get_content_charset("utf-8"))

    @property
    def content_type(self) -> str:
        return self.headers["Content-Type"]

    @property
    def disposition(self) -> str:
        return self.headers.get("Content-Disposition", "").partition(";")[0]

    @property
    def filename(self) -> str | None:
        """What a browser would save it as (RFC 6266: the extended form counts, where there is one)."""
        header = self.headers.get("Content-Disposition", "")
        if extended := _EXTENDED_NAME(header):
            return unquote(extended[1])
        plain = _PLAIN_NAME(header)
        return re.sub(r"\\(.)", r"\1", plain[1]) if plain else None

    @property
    def refusal(self) -> str:
        """Such as ``403 AccessDenied``: OSS's own code."""
        code = _ERROR_CODE(self.body)
        return f"{self.status} {code[1].decode() if code else '(no code)'}"


class Visitor:
    """One browser profile."""

    def __init__(self) -> None:
        self._cookies = CookieJar()
        # Not by a proxy: every address is this machine's.
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(self._cookies))

    def get(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        return self._send(Request(url, headers=headers or {}))

    def post(
        self, url: str, fields: dict[str, str | list[str]], files: dict[str, tuple[str, bytes]] | None = None
    ) -> Answer:
        """Send a form, with the CSRF token that the page before it set."""
        tokens = [cookie.value for cookie in self._cookies if cookie.name == "csrftoken"]
        boundary = secrets.token_hex(16)
        body = _multipart({"csrfmiddlewaretoken": "".join(tokens), **fields}, files or {}, boundary)
        return self._send(Request(url, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}))

    def _send(self, request: Request) -> Answer:
        try:
            with self._opener.open(request, timeout=_SECONDS) as response:
                return Answer(response.url, response.status, response.headers, response.read())
        except HTTPError as refused:
            with refused:
                return Answer(refused.url, refused.code, refused.headers, refused.read())


def _multipart(fields: dict[str, str | list[str]], files: dict[str, tuple[str, bytes]], boundary: str) -> bytes:
    parts = [
        (f'name="{name}"', value.encode())
        for name, given in fields.items()
        for value in ([given] if isinstance(given, str) else given)
    ]
    for name, (filename, content) in files.items():
        # As the HTML standard has it; a percent sign stays as it is.
        quoted = filename.replace('"', "%22")
        parts.append((f'name="{name}"; filename="{quoted}"\r\nContent-Type: application/octet-stream', content))
    lines = [
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    ]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()])
