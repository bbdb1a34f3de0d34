"""A page of ours: a template, with the style and script that are allowed in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template, render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from .headers import Nonce, page_policy


class _Made(NamedTuple):
    """:ivar policy: what the page may load. :ivar nonce: "" unless a template wrote one."""

    html: str
    policy: str
    nonce: str = ""


# By template, since one that is loaded anew, as while it is being edited, makes other pages.
_kept: WeakKeyDictionary[Any, dict[tuple[str | None, str], _Made]] = WeakKeyDictionary()


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    origin: str = "",
    program: str = "",
) -> HttpResponse:
    """Render ``oss_share/<template>.html``.

    :param origin: scheme and host of the bucket's links, which a page may show files from; "" before the unlock.
    :param program: a script of its own, which may send to the bucket.
    """
    return _answer(_make(get_template(f"oss_share/{template}.html"), context, request, origin, program), status)


def same_page(template: str, name: str, context: Mapping[str, Any], *, status: int) -> HttpResponse:
    """A page that is the same for everybody, and made once: rendered without a request, and kept by ``name``.

    Whoever tries addresses by the thousand costs as little as one can, and sees no difference between them.
    """
    loaded: Any = get_template(f"oss_share/{template}.html")
    kept = _kept.setdefault(loaded.template, {})
    made = kept.get((get_language(), name)) or _make(loaded, context)
    if not made.nonce:
        kept[get_language(), name] = made
    return _answer(made, status)


def _make(
    template: Any,
    context: Mapping[str, Any],
    request: HttpRequest | None = None,
    origin: str = "",
    program: str = "",
) -> _Made:
    style, script = (str(render_to_string(f"oss_share/{name}")) for name in ("style.css", "script.js"))
    script += program
    nonce = Nonce()
    # Files of templates/, not anything that a visitor wrote.
    assets = {"style": mark_safe(style), "script": mark_safe(script), "csp_nonce": nonce}  # noqa: S308
    html = template.render({**assets, **context}, request)
    return _Made(html, page_policy(style, script, nonce, origin, sends=bool(program)), nonce.source)


def _answer(made: _Made, status: int) -> HttpResponse:
    return HttpResponse(made.html, status=status, headers={"Content-Security-Policy": made.policy})
