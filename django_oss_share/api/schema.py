"""What the API is, in OpenAPI 3.1, by drf-spectacular: independent of what else a project describes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import patched_settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from .. import __version__

SETTINGS: Mapping[str, Any] = {
    "TITLE": "django-oss-share",
    "VERSION": __version__,
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": (
        "Shares of private files in Alibaba Cloud OSS: made, changed, revoked; presigned links; what is in a bucket; "
        "temporary credentials; the audit log.\n\nErrors are problem documents (RFC 9457). Lists are paged by "
        "`next`. Names that are not known are refused."
    ),
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": False,
    "SCHEMA_PATH_PREFIX": "",
    "POSTPROCESSING_HOOKS": ["django_oss_share.api.schema.closed_bodies"],
    "PREPROCESSING_HOOKS": [],
    "AUTHENTICATION_WHITELIST": None,
}


class FieldError(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField(help_text="Its path, such as `keys.3`; empty: it is not one field alone.")
    detail = serializers.CharField(help_text="Names the field, what was given, and what is allowed.")


class ProblemDocument(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What is wrong, and what to do about it.")
    field = serializers.CharField(required=False, help_text="The (first) field that is at fault.")
    errors = FieldError(many=True, required=False)  # type: ignore[assignment]
    state = serializers.CharField(required=False, help_text="Of a share from which there is no such step.")
    code = serializers.CharField(required=False, help_text="What OSS says.")
    request_id = serializers.CharField(required=False, help_text="What the support of OSS asks for.")


#: What any request may be answered, with or without a body.
_ALWAYS = ("400", "401", "403", "404", "405", "429", "503")
_WITH_BODY = ("413", "415")


class ProblemSchema(AutoSchema):
    """Adds to each operation the refusals that it may answer; a view names further ones in ``problems``."""

    def get_operation_id(self) -> str:
        return f"{self.view.basename}_{self.view.action}"  # type: ignore[attr-defined]

    def get_summary(self) -> str:
        """The first sentence, for lists."""
        return self.get_description().partition("\n")[0].rstrip(".")

    def get_tags(self) -> list[str]:
        return [self.view.basename]  # type: ignore[attr-defined]

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return str(super().get_serializer_name(serializer, direction)).removesuffix("Out")

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        further = getattr(self.view, "problems", {}).get(self.view.action, ())  # type: ignore[attr-defined]
        with_body = _WITH_BODY if self.method in ("POST", "PUT", "PATCH") else ()
        for status in (*_ALWAYS, *with_body, *further):
            bodies[status] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                ProblemDocument, status, media_types=["application/problem+json"], direction=direction
            )
            bodies[status]["description"] = _DESCRIBED[status]
        return dict(sorted(bodies.items()))


def operation(**facts: Any) -> Callable[[Callable[..., Any]], Any]:
    """``extend_schema`` of drf-spectacular on :class:`ProblemSchema`, whatever schema class a project has set."""

    def decorate(method: Any) -> Any:
        method.kwargs = {**getattr(method, "kwargs", {}), "schema": ProblemSchema}
        return extend_schema(**facts)(method)

    return decorate


_DESCRIBED = {
    "400": "A field, named, with its value and what is allowed.",
    "401": "Not logged in.",
    "403": "Not logged in, or not allowed to.",
    "404": "Nothing there, or nothing that you may see.",
    "405": "No such method.",
    "409": "Not in this state, or already under way.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "The idempotency key came with another body before.",
    "429": "Too often; `Retry-After` says how many seconds to wait.",
    "502": "OSS or STS refused.",
    "503": "OSS, STS or the database does not answer; `Retry-After` says how many seconds to wait.",
}


def closed_bodies(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say of bodies that they take no other names, as they do."""
    for name, component in result["components"]["schemas"].items():
        if name.endswith("Request"):
            component["additionalProperties"] = False
    _forget(result, "x-spec-enum-id")
    return result


def _forget(node: Any, name: str) -> None:
    """Take ``name``, which drf-spectacular keeps for its own use, out of all that is below."""
    if isinstance(node, dict):
        node.pop(name, None)
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _forget(each, name)


def described(base: str) -> dict[str, Any]:
    """The schema, with addresses below ``base``."""
    with patched_settings({**SETTINGS, "SERVERS": [{"url": base.rstrip("/")}]}):
        generator: Any = SchemaGenerator(urlconf="django_oss_share.api.urls")  # type: ignore[no-untyped-call]
        schema: dict[str, Any] = generator.get_schema(public=True)
    return schema
