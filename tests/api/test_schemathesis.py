"""What the schema allows, and what it does not, asked of every operation by schemathesis: no 5xx, no status that is not
documented, no answer that is not as documented; and what is no valid request is not taken for one.

Derandomised, so that it asks the same each time.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
import schemathesis
from credentials.conftest import role, role_settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from file_requests.making import make_request
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from shares.factories import make_share, make_user

from django_oss_share.api.throttles import RATES
from django_oss_share.models import Action
from django_oss_share.services import audit

__all__ = ["role", "role_settings"]

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("role")]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
RIGHTS = (
    "share_object",
    "browse_bucket",
    "view_auditevent",
    "grant_access",
    "view_all_shares",
    "export_links",
    "upload_object",
    "request_files",
    "view_all_requests",
)
USERS: dict[str, Callable[[], object] | None] = {
    "anonymous": None,
    "ordinary": lambda: make_user("who", password="p"),
    "staff": lambda: make_user("who", *RIGHTS, password="p", is_staff=True),
}
#: Of what is valid and, again, of what is not, of each operation.
EXAMPLES = {"anonymous": 1, "ordinary": 2, "staff": 6}


@pytest.fixture
def kept_connection():
    """The database of the test stays open from one request to the next, as with Django's own client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def rows(settings, kept_connection):
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": dict.fromkeys(RATES)}
    make_share(id=1)
    make_request(id=1)
    audit.record(Action.VIEWED)


@pytest.mark.parametrize("who", USERS)
def test_nothing_is_answered_but_what_is_documented(who, rows):
    make = USERS[who]
    headers = {}
    if make is not None:
        make()
        headers["Authorization"] = "Basic " + base64.b64encode(b"who:p").decode()
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    asked = 0
    for result in schema.get_all_operations():
        for mode in schemathesis.GenerationMode:
            asked += ask(result.ok(), mode, headers, EXAMPLES[who])
    assert asked >= 2 * len(list(schema.get_all_operations()))


def ask(operation, mode, headers, examples) -> int:
    asked = 0

    @settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def one(case):
        nonlocal asked
        asked += 1
        case.call_and_validate(headers=headers, checks=CHECKS)

    one()
    return asked
