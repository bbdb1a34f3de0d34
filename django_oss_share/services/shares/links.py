"""The address of a share."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from ...conf import conf
from ...models import Share
from .. import tokens


def get_url(share: Share, request: HttpRequest | None = None) -> str:
    """The link to give away: absolute with ``OSS_SHARE["BASE_URL"]`` or with a request, else a path alone."""
    path = reverse("oss_share:share", args=[tokens.make(share)])
    if conf.base_url:
        return conf.base_url + path
    return request.build_absolute_uri(path) if request else path
