"""The address of a file request."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from ...conf import conf
from ...models import FileRequest
from .. import tokens


def get_url(request: FileRequest, http_request: HttpRequest | None = None) -> str:
    """The link to give away: absolute with ``OSS_SHARE["BASE_URL"]`` or with a request, else a path alone."""
    path = reverse("oss_share:request", args=[tokens.make(request)])
    if conf.base_url:
        return conf.base_url + path
    return http_request.build_absolute_uri(path) if http_request else path
