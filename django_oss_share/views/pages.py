"""A page of ours: a template, with the style and script that are allowed in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from .headers import Nonce, page_policy


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200, origin: str = ""
) -> HttpResponse:
    """Render ``oss_share/<template>.html``.

    :param origin: scheme and host of the bucket's links, which a page may show files from; "" before the unlock.
    """
    style, script = (render_to_string(f"oss_share/{name}") for name in ("style.css", "script.js"))
    nonce = Nonce()
    # Files of templates/, not anything that a visitor wrote.
    assets = {"style": mark_safe(style), "script": mark_safe(script), "csp_nonce": nonce}  # noqa: S308
    response = render(request, f"oss_share/{template}.html", {**assets, **context}, status=status)
    response["Content-Security-Policy"] = page_policy(style, script, nonce, origin)
    return response
