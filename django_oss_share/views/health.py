"""For probes: ``path("health/oss/", health)``, where only probes get to."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..services.health import Status
from ..services.health import health as state


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while links can be signed, else 503; what is the matter, as JSON."""
    found = state()
    return JsonResponse(found.as_dict(), status=503 if found.status is Status.DOWN else 200)
