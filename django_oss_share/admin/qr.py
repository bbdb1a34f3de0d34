"""A link as a picture within a page."""

from __future__ import annotations

from django.utils.safestring import SafeString

from ..views.qr import draw, is_installed


def inline_qr(text: str) -> SafeString:
    """``text`` as an SVG element; "" without the extra ``[qr]``."""
    if not is_installed():
        return SafeString("")
    drawn = draw(text).decode()
    # Without the XML declaration, which is for a file of its own.
    return SafeString(drawn[drawn.index("<svg") :])
