"""What all endpoints have in common.

An endpoint is a viewset on :class:`Endpoint`: its methods check what came by a serializer, call one service with
``**self.who``, and return a ``Response``. Whatever the service refuses becomes a problem document by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from ..services.clients import client_of
from .parsers import AlwaysJSON, StrictJSONParser
from .problems import handle
from .schema import ProblemSchema
from .throttles import ReadThrottle, WriteThrottle


def _has_perm(user: Any, permission: str) -> bool:
    return bool(user.has_perm(permission))


def permits(*permissions: str, ask: Callable[[Any, str], bool] = _has_perm) -> type[BasePermission]:
    """Those who are logged in and have any of ``permissions``, by their whole names."""

    class Permits(IsAuthenticated):
        message = f"This needs the permission {' or '.join(map(repr, permissions))}."

        def has_permission(self, request: Request, view: Any) -> bool:
            return super().has_permission(request, view) and any(ask(request.user, each) for each in permissions)

    return Permits


class Endpoint(GenericViewSet[Any]):
    """JSON in and out, for those who are logged in, throttled, with problem documents."""

    renderer_classes = (JSONRenderer,)
    parser_classes = (StrictJSONParser,)
    content_negotiation_class = AlwaysJSON
    permission_classes: Sequence[Any] = (IsAuthenticated,)
    metadata_class = None
    # Of a project's own API, not of this one.
    versioning_class = None
    filter_backends = ()
    schema = ProblemSchema()
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    #: By the name of an action, what stands in for :attr:`write_throttle`.
    throttles: ClassVar[dict[str, type[Any]]] = {}
    #: By what a service calls an argument, what it is called here.
    called: ClassVar[dict[str, str]] = {}

    def get_throttles(self) -> list[Any]:
        usual = ReadThrottle if self.request.method in ("GET", "HEAD") else WriteThrottle
        return [self.throttles.get(self.action or "", usual)()]

    def get_exception_handler(self) -> Callable[..., Any]:
        return handle

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """What is answered here is for one reader, and some of it opens files: nobody keeps it."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        if request.method == "HEAD":
            answer.add_post_render_callback(_without_body)
        return answer

    @property
    def who(self) -> dict[str, Any]:
        """For services: who asks, and whence."""
        return {"by": self.request.user, "client": client_of(self.request)}

    def given(self, serializer: type[Serializer[Any]]) -> dict[str, Any]:
        """What came, in the body or for a GET in the query, as ``serializer`` takes it.

        :raises ValidationError: it does not.
        """
        # A plain dict: of a QueryDict, DRF takes what is empty for what is not there.
        data = self.request.query_params.dict() if self.request.method in ("GET", "HEAD") else self.request.data
        return dict(_reader(serializer).run_validation(data))


def _without_body(answer: Response) -> None:
    """Some servers send what they are given, which the client would take for the beginning of the next answer."""
    answer["Content-Length"] = str(len(answer.content))
    answer.content = b""


@lru_cache(maxsize=64)
def _reader(serializer: type[Serializer[Any]]) -> Serializer[Any]:
    """One for all requests, as it keeps nothing of them: to make one copies each of its fields."""
    return serializer()
