"""Makes the vector files beside it: the official SDKs are run on the inputs, and their answers written down.

    npm ci --prefix tests/clients
    python tests/vectors/make_vectors.py

None of our own code takes part. ``by`` names the SDKs that gave the signature. Where they disagree, the signature is
that of the SDK which follows OSS (alibabacloud-oss-v2 for V4; oss2 for V1, since the former leaves ``x-oss-*``
parameters unsigned), and ``otherwise`` holds what the others say.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import inputs
from inputs import DEFAULTS, Input
from python_sdks import OSS2, V2, oss2_headers, oss2_link, v2_headers, v2_link

HERE = Path(__file__).parent
NODE_MODULES = HERE.parent / "clients" / "node_modules"
Answers = dict[str, str]

POST_DEFAULTS: Input = {
    "bucket": "examplebucket",
    "key": "in/a.txt",
    "region": "cn-hangzhou",
    "endpoint": "https://oss-cn-hangzhou.aliyuncs.com",
    "addressing": "virtual",
    "access_key_id": "LTAIexample",
    "access_key_secret": "secretexample",
    "security_token": None,
    "now": 1702781677,
    "expires_in": 900,
    "conditions": [],
    "fields": {},
}


def main() -> None:
    for form, asked in (
        ("v4_query", inputs.v4_links()),
        ("v1_query", inputs.links()),
        ("v4_header", inputs.v4_requests()),
        ("v1_header", inputs.v1_requests()),
    ):
        write(form, DEFAULTS, witness(form, list(asked)))
    for form in ("v4_post", "v1_post"):
        write(form, POST_DEFAULTS, post_vectors(form, list(inputs.posts())))


def witness(form: str, asked: list[Input]) -> list[Input]:
    full = [{**DEFAULTS, **given} for given in asked]
    ali_oss, its_answers = ask_node(form, full)
    vectors = []
    for given, whole, its_answer in zip(asked, full, its_answers, strict=True):
        answers = {sdk: ask(whole, form[:2]) for sdk, ask in _PYTHON_SDKS[form.partition("_")[2]].items()}
        # ali-oss signs every parameter that V1 lets one add to its links.
        if its_answer is not None and not (form == "v1_query" and whole["query"] in inputs.FOREIGN):
            answers[ali_oss] = its_answer
        vectors.append({"given": given, **expected(form, answers)})
    return vectors


_PYTHON_SDKS: dict[str, dict[str, Callable[[Input, str], str]]] = {
    "query": {V2: v2_link, OSS2: oss2_link},
    "header": {V2: v2_headers, OSS2: oss2_headers},
}


def expected(form: str, answers: Answers) -> dict[str, Any]:
    """The signature, who gave it, what others gave; for links also the URL up to its query, and its parameters."""
    read = signature_in_link if form.endswith("query") else signature_in_header
    signatures = {sdk: read(answer) for sdk, answer in answers.items()}
    right = signatures[V2 if form.startswith("v4") else OSS2]
    facts: dict[str, Any] = {"signature": right, "by": [sdk for sdk, said in signatures.items() if said == right]}
    if others := {sdk: said for sdk, said in signatures.items() if said != right}:
        facts["otherwise"] = others
    if form.endswith("query"):
        facts["base"], _, query = answers[V2].partition("?")
        parameters = dict(parse_qsl(query, keep_blank_values=True))
        facts["parameters"] = {**parameters, _signature_name(parameters): right}
    return facts


def signature_in_link(url: str) -> str:
    parameters = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    return parameters[_signature_name(parameters)]


def _signature_name(parameters: dict[str, str]) -> str:
    return "x-oss-signature" if "x-oss-signature" in parameters else "Signature"


def signature_in_header(authorization: str) -> str:
    if authorization.startswith("OSS4"):
        return authorization.partition("Signature=")[2].partition(",")[0]
    return authorization.rpartition(":")[2]


def post_vectors(form: str, asked: list[Input]) -> list[Input]:
    full = []
    for given in asked:
        whole = {**POST_DEFAULTS, **given}
        full.append({**whole, "policy": policy_document(whole, form)})
    sdk, signatures = ask_node(form, full)
    return [
        {"given": given, "policy": whole["policy"], "signature": signature, "by": [sdk]}
        for given, whole, signature in zip(asked, full, signatures, strict=True)
    ]


def policy_document(given: Input, form: str) -> dict[str, Any]:
    """The policy of a form, written out as the vendor's page on PostObject describes it."""
    prefix, is_prefix = given["key"].removesuffix("${filename}"), given["key"].endswith("${filename}")
    conditions: list[Any] = [
        {"bucket": given["bucket"]},
        ["starts-with", "$key", prefix] if is_prefix else ["eq", "$key", given["key"]],
        *({name: value} for name, value in given["fields"].items()),
        *given["conditions"],
    ]
    if form == "v4_post":
        when = datetime.fromtimestamp(given["now"], UTC).strftime("%Y%m%dT%H%M%SZ")
        credential = f"{given['access_key_id']}/{when[:8]}/{given['region']}/oss/aliyun_v4_request"
        conditions.append({"x-oss-signature-version": "OSS4-HMAC-SHA256"})
        conditions.append({"x-oss-credential": credential})
        conditions.append({"x-oss-date": when})
        if given["security_token"]:
            conditions.append({"x-oss-security-token": given["security_token"]})
    ends = datetime.fromtimestamp(given["now"] + given["expires_in"], UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {"expiration": ends, "conditions": conditions}


def ask_node(form: str, asked: list[Input]) -> tuple[str, list[str | None]]:
    done = subprocess.run(
        ["node", HERE / "ali_oss.js"],
        input=json.dumps([{"form": form, "given": given} for given in asked]).encode(),
        stdout=subprocess.PIPE,
        env={**os.environ, "NODE_PATH": str(NODE_MODULES)},
        timeout=120,
        check=True,
    )
    said = json.loads(done.stdout)
    return said["sdk"], said["answers"]


def write(form: str, defaults: Input, vectors: Iterable[Input]) -> None:
    """One vector a line, so that a change is seen as the line that it is."""
    lines = [json.dumps(vector, ensure_ascii=False) for vector in vectors]
    head = json.dumps(defaults, ensure_ascii=False)
    text = f'{{"defaults": {head},\n"vectors": [\n' + ",\n".join(lines) + "\n]}\n"
    (HERE / f"{form}.json").write_text(text, encoding="utf-8")
    sys.stdout.write(f"{form}: {len(lines)} vectors\n")


if __name__ == "__main__":
    main()
