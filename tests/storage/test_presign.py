"""``presign()``: the link of ``url()``, with what is true of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

import pytest
from django.core.exceptions import SuspiciousFileOperation

from django_oss_share.oss import Credentials, ExpiryTooLong, InvalidArgument, InvalidHeader, InvalidKey

from .conftest import SIGNED_AT
from .making import make, split

pytestmark = pytest.mark.usefixtures("clock", "no_network")

NOW = datetime.fromtimestamp(SIGNED_AT, UTC)


def test_the_same_link_as_url():
    keywords = {
        "filename": "季度.pdf",
        "version_id": "v1",
        "process": {"rotate": 90},
        "content_type": "text/plain",
        "parameters": {"ResponseCacheControl": "no-store"},
    }
    storage = make(location="media")
    link = storage.presign("a.pdf", expires_in=60, method="HEAD", **keywords)
    assert str(link) == link.url == storage.url("a.pdf", expire=60, http_method="HEAD", **keywords)
    assert (link.method, link.expires_at) == ("HEAD", NOW + timedelta(seconds=60))


def test_defaults():
    link = make(querystring_expire=120).presign(PurePosixPath("a.pdf"))
    assert (link.method, link.expires_at, link.signed_headers, link.clipped) == (
        "GET",
        NOW + timedelta(seconds=120),
        {},
        False,
    )


def test_lifetime_as_a_timedelta():
    assert make().presign("a.pdf", expires_in=timedelta(days=7)).expires_at == NOW + timedelta(days=7)


def test_the_tokens_end_is_the_links():
    ends = NOW + timedelta(seconds=45)
    storage = make(credentials=lambda: Credentials("STS.x", "secret", "token", ends))
    link = storage.presign("a.pdf", expires_in=3600)
    assert (link.expires_at, link.clipped) == (ends, True)
    assert split(str(link))[1]["x-oss-expires"] == "45"
    assert storage.token_expires_at == ends


def test_headers_that_an_upload_must_send():
    link = make().presign(
        "a.pdf", method="PUT", headers={"Content-Type": "application/pdf", "x-oss-forbid-overwrite": "true"}
    )
    assert link.signed_headers == {"content-type": "application/pdf", "x-oss-forbid-overwrite": "true"}
    plain = make().presign("a.pdf", method="PUT")
    assert split(str(link))[1]["x-oss-signature"] != split(str(plain))[1]["x-oss-signature"]


def test_signed_for_oss_whatever_url_does():
    for options in (
        {"querystring_auth": False},
        {"cdn": {"domain": "cdn.example.com", "key": "k" * 16}},
        {"url_window": 600},
    ):
        assert make(**options).presign("a.pdf").url == make().url("a.pdf")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"name": ""}, InvalidKey),
        ({"name": "a/../b"}, SuspiciousFileOperation),
        ({"name": "/a"}, SuspiciousFileOperation),
        ({"name": "a", "expires_in": 604_801}, ExpiryTooLong),
        ({"name": "a", "expires_in": 0}, InvalidArgument),
        ({"name": "a", "method": "TRACE"}, InvalidArgument),
        ({"name": "a", "method": "PUT", "headers": {"x-oss-meta-a": "b\r\nc"}}, InvalidHeader),
        ({"name": "a", "filename": "\r\n"}, InvalidArgument),
    ],
)
def test_bad_input(arguments, error):
    with pytest.raises(error):
        make().presign(**arguments)


def test_no_repr_holds_the_signature():
    link = make(security_token="token-sentinel").presign("a.pdf")
    assert "token-sentinel" not in repr(link)
    assert split(str(link))[1]["x-oss-signature"] not in repr(link)


def test_headers_that_are_signed_by_name():
    headers = {"content-length": "5", "cache-control": "no-cache"}
    link = make().presign("a.pdf", method="PUT", headers=headers, additional_headers=["content-length"])
    assert link.signed_headers == {"content-length": "5"}
    assert split(str(link))[1]["x-oss-additional-headers"] == "content-length"


def test_a_form_below_the_location():
    post = make(location="tenant/").presign_post("in/${filename}", expires_in=60)
    assert post.fields["key"] == "tenant/in/${filename}"
    assert post.url == "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/"
    with pytest.raises(SuspiciousFileOperation):
        make().presign_post("../${filename}", expires_in=60)
