"""Two of the three witnesses: alibabacloud-oss-v2 and oss2, run with the clock held."""

from __future__ import annotations

import datetime as real
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from unittest import mock

import alibabacloud_oss_v2 as oss
import alibabacloud_oss_v2.presigner
import oss2
from alibabacloud_oss_v2.signer import SignerV4
from alibabacloud_oss_v2.types import HttpClient, HttpRequest, HttpResponse, OperationInput, SigningContext
from inputs import Input
from oss2.credentials import StaticCredentialsProvider

V2 = f"alibabacloud-oss-v2 {version('alibabacloud-oss-v2')}"
OSS2 = f"oss2 {version('oss2')}"


def v2_link(given: Input, signature_version: str) -> str:
    """The URL that ``Client.presign`` makes; POST and DELETE go the same way without a request class of their own."""
    client = _v2_client(given, signature_version)
    with clock_at(given["now"]):
        if given["method"] == "GET":
            request = oss.GetObjectRequest(
                given["bucket"], given["key"], parameters=_texts(given["query"]), headers=given["headers"]
            )
            return str(client.presign(request, expires=real.timedelta(seconds=given["expires_in"])).url)
        operation = _v2_operation(given)
        ends = real.datetime.fromtimestamp(given["now"] + given["expires_in"], real.UTC)
        operation.op_metadata["expiration_time"] = ends
        options = alibabacloud_oss_v2.presigner._presign_kwargs
        return str(client._client.invoke_operation(operation, **options).http_response.request.url)


def v2_headers(given: Input, signature_version: str) -> str:
    """The Authorization header of a request."""
    client, wire = _v2_client(given, signature_version), _Wire()
    with clock_at(given["now"]):
        client._client.invoke_operation(_v2_operation(given), http_client=wire)
    return str(wire.request.headers["Authorization"])


def oss2_link(given: Input, signature_version: str) -> str:
    """The URL that ``Bucket.sign_url`` makes."""
    bucket = _oss2_bucket(given, signature_version)
    with clock_at(given["now"]):
        return str(
            bucket.sign_url(
                given["method"],
                given["key"],
                given["expires_in"],
                headers=dict(given["headers"]),
                params=_texts(given["query"]),
                slash_safe=True,
                **({"additional_headers": given["additional_headers"]} if signature_version == "v4" else {}),
            )
        )


def oss2_headers(given: Input, signature_version: str) -> str:
    """The Authorization header of a request."""
    bucket = _oss2_bucket(given, signature_version)
    request = oss2.http.Request(
        given["method"],
        "http://unused",
        params=_texts(given["query"]),
        headers=dict(given["headers"]),
        region=given["region"],
        product="oss",
    )
    named = {"in_additional_headers": given["additional_headers"]} if signature_version == "v4" else {}
    with clock_at(given["now"]):
        bucket.auth._sign_request(request, given["bucket"], given["key"], **named)
    return str(request.headers["authorization"])


def _v2_client(given: Input, signature_version: str) -> oss.Client:
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(
        given["access_key_id"], given["access_key_secret"], given["security_token"]
    )
    config.region, config.endpoint = given["region"], given["endpoint"]
    config.signature_version = signature_version
    config.use_cname = given["addressing"] == "cname"
    config.use_path_style = given["addressing"] == "path"
    client = oss.Client(config)
    if given["additional_headers"]:
        client._client._options.signer = _AdditionalSigner(given["additional_headers"])
    return client


class _AdditionalSigner(SignerV4):
    """The client of 1.4.1 has the option ``additional_headers`` but never hands it to its own signer."""

    def __init__(self, names: list[str]) -> None:
        self._names = set(names)

    def sign(self, signing_ctx: SigningContext) -> None:
        signing_ctx.additional_headers = self._names
        super().sign(signing_ctx)


def _v2_operation(given: Input) -> OperationInput:
    return OperationInput(
        op_name="Any",
        method=given["method"],
        bucket=given["bucket"],
        key=given["key"] or None,
        parameters=_texts(given["query"]),
        headers=dict(given["headers"]),
    )


class _Answer(HttpResponse):
    """What the SDK's client wants to see of an answer that nobody gave."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    request = property(lambda self: self._request)
    is_closed = property(lambda self: True)
    is_stream_consumed = property(lambda self: True)
    status_code = property(lambda self: 200)
    headers = property(lambda self: {})
    reason = property(lambda self: "OK")
    content = property(lambda self: b"")

    def __enter__(self) -> _Answer:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def close(self) -> None:
        pass

    def read(self) -> bytes:
        return b""

    def iter_bytes(self, **options: object) -> Iterator[bytes]:
        return iter(())


class _Wire(HttpClient):
    """Keeps the request that would have been sent."""

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def send(self, request: HttpRequest, **options: object) -> HttpResponse:
        self.request = request
        return _Answer(request)


def _oss2_bucket(given: Input, signature_version: str) -> oss2.Bucket:
    kind = oss2.ProviderAuthV4 if signature_version == "v4" else oss2.ProviderAuth
    provider = StaticCredentialsProvider(given["access_key_id"], given["access_key_secret"], given["security_token"])
    return oss2.Bucket(
        kind(provider),
        given["endpoint"],
        given["bucket"],
        region=given["region"],
        is_cname=given["addressing"] == "cname",
        is_path_style=given["addressing"] == "path",
    )


def _texts(query: Input) -> dict[str, str]:
    return {name: value or "" for name, value in query.items()}


@contextmanager
def clock_at(second: int) -> Iterator[None]:
    """Holds every clock the two SDKs read at ``second`` (Unix time)."""

    class Held(real.datetime):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> real.datetime:
            return real.datetime.fromtimestamp(second, tz)

        @classmethod
        def utcnow(cls) -> real.datetime:
            return real.datetime.fromtimestamp(second, real.UTC).replace(tzinfo=None)

    with (
        mock.patch("datetime.datetime", Held),
        mock.patch("oss2.auth.datetime", Held),
        mock.patch("time.time", lambda: float(second)),
    ):
        yield
