"""What is the matter with a link, over the API."""

from __future__ import annotations

import pytest

from api.asking import log_in, refused, told
from django_oss_share.services import presigning

pytestmark = pytest.mark.django_db

DOCTOR = "/api/v1/doctor/"


@pytest.fixture
def ann(oss):
    return log_in("ann", "share_object")[0]


def test_a_good_link_and_a_changed_one(ann, oss):
    oss.put("reports/q3.pdf", b"%PDF-1.7", content_type="application/pdf")
    url = presigning.presign("default", "reports/q3.pdf", expires_in=60).url
    good = told(ann.post(DOCTOR, {"url": url, "fetch": True}))
    assert (good["cause"], good["link"]["key"]) == ("ok", "reports/q3.pdf")
    changed = ann.post(DOCTOR, {"url": url.replace("q3", "q4")})
    assert told(changed)["cause"] == "tampered"
    assert url.rpartition("=")[2] not in changed.content.decode()


def test_what_is_no_link(ann):
    for url in ("hello", "https://www.example.com/", "", "x" * 70_000):
        refused(ann.post(DOCTOR, {"url": url}), 400, "url")
    refused(ann.post(DOCTOR, {"url": "http://169.254.169.254/x?x-oss-signature=1", "fetch": 1}), 400, "fetch")
