"""The schema, for tools and for a page that shows it."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from .. import schema


@require_safe
def described(request: HttpRequest) -> JsonResponse:
    """OpenAPI 3.1 as JSON; it tells nothing that the documentation does not."""
    here = reverse("oss_share_api:schema")
    return JsonResponse(schema.described(here.removesuffix("schema/")), json_dumps_params={"ensure_ascii": False})
