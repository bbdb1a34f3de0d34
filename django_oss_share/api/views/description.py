"""The schema, for tools and for a page that shows it."""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from .. import schema


@require_safe
def described(request: HttpRequest) -> JsonResponse:
    """OpenAPI 3.1 as JSON; it tells nothing that the documentation does not."""
    base = reverse("oss_share_api:schema").removesuffix("schema/")
    return JsonResponse(_described(base), json_dumps_params={"ensure_ascii": False})


# Making it takes a while, and drf-spectacular's settings of the whole process meanwhile.
_described = lru_cache(maxsize=4)(schema.described)
