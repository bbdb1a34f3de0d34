"""A link with one byte changed is refused, wherever the byte stands; unless it still spells the same request."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from string import ascii_letters, digits
from urllib.parse import urlsplit
from xml.etree import ElementTree

import alibabacloud_oss_v2 as oss
import oss2
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from django_oss_share.oss import Credentials, Endpoint, Presigner
from django_oss_share.testing import OSSEmulator
from django_oss_share.testing.emulator.accounts import Accounts, Role
from django_oss_share.testing.emulator.auth import authenticate
from django_oss_share.testing.emulator.errors import OSSError
from django_oss_share.testing.emulator.request import Request, addressed, parse_query
from emulator_auth.asking import asked
from emulator_auth.sdk import client, signed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNTS = Accounts("LTAIexample", "secretexample")
SESSION = ACCOUNTS.open_session(Role("acs:ram::1234567890123456:role/share"), "grant", NOW + timedelta(hours=1))
KEY = "reports/季度 a+b~%20.pdf"
QUERY = {"versionId": "CAEQ/+=", "response-content-disposition": 'attachment; filename="季度.pdf"'}
#: What a changed link may be answered with: each is one of OSS's own.
CODES = {
    "AccessKeyIdAndSecurityTokenNotMatch",
    "SignatureDoesNotMatch",
    "AccessDenied",
    "InvalidAccessKeyId",
    "InvalidArgument",
    "InvalidBucketName",
    "InvalidObjectName",
    "InvalidSecurityToken",
    "InvalidURI",
    "RequestTimeTooSkewed",
}
_CHARACTERS = ascii_letters + digits + "%&=+/-_.~?;,:@!$'()*"


def links() -> dict[str, str]:
    """Signed by the official SDK, with a key and with a session, bucket in the path."""
    base = "http://127.0.0.1:1/examplebucket"
    session = {"pair": (SESSION.access_key_id, SESSION.access_key_secret), "token": SESSION.security_token}
    return {
        f"{version}{' by token' if more else ''}": signed(version, base, key=KEY, query=QUERY, at=NOW, **more)[0]
        for version in ("v4", "v1")
        for more in ({}, session)
    }


LINKS = links()
names = st.sampled_from(sorted(LINKS))
#: In the URL, as a part of it.
places = st.floats(0, 1, exclude_max=True)


def meaning(request: Request) -> tuple[object, ...]:
    return request.bucket, request.key, sorted((name, value or "") for name, value in request.query)


def assert_unbelieved(request: Request) -> None:
    try:
        identity = authenticate(request, ACCOUNTS, NOW)
    except OSSError as error:
        assert error.code in CODES
    else:
        # Without its question mark, or with its names cut, it is no link any more.
        assert identity.anonymous


@pytest.mark.parametrize("name", LINKS)
def test_the_links_are_good(name: str) -> None:
    assert authenticate(asked("GET", LINKS[name]), ACCOUNTS, NOW).by_link


@given(name=names, place=places, character=st.sampled_from(_CHARACTERS))
@example(name="v1", place=0.999, character="A")
def test_one_byte_changed(name: str, place: float, character: str) -> None:
    url = LINKS[name]
    start = url.index("/examplebucket") + 1
    position = start + int(place * (len(url) - start))
    changed = url[:position] + character + url[position + 1 :]
    assume(character != url[position])
    try:
        request = asked("GET", changed)
    except OSSError as error:
        assert error.code in CODES
        return
    assume(meaning(request) != meaning(asked("GET", url)))
    assert_unbelieved(request)


@given(name=names, place=places, length=st.integers(1, 5))
def test_some_bytes_missing(name: str, place: float, length: int) -> None:
    url = LINKS[name]
    start = url.index("/examplebucket") + 1
    position = start + int(place * (len(url) - start))
    changed = url[:position] + url[position + length :]
    try:
        request = asked("GET", changed)
    except OSSError as error:
        assert error.code in CODES
        return
    assume(meaning(request) != meaning(asked("GET", url)))
    assert_unbelieved(request)


# Over a socket: the same of links that the SDKs and ourselves make, byte by byte.


def presigned(emulator: OSSEmulator, by: str) -> str:
    """A link to :data:`KEY` on ``emulator``."""
    pair = emulator.access_key_id, emulator.access_key_secret
    maker, _, version = by.partition(" ")
    if maker == "ours":
        endpoint = Endpoint(emulator.endpoint, region=emulator.region, addressing="path")
        query = {"response-content-type": "text/plain"}
        presigner = Presigner(Credentials(*pair), endpoint, emulator.bucket, signature_version=version)
        return str(presigner.presign(KEY, expires_in=900, query=query))
    if maker == "oss2":
        auth = oss2.make_auth(*pair, version)
        bucket = oss2.Bucket(auth, emulator.endpoint, emulator.bucket, region=emulator.region, is_path_style=True)
        return str(bucket.sign_url("GET", KEY, 900, params={"response-content-type": "text/plain"}, slash_safe=True))
    request = oss.GetObjectRequest(emulator.bucket, KEY, response_content_type="text/plain")
    return str(client(emulator, signature_version=version).presign(request).url)


def changed_links(url: str) -> Iterator[str]:
    """``url`` with each byte of its path and query changed, but for those that spell the same request."""
    start = url.index("/examplebucket") + 1
    for position in range(start, len(url)):
        for character in ("A", "1"):
            if url[position] != character and not spells_the_same(url, changed := replaced(url, position, character)):
                yield changed
                break


def replaced(url: str, position: int, character: str) -> str:
    return url[:position] + character + url[position + 1 :]


def spells_the_same(url: str, other: str) -> bool:
    try:
        return read(url) == read(other)
    except OSSError:
        return False


def read(url: str) -> tuple[object, ...]:
    parts = urlsplit(url)
    return *addressed(parts.netloc, parts.path, cnames={}), sorted(parse_query(parts.query))


def get(connection: http.client.HTTPConnection, url: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection.request("GET", f"{parts.path}?{parts.query}")
    response = connection.getresponse()
    return response.status, response.read()


# oss2's V4 asks for the time by utcnow().
@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
@pytest.mark.parametrize("by", ["sdk v4", "sdk v1", "oss2 v4", "oss2 v1", "ours v4", "ours v1"])
def test_every_byte_changed_over_a_socket(by: str, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put(KEY, b"secret bytes")
    url = presigned(oss_emulator, by)
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    assert get(connection, url) == (200, b"secret bytes")
    tried = 0
    for changed in changed_links(url):
        status, body = get(connection, changed)
        assert status in (400, 403), (changed, body)
        assert ElementTree.fromstring(body).findtext("Code") in CODES, (changed, body)
        tried += 1
    assert tried > 0.9 * len(f"{urlsplit(url).path}?{urlsplit(url).query}")
    assert get(connection, url) == (200, b"secret bytes")
    connection.close()
