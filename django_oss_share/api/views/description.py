"""The schema, for tools and for a page that shows it."""

from __future__ import annotations

from functools import lru_cache

from django.utils.encoding import escape_uri_path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from .. import schema
from ..base import Endpoint


@extend_schema(exclude=True)
class Description(Endpoint):
    """For anybody: it tells nothing that the documentation does not."""

    permission_classes = ()
    authentication_classes = ()

    def describe(self, request: Request) -> Response:
        """OpenAPI 3.1 as JSON."""
        return Response(_described(escape_uri_path(request.path).removesuffix("schema/")))


# Making it takes a while, and drf-spectacular's settings of the whole process meanwhile.
_described = lru_cache(maxsize=4)(schema.described)
