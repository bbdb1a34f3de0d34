"""Signatures against literals: what the official SDKs said, in files that none of our code made.

How the files come about, and what they hold: ``tests/vectors/make_vectors.py``.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from django_oss_share.oss import Credentials, Endpoint, Presigner
from django_oss_share.oss.signing import v1, v4

Given = dict[str, Any]

_DIRECTORY = Path(__file__).parents[1] / "vectors"


def _load(form: str) -> list[Given]:
    document = json.loads((_DIRECTORY / f"{form}.json").read_text(encoding="utf-8"))
    return [{**vector, "given": {**document["defaults"], **vector["given"]}} for vector in document["vectors"]]


def _published(*forms: str) -> list[Given]:
    defaults = json.loads((_DIRECTORY / "v4_query.json").read_text(encoding="utf-8"))["defaults"]
    vectors = json.loads((_DIRECTORY / "published.json").read_text(encoding="utf-8"))["vectors"]
    return [{**vector, "given": {**defaults, **vector["given"]}} for vector in vectors if vector["form"] in forms]


def _numbered(vectors: list[Given]) -> list[Any]:
    return [pytest.param(vector, id=str(number)) for number, vector in enumerate(vectors)]


def _credentials(given: Given) -> Credentials:
    return Credentials(given["access_key_id"], given["access_key_secret"], given["security_token"])


def _presigner(given: Given, form: str) -> Presigner:
    endpoint = Endpoint(given["endpoint"], region=given["region"], addressing=given["addressing"])
    return Presigner(_credentials(given), endpoint, given["bucket"], signature_version=form[:2])


def _moment(given: Given) -> datetime:
    return datetime.fromtimestamp(given["now"], UTC)


def _link(given: Given, form: str) -> str:
    return str(
        _presigner(given, form).presign(
            given["key"],
            given["method"],
            given["expires_in"],
            query=given["query"],
            headers=given["headers"],
            additional_headers=given["additional_headers"],
            now=_moment(given),
        )
    )


def _parameters(query: str) -> dict[str, str]:
    return dict(parse_qsl(query, keep_blank_values=True))


@pytest.mark.parametrize("form", ["v4_query", "v1_query"])
def test_the_files_hold_what_the_issue_asks_for(form: str) -> None:
    vectors = _load(form)
    assert len(vectors) > 100
    witnesses = Counter(sdk.partition(" ")[0] for vector in vectors for sdk in vector["by"])
    assert set(witnesses) == {"alibabacloud-oss-v2", "oss2", "ali-oss"}
    assert min(witnesses.values()) > 100


@pytest.mark.parametrize("vector", _numbered(_load("v4_query")))
def test_v4_link(vector: Given) -> None:
    base, _, query = _link(vector["given"], "v4_query").partition("?")
    assert base == vector["base"]
    assert _parameters(query) == vector["parameters"]


@pytest.mark.parametrize("vector", _numbered(_load("v1_query")))
def test_v1_link(vector: Given) -> None:
    base, _, query = _link(vector["given"], "v1_query").partition("?")
    assert base == vector["base"]
    assert _parameters(query) == vector["parameters"]


@pytest.mark.parametrize("form", ["v4_query", "v1_query"])
def test_links_made_in_bulk_are_the_same(form: str) -> None:
    for vector in _load(form):
        given = vector["given"]
        if given["headers"] or given["additional_headers"]:
            continue
        (link,) = _presigner(given, form).presign_many(
            [given["key"]],
            method=given["method"],
            expires_in=given["expires_in"],
            query=given["query"],
            now=_moment(given),
        )
        assert vector["signature"] in _parameters(link.url.partition("?")[2]).values()


def _v4_authorization(given: Given) -> str:
    return v4.authorization(
        _credentials(given),
        given["method"],
        given["bucket"],
        given["key"],
        region=given["region"],
        now=_moment(given),
        query=given["query"],
        headers={name.lower(): value for name, value in given["headers"].items()},
        additional_headers=given["additional_headers"],
    )["authorization"]


def _v1_authorization(given: Given) -> str:
    return v1.authorization(
        _credentials(given),
        given["method"],
        given["bucket"],
        given["key"],
        now=_moment(given),
        query=given["query"],
        headers=given["headers"],
    )["authorization"]


@pytest.mark.parametrize("vector", _numbered(_load("v4_header")))
def test_v4_authorization_header(vector: Given) -> None:
    assert _v4_authorization(vector["given"]).endswith(f",Signature={vector['signature']}")


@pytest.mark.parametrize("vector", _numbered(_load("v1_header")))
def test_v1_authorization_header(vector: Given) -> None:
    given = vector["given"]
    assert _v1_authorization(given) == f"OSS {given['access_key_id']}:{vector['signature']}"


@pytest.mark.parametrize("vector", _numbered(_published("v4_query", "v1_query")))
def test_published_links(vector: Given) -> None:
    query = _link(vector["given"], vector["form"]).partition("?")[2]
    assert vector["signature"] in _parameters(query).values()


@pytest.mark.parametrize("vector", _numbered(_published("v4_header", "v1_header")))
def test_published_authorization_headers(vector: Given) -> None:
    sign = _v4_authorization if vector["form"] == "v4_header" else _v1_authorization
    assert sign(vector["given"]).endswith(vector["signature"])


@pytest.mark.parametrize(
    ("form", "vector"), [(form, vector) for form in ("v4_post", "v1_post") for vector in _load(form)]
)
def test_post_policies(form: str, vector: Given) -> None:
    given = vector["given"]
    post = _presigner(given, form).presign_post(
        given["key"],
        expires_in=given["expires_in"],
        conditions=given["conditions"],
        fields=given["fields"],
        now=_moment(given),
    )
    assert json.loads(base64.b64decode(post.fields["policy"])) == vector["policy"]
    assert post.fields["x-oss-signature" if form == "v4_post" else "Signature"] == vector["signature"]
