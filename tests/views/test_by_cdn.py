"""A share whose storage has a CDN: every visit gets a fresh link, which the CDN checks and then fetches for."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import timedelta
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import oss2
import pytest
from cdn_stand_in import CDN, serving
from django.core.files.storage import storages
from shares.factories import make_share

from django_oss_share.models import AuditEvent
from django_oss_share.services import shares
from views.visiting import address

pytestmark = pytest.mark.django_db

KEY = "aliyuncdnexp1234"
OPTIONS = {
    "A": {"type": "A"},
    "B": {"type": "B"},
    "C": {"type": "C"},
    "C in the query": {"type": "C", "query": True},
}


@pytest.fixture
def behind(oss, settings):
    """Put a CDN of some type before the private bucket, whose only reader beside Django it is."""
    stack = ExitStack()

    def behind(kind, **scheme) -> CDN:
        auth = oss2.AuthV4(oss.access_key_id, oss.access_key_secret)
        bucket = oss2.Bucket(auth, oss.endpoint, oss.bucket, region=oss.region, is_path_style=True)
        cdn = CDN(kind, KEY, bucket)
        cdn.now = lambda: int(time.time())
        option = {"domain": stack.enter_context(serving(cdn)), "key": KEY, **scheme}
        options = oss.storage_options(cdn=option, url_protocol="http:")
        settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
        return cdn

    with stack:
        yield behind


def location(client, share):
    response = client.post(address(share, "download"))
    assert response.status_code == 302
    return response["Location"]


def status(url):
    try:
        with urlopen(url) as answer:
            return answer.status
    except HTTPError as error:
        error.close()
        return error.code


@pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning")
@pytest.mark.parametrize("kind", OPTIONS)
def test_renewed_at_each_visit(client, oss, behind, kind):
    cdn = behind(kind, **OPTIONS[kind])
    share = shares.create("reports/q3.pdf", filename="季度 3.pdf")

    url = location(client, share)
    assert urlsplit(url).netloc == storages["default"].visitor_origin.removeprefix("http://")
    with urlopen(url) as answer:
        assert answer.read() == b"the third quarter"
        assert "%E5%AD%A3%E5%BA%A6%203.pdf" in answer.headers["Content-Disposition"]
    assert cdn.pulled == ["reports/q3.pdf"]

    event = AuditEvent.objects.filter(action="issued").order_by("-id")[0]
    assert event.data == {"cdn": True}
    end = event.link_expires_at.timestamp()
    cdn.now = lambda: int(end)
    assert status(url) == 200
    cdn.now = lambda: int(end) + 1
    assert status(url) == 403
    cdn.now = lambda: int(time.time())
    assert status(url.replace("q3.pdf", "q4.pdf")) == 403
    assert status(location(client, share)) == 200
    assert share.events.filter(action="issued").count() == 2


def test_the_page_lets_browsers_go_there(client, oss, behind):
    behind("A", type="A")
    policy = client.get(address(make_share()))["Content-Security-Policy"]
    assert storages["default"].visitor_origin in policy
    assert oss.endpoint not in policy


@pytest.mark.parametrize(
    ("scheme", "fields"),
    [({"type": "F"}, {}), ({"type": "A"}, {"version_id": "null", "pin": "version"})],
    ids=["type F takes no query", "a CDN does not sign the version"],
)
def test_what_goes_to_oss_itself(client, oss, behind, scheme, fields):
    cdn = behind("A", **scheme)
    share = make_share(**fields)
    url = location(client, share)
    assert url.startswith(f"{oss.endpoint}/{oss.bucket}/reports/q3.pdf?")
    assert status(url) == 200
    assert cdn.pulled == []
    assert oss.endpoint in client.get(address(share))["Content-Security-Policy"]


def test_a_share_that_ends_soon_takes_its_link_with_it(client, oss, behind):
    behind("A", type="A")
    share = shares.create("reports/q3.pdf", expires_in=timedelta(seconds=20))
    location(client, share)
    (event,) = AuditEvent.objects.filter(action="issued")
    assert event.link_expires_at <= share.expires_at
