"""What every answer of the public pages carries, and what a page of ours may load."""

from __future__ import annotations

import secrets
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256

from django.http import HttpResponseBase

_ALWAYS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # What Django would add only where the session was looked at: nobody shall see by it that there was a share.
    "Vary": "Accept, Accept-Language, Cookie",
}
#: Of answers that are no page.
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Nonce:
    """For ``<style nonce="{{ csp_nonce }}">`` in a template of the project's own; ours need none.

    Made when a template first writes it, so that a page without one has always the same bytes.
    """

    def __init__(self) -> None:
        self._value = ""

    def __str__(self) -> str:
        self._value = self._value or secrets.token_urlsafe(16)
        return self._value

    @property
    def source(self) -> str:
        """What the policy says for it; "" where nothing was written."""
        return f"'nonce-{self._value}'" if self._value else ""


def protect(response: HttpResponseBase) -> None:
    """Put the headers on that each answer has; a page has brought its policy along."""
    for name, value in _ALWAYS.items():
        response[name] = value
    response.headers.setdefault("Content-Security-Policy", NOTHING)


def page_policy(style: str, script: str, nonce: Nonce, origin: str = "", *, sends: bool = False) -> str:
    """What a page may load: the style and script in it, and what is shown from the bucket.

    :param origin: scheme and host of the bucket's links. Forms may lead there too: Chromium holds redirects after a
        form to the same list.
    :param sends: whether its script talks to us and to the bucket.
    """
    own_nonce = nonce.source
    directives = {
        "default-src": "'none'",
        "style-src": f"{_hashed(style)} {own_nonce}",
        "script-src": f"{_hashed(script)} {own_nonce}",
        "img-src": f"'self' data: {origin}",
        "media-src": f"'self' {origin}",
        "frame-src": f"'self' {origin}",
        "form-action": f"'self' {origin}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    if sends:
        directives["connect-src"] = f"'self' {origin}"
    return "; ".join(f"{name} {sources.strip()}" for name, sources in directives.items())


@lru_cache(maxsize=16)
def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
