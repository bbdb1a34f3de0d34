"""What no answer, log or error report of the API holds: secrets, hashes, passwords, links without the right to them."""

from __future__ import annotations

import logging

import pytest
from reports import error_reports
from shares.factories import make_user

from api.asking import ROOT, client_of, log_in, told
from api.test_matrix import BODIES, QUERIES, routes
from django_oss_share.models import Share
from django_oss_share.services import shares, tokens

pytestmark = pytest.mark.django_db

PASSWORD = "-".join(("what", "was", "typed"))
VIEWER = ("view_share", "view_all_shares", "view_auditevent", "view_grant", "browse_bucket")


def answers(client, share: Share):
    """Of all that is routed for reading, and of what a viewer is refused."""
    for path, methods in routes().items():
        pk = share.events.first().pk if path.startswith("audit") else share.pk
        address = ROOT + path.replace("{pk}", str(pk)) + QUERIES.get(path, "")
        for method in sorted(methods):
            if method == "GET":
                yield address, client.get(address)
            else:
                body = {**BODIES.get(path, {}), "password": PASSWORD}
                yield address, getattr(client, method.lower())(address, body)


def test_who_only_looks_reads_no_token_hash_or_secret(oss, caplog):
    caplog.set_level(logging.DEBUG)
    bob = make_user("bob", "share_object")
    share = shares.create("reports/q3.pdf", created_by=bob, by=bob, password=PASSWORD)
    client, _ = log_in("eve", *VIEWER)
    secrets = [tokens.make(share), share.password, oss.access_key_secret, PASSWORD, "x-oss-signature"]
    for address, response in answers(client, share):
        text = response.content.decode() + str(response.headers)
        assert [secret for secret in secrets if secret in text] == [], address
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_the_owner_reads_no_hash_secret_or_password(oss):
    client, ann = log_in("ann", *VIEWER, "share_object")
    made = told(client.post(f"{ROOT}shares/", {"key": "reports/q3.pdf", "password": PASSWORD}), 201)
    share = Share.objects.get(pk=made["id"])
    for address, response in answers(client, share):
        text = response.content.decode()
        assert [secret for secret in (share.password, oss.access_key_secret, PASSWORD) if secret in text] == [], address


def test_no_error_report_holds_a_password(monkeypatch):
    ann = make_user("ann", "share_object")
    share = shares.create("a", created_by=ann, check=False)
    client = client_of(ann)
    client.raise_request_exception = False

    def fail(*args):
        raise RuntimeError("no hasher")

    monkeypatch.setattr("django_oss_share.services.shares.passwords.make_password", fail)
    monkeypatch.setattr("django_oss_share.services.shares.creating.make_password", fail)
    with error_reports() as reports:
        for address, body in [("shares/", {"key": "a", "check": False}), (f"shares/{share.pk}/password/", {})]:
            assert client.post(ROOT + address, {**body, "password": PASSWORD}).status_code == 500
    assert len(reports) == 4
    assert not [report for report in reports if PASSWORD in report]
