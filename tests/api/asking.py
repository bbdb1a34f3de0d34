"""Clients of the API, and what they are told."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient
from shares.factories import make_user

ROOT = "/api/v1/"
PROBLEM = "application/problem+json"


def client_of(user: Any = None) -> APIClient:
    client = APIClient(REMOTE_ADDR="203.0.113.7")
    client.default_format = "json"
    if user is not None:
        client.force_authenticate(user)
    return client


def log_in(name: str, *permissions: str, **fields: Any) -> tuple[APIClient, Any]:
    """A client of a new user with these permissions, and the user."""
    user = make_user(name, *permissions, **fields)
    return client_of(user), user


def told(response: Any, status: int = 200) -> Any:
    """What an answer of that status says."""
    assert response.status_code == status, (response.status_code, response.content)
    return response.json()


def refused(response: Any, status: int, field: str | None = None) -> str:
    """The detail of a problem document of that status, about ``field`` if that is given."""
    problem = told(response, status)
    assert response["Content-Type"] == PROBLEM
    assert problem["status"] == status
    assert {"type", "title", "detail"} <= problem.keys()
    if field is not None:
        assert problem.get("field", "") == field, problem
    return str(problem["detail"])
