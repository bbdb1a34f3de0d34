"""What tests of the public pages ask for, and what no page may say too early."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from shares.factories import make_share

from django_oss_share import urls
from django_oss_share.models import AuditEvent, Share
from django_oss_share.services import tokens

#: Every public page of a share, by its name; from the URLconf, so that a new one is in all tests at once.
ROUTES = [str(pattern.name) for pattern in urls.urlpatterns if str(pattern.pattern).startswith("<str:token>/")]
#: The methods that each answers by itself.
METHODS = {
    "share": {"GET", "HEAD"},
    "unlock": {"POST"},
    "download": {"POST"},
    "file": {"GET", "HEAD", "POST"},
    "preview": {"GET", "HEAD"},
    "archive": {"GET", "HEAD", "POST"},
    "qr": {"GET", "HEAD"},
}
ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: What a share holds that nobody may learn before the unlock.
PLANTED = {
    "name": "planted-name",
    "note": "planted-note",
    "filename": "planted-filename.pdf",
    "created_by_label": "",
    "key": "planted-folder/planted-key.pdf",
}
FORBIDDEN = ("planted", "examplebucket", "aliyuncs", "x-oss", "signature")


def address(share: Share | str, route: str = "share") -> str:
    return reverse(f"oss_share:{route}", args=[share if isinstance(share, str) else tokens.make(share)])


def planted(**fields: Any) -> Share:
    return make_share(**{**PLANTED, **fields})


def all_of(response: Any) -> str:
    """Headers and body."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{response.serialize_headers().decode()}\n{body.decode(errors='replace')}"


def rows() -> list[tuple[str, str]]:
    """Action and reason of what was written down, in its order."""
    return list(AuditEvent.objects.order_by("id").values_list("action", "reason"))
