"""Addresses that lead nowhere."""

from __future__ import annotations

from typing import Any, NoReturn

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from ..base import Endpoint


@extend_schema(exclude=True)
class Missing(Endpoint):
    """Whatever is not routed, so that this is told as any other error is."""

    permission_classes = ()
    authentication_classes = ()

    def missing(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        """:raises Http404: always."""
        raise Http404
