"""Bodies: JSON, and no more of it than is read of any body."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.request import Request


class StrictJSONParser(JSONParser):
    """An object, from a body within Django's limit, which some of DRF's versions read past."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read() if limit is None else stream.read(limit + 1)
        if limit is not None and len(body) > limit:
            raise RequestDataTooBig
        try:
            parsed = super().parse(io.BytesIO(body), media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error - nested too deeply.") from None
        if not isinstance(parsed, dict):
            raise ParseError(f"The body must be a JSON object, in braces; it is a {type(parsed).__name__}.")
        return parsed


class AlwaysJSON(BaseContentNegotiation):
    """The only form there is, whatever is asked for: better read by a browser than refused to it."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        if request.content_type.partition(";")[0].strip().lower() in ("", JSONParser.media_type):
            return parsers[0]
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
