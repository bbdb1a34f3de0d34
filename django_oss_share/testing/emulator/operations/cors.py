"""Cross-origin rules of a bucket: stored, asked for by browsers, and answered on every request with an Origin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from xml.etree.ElementTree import Element

from ..documents import document, parse
from ..errors import access_denied, malformed_xml, missing_argument, no_such_configuration
from ..policies import matches
from ..response import Response, xml_response
from ..store import Store
from .call import Call

_NAME = "cors"
_METHODS = frozenset({"GET", "PUT", "DELETE", "POST", "HEAD"})
_MAX_RULES = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """:ivar max_age: seconds for which a browser may remember the answer."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age: str = ""

    def covers(self, origin: str, method: str, headers: tuple[str, ...] = ()) -> bool:
        return (
            method in self.methods
            and any(matches(pattern, origin) for pattern in self.origins)
            and all(any(matches(pattern.lower(), name) for pattern in self.headers) for name in headers)
        )

    def answer(self, origin: str) -> dict[str, str]:
        """The headers by which a browser learns of it."""
        facts = {
            "Access-Control-Allow-Origin": "*" if self.origins == ("*",) else origin,
            "Access-Control-Allow-Methods": ", ".join(self.methods),
            "Access-Control-Expose-Headers": ", ".join(self.exposed),
            "Access-Control-Max-Age": self.max_age,
        }
        return {name: value for name, value in facts.items() if value} | {"Vary": "Origin"}


def get_bucket_cors(call: Call) -> Response:
    stored = _load(call.store, call.found_bucket().name)
    if not stored:
        raise no_such_configuration("NoSuchCORSConfiguration", "The CORS Configuration does not exist.", call.bucket)
    return xml_response(document("CORSConfiguration", [("CORSRule", _content(rule)) for rule in stored]))


def put_bucket_cors(call: Call) -> Response:
    bucket = call.found_bucket()
    rules = [_rule(each) for each in parse(call.request.body.spool(), "CORSConfiguration").findall("CORSRule")]
    if not 1 <= len(rules) <= _MAX_RULES:
        raise malformed_xml()
    call.store.buckets.configure(bucket.name, _NAME, json.dumps([astuple(rule) for rule in rules]))
    return Response()


def delete_bucket_cors(call: Call) -> Response:
    call.store.buckets.configure(call.found_bucket().name, _NAME, None)
    return Response(204)


def options_object(call: Call) -> Response:
    """The question that a browser asks before the request itself.

    :raises OSSError: 403, no rule allows it.
    """
    origin, method = call.header("origin"), call.header("access-control-request-method")
    if not origin or not method:
        raise missing_argument("Origin" if not origin else "Access-Control-Request-Method")
    asked = call.header("access-control-request-headers") or ""
    names = tuple(name.strip().lower() for name in asked.split(",") if name.strip())
    for rule in _load(call.store, call.found_bucket().name):
        if rule.covers(origin, method, names):
            allowed = {"Access-Control-Allow-Headers": ", ".join(names)} if names else {}
            return Response(200, rule.answer(origin) | allowed)
    raise access_denied("CORSResponse: This CORS request is not allowed.", "")


def cors_headers(store: Store, bucket: str, method: str, headers: Mapping[str, str]) -> dict[str, str]:
    """What an answer to a request with an Origin carries, whatever else it says."""
    origin = headers.get("origin")
    if not origin:
        return {}
    for rule in _load(store, bucket):
        if rule.covers(origin, method):
            return rule.answer(origin)
    return {}


def _load(store: Store, bucket: str) -> list[Rule]:
    stored = json.loads(store.buckets.configuration(bucket, _NAME) or "[]")
    return [
        Rule(tuple(origins), tuple(methods), tuple(headers), tuple(exposed), max_age)
        for origins, methods, headers, exposed, max_age in stored
    ]


def _rule(entry: Element) -> Rule:
    rule = Rule(
        _texts(entry, "AllowedOrigin"),
        _texts(entry, "AllowedMethod"),
        _texts(entry, "AllowedHeader"),
        _texts(entry, "ExposeHeader"),
        entry.findtext("MaxAgeSeconds", ""),
    )
    if not rule.origins or not rule.methods or not _METHODS.issuperset(rule.methods):
        raise malformed_xml()
    return rule


def _texts(entry: Element, name: str) -> tuple[str, ...]:
    return tuple(each.text for each in entry.findall(name) if each.text)


def _content(rule: Rule) -> list[tuple[str, object]]:
    lists = (
        ("AllowedOrigin", rule.origins),
        ("AllowedMethod", rule.methods),
        ("AllowedHeader", rule.headers),
        ("ExposeHeader", rule.exposed),
    )
    content: list[tuple[str, object]] = [(name, value) for name, values in lists for value in values]
    return [*content, ("MaxAgeSeconds", rule.max_age)] if rule.max_age else content
