"""Which texts are addresses of our own pages: of a share, or of a file request."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from ...conf import conf
from ...models import FileRequest, Share
from ...oss.reading import NotALink
from ...oss.reading.text import mend
from .. import tokens
from .causes import Cause, Diagnosis

Page = type[Share] | type[FileRequest]

_SEPARATORS = re.compile(r"[/?#\s]+")
_NAMES: dict[Page, str] = {FileRequest: "oss_share:request", Share: "oss_share:share"}
# "x" stands for a token.
_ANY_TOKEN = "x" * 36


def token_in(text: str) -> tuple[Page, str] | None:
    """The genuine token in ``text``, and what it is of."""
    for part in filter(None, _SEPARATORS.split(_url(text))):
        for page in _NAMES:
            if _is_genuine(part, page):
                return page, part
    return None


def forged(text: str) -> Diagnosis | None:
    """What is to be said of an address of our pages whose token is none of ours; None: it is no such address."""
    url = urlsplit(_url(text))
    for page in _NAMES:
        before, ours = _before_token(page), urlsplit(conf.base_url)
        if not before or (url.netloc and ours.netloc and url.netloc.lower() != ours.netloc.lower()):
            continue
        path = url.path.removeprefix(ours.path)
        if path.startswith(before):
            return _forged(page, path.removeprefix(before).partition("/")[0])
    return None


def _url(text: str) -> str:
    try:
        return mend(text)[0] if "://" in text else text.strip()
    except NotALink:
        return ""


def _is_genuine(text: str, page: Page) -> bool:
    try:
        tokens.parse(text, page)
    except tokens.BadToken:
        return False
    return True


def _before_token(page: Page) -> str:
    """The path before a token; "": the project has no such pages."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return ""
    try:
        return reverse(_NAMES[page], args=[_ANY_TOKEN]).partition(_ANY_TOKEN)[0]
    except NoReverseMatch:
        return ""


def _forged(page: Page, token: str) -> Diagnosis:
    what = "share" if page is Share else "file_request"
    try:
        tokens.parse(token, page)
        why = ""
    except tokens.BadToken as error:
        why = str(error)
    return Diagnosis(
        cause=Cause.TAMPERED,
        explanation=f"This is the address of a {what.replace('_', ' ')}, but not one that this site made: {why}",
        cure="Copy the whole link again. If it is an old one, its key may have been taken out of "
        "OSS_SHARE['TOKEN_KEYS'] (or SECRET_KEY_FALLBACKS): put it back behind the first.",
        link={"kind": what, "url": "…/***/"},
    )
