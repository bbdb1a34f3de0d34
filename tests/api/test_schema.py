"""The schema: kept in the documentation, valid, with examples that it allows, and served."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.test import Client
from django.urls import include
from django.urls import path as route
from jsonschema_rs import validator_for
from rest_framework.filters import OrderingFilter
from rest_framework.generics import GenericAPIView
from rest_framework.versioning import NamespaceVersioning

from api.asking import ROOT, client_of, refused, told
from django_oss_share.api import schema
from django_oss_share.api.router import router

KEPT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
METHODS = {"get", "post", "put", "patch", "delete"}


#: The API where a project keeps its own API, and the pages of visitors.
urlpatterns = [
    route("s/", include("django_oss_share.urls")),
    route("ours/", include(([route("files/", include("django_oss_share.api.urls"))], "ours"))),
]


@pytest.fixture(scope="module")
def described():
    return schema.described(ROOT)


def test_the_one_in_the_documentation_is_the_present_one(described):
    assert yaml.safe_load(KEPT.read_text()) == described, (
        "docs/openapi.yaml is old: run .build/main/bin/python scripts/openapi.py"
    )


def test_it_is_openapi_3_1(described):
    assert described["openapi"] == "3.1.0"
    assert described["servers"] == [{"url": "/api/v1"}]


def test_every_route_is_in_it(described):
    routed = {re.sub(r"\(\?P<(?:pk)>[^)]*\)", "{id}", str(url.pattern)).strip("^$") for url in router.urls}
    assert {path.lstrip("/") for path in described["paths"]} == routed
    assert not [path for path, methods in described["paths"].items() if not methods.keys() <= METHODS]


def test_every_operation_is_explained_and_tells_of_refusals(described):
    names = set()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], path
            assert {"400", "401", "403", "404", "405", "429", "503"} <= operation["responses"].keys(), path
            names.add((operation["operationId"], method))
    assert len({name for name, _ in names}) == len(names)


def examples(described):
    """Each with the schema that it is to match."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in (each for body in bodies for each in body.get("content", {}).values()):
                for name, example in content.get("examples", {}).items():
                    yield f"{method} {path} {name}", content["schema"], example["value"]


def test_the_examples_are_what_it_allows(described):
    found = list(examples(described))
    assert len(found) > 20
    for name, schema_of_it, value in found:
        whole = {**schema_of_it, "components": described["components"]}
        errors = [error.message for error in validator_for(whole).iter_errors(value)]
        assert errors == [], name


def test_it_is_served_to_anybody():
    served = told(client_of().get(f"{ROOT}schema/"))
    assert served["servers"] == [{"url": "/api/v1"}]
    assert served["paths"]


def test_it_is_served_within_a_namespace(settings):
    settings.ROOT_URLCONF, settings.FORCE_SCRIPT_NAME = __name__, "/below"
    assert told(client_of().get("/ours/files/schema/"))["servers"] == [{"url": "/below/ours/files"}]


def test_what_a_project_sets_for_its_own_api_is_left_out(described, monkeypatch):
    monkeypatch.setattr(GenericAPIView, "versioning_class", NamespaceVersioning)
    monkeypatch.setattr(GenericAPIView, "filter_backends", [OrderingFilter])
    monkeypatch.setattr(NamespaceVersioning, "allowed_versions", ["ours"])
    assert schema.described(ROOT) == described
    assert told(client_of().get(f"{ROOT}schema/"))["paths"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_it_is_only_read(method):
    refused(getattr(Client(enforce_csrf_checks=True), method)(f"{ROOT}schema/"), 405)


def test_settings_of_the_projects_own_schema_are_left_alone(settings):
    settings.SPECTACULAR_SETTINGS = {"TITLE": "Another", "OAS_VERSION": "3.0.3"}
    assert schema.described("/x/")["info"]["title"] == "django-oss-share"
