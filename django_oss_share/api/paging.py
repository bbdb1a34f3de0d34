"""A page of rows, newest first, by their ids: read off an index, never counted, so the millionth row costs no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from .fields import DIGITS, Strict, Text, WholeInQuery

MAX_PAGE_SIZE = 200
PAGE_SIZE = 50


class PageQuery(Strict):
    """What every list takes in its address."""

    cursor = Text(required=False, max_length=64, allow_blank=False, help_text="From the `next` of the page before.")
    page_size = WholeInQuery(1, MAX_PAGE_SIZE, default=PAGE_SIZE)


class Newest(BasePagination):
    """``{"results": […], "next": "https://…" | null}``, from :class:`PageQuery` as it was checked."""

    def page(self, rows: QuerySet[Any], query: Mapping[str, Any]) -> tuple[list[Any], str | None]:
        """The rows of the page, and the cursor of the one after.

        :raises ValidationError: the cursor is none of ours.
        """
        size = query["page_size"]
        if cursor := query.get("cursor"):
            rows = rows.filter(pk__lt=_id(rows, cursor))
        found = list(rows.order_by("-pk")[: size + 1])
        return found[:size], str(found[size - 1].pk) if len(found) > size else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "The address of the next page; null: this is the last.",
                    "example": "https://files.example.com/api/v1/shares/?cursor=17",
                },
            },
        }


def answer(request: Request, results: Any, cursor: str | None) -> Response:
    """A page, and the address of the one after."""
    return Response({"results": results, "next": next_address(request, cursor)})


def next_address(request: Request, cursor: str | None) -> str | None:
    """The address of the page that begins at ``cursor``, otherwise as the one at hand."""
    if cursor is None:
        return None
    query = urlencode({**request.query_params.dict(), "cursor": cursor})
    return f"{request.build_absolute_uri(request.path)}?{query}"


def _id(rows: QuerySet[Any], cursor: str) -> Any:
    try:
        value = rows.model._meta.pk.to_python(cursor)
        if not isinstance(value, int) or (DIGITS(cursor) and value > 0):
            return value
    except (ValidationError, ValueError):
        pass
    raise serializers.ValidationError({"cursor": ["is none of ours; take it from the next of a page."]})
