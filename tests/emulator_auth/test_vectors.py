"""What the official SDKs sign is accepted, whatever they sign: literals that none of our code made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from django_oss_share.testing.emulator.auth import authenticate
from django_oss_share.testing.emulator.errors import OSSError
from django_oss_share.testing.emulator.request import Request
from emulator_auth.asking import Believing, asked, vectors

Vector = dict[str, Any]


def numbered(form: str) -> list[Any]:
    return [pytest.param(vector, id=str(number)) for number, vector in enumerate(vectors(form))]


def encoded(pairs: Iterable[tuple[str, str | None]]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(value or '', safe='')}" for name, value in pairs)


def believing(given: Vector) -> Believing:
    return Believing(given["access_key_id"], given["access_key_secret"], region=given["region"])


def address(given: Vector) -> str:
    """Where a vector's request would go, were it the emulator's: OSS signs no host."""
    return f"http://{given['bucket']}.localhost/{quote(given['key'], safe='/')}"


def link(vector: Vector, signature: str) -> Request:
    given = vector["given"]
    name = "x-oss-signature" if "x-oss-signature" in vector["parameters"] else "Signature"
    parameters = {**vector["parameters"], name: signature}
    return asked(given["method"], f"{address(given)}?{encoded(parameters.items())}", given["headers"])


def other(signature: str) -> str:
    """One of the same length."""
    return ("0" if signature[0] != "0" else "1") + signature[1:]


def sent_at(vector: Vector) -> datetime:
    return datetime.fromtimestamp(vector["given"]["now"], UTC)


@pytest.mark.parametrize("form", ["v4_query", "v1_query"])
@pytest.mark.parametrize("late", [timedelta(), timedelta(seconds=1)])
def test_links_of_the_sdks(form: str, late: timedelta) -> None:
    for vector in vectors(form):
        identity = authenticate(link(vector, vector["signature"]), believing(vector["given"]), sent_at(vector) + late)
        assert identity.by_link
        assert identity.access_key_id == vector["given"]["access_key_id"]


@pytest.mark.parametrize("form", ["v4_query", "v1_query"])
def test_links_of_the_sdks_with_one_byte_of_the_signature_changed(form: str) -> None:
    for vector in vectors(form):
        with pytest.raises(OSSError) as caught:
            authenticate(link(vector, other(vector["signature"])), believing(vector["given"]), sent_at(vector))
        assert caught.value.code == "SignatureDoesNotMatch"


def v4_request(vector: Vector, signature: str) -> Request:
    given, when = vector["given"], sent_at(vector)
    scope = f"{when:%Y%m%d}/{given['region']}/oss/aliyun_v4_request"
    # The SDKs leave out of the list what is signed anyway.
    additional = sorted({name.lower() for name in given["additional_headers"]} - {"content-type", "content-md5"})
    names = f",AdditionalHeaders={';'.join(additional)}" if additional else ""
    headers = {
        **given["headers"],
        "x-oss-date": f"{when:%Y%m%dT%H%M%SZ}",
        "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
        "authorization": f"OSS4-HMAC-SHA256 Credential={given['access_key_id']}/{scope}{names},Signature={signature}",
    }
    if given["security_token"]:
        headers["x-oss-security-token"] = given["security_token"]
    return asked(given["method"], f"{address(given)}?{encoded(given['query'].items())}", headers)


def v1_request(vector: Vector, signature: str) -> Request:
    given = vector["given"]
    headers = {
        **given["headers"],
        "date": format_datetime(sent_at(vector), usegmt=True),
        "authorization": f"OSS {given['access_key_id']}:{signature}",
    }
    if given["security_token"]:
        headers["x-oss-security-token"] = given["security_token"]
    return asked(given["method"], f"{address(given)}?{encoded(given['query'].items())}", headers)


@pytest.mark.parametrize("vector", numbered("v4_header"))
def test_v4_requests_of_the_sdks(vector: Vector) -> None:
    accounts = believing(vector["given"])
    assert not authenticate(v4_request(vector, vector["signature"]), accounts, sent_at(vector)).by_link
    with pytest.raises(OSSError) as caught:
        authenticate(v4_request(vector, other(vector["signature"])), accounts, sent_at(vector))
    assert caught.value.code == "SignatureDoesNotMatch"


@pytest.mark.parametrize("vector", numbered("v1_header"))
def test_v1_requests_of_the_sdks(vector: Vector) -> None:
    accounts = believing(vector["given"])
    assert not authenticate(v1_request(vector, vector["signature"]), accounts, sent_at(vector)).by_link
    with pytest.raises(OSSError) as caught:
        authenticate(v1_request(vector, other(vector["signature"])), accounts, sent_at(vector))
    assert caught.value.code == "SignatureDoesNotMatch"


def test_the_addressing_is_not_signed() -> None:
    vector = vectors("v4_query")[0]
    query = encoded(vector["parameters"].items())
    for base in (
        "http://examplebucket.localhost:1234/reports/q3.pdf",
        "http://127.0.0.1:1234/examplebucket/reports/q3.pdf",
        "http://[::1]:1234/examplebucket/reports/q3.pdf",
        "http://localhost/examplebucket/reports/q3.pdf",
        "http://STATIC.example.com./reports/q3.pdf",
    ):
        authenticate(asked("GET", f"{base}?{query}"), believing(vector["given"]), sent_at(vector))
        assert urlsplit(base).path.endswith("/reports/q3.pdf")


def test_the_order_of_the_parameters_is_not_signed() -> None:
    for form in ("v4_query", "v1_query"):
        vector = vectors(form)[0]
        turned = encoded(reversed(vector["parameters"].items()))
        url = f"{address(vector['given'])}?{turned}"
        authenticate(asked("GET", url), believing(vector["given"]), sent_at(vector))
