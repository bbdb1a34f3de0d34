"""Hotlink protection: which Referer headers a bucket takes."""

from __future__ import annotations

import json
from dataclasses import asdict
from xml.etree.ElementTree import Element

from ..access import load_referer
from ..authorization import RefererRule
from ..documents import document, parse, required
from ..response import Response, xml_response
from .call import Call

_NAME = "referer"


def get_bucket_referer(call: Call) -> Response:
    text = call.store.buckets.configuration(call.found_bucket().name, _NAME)
    rule = load_referer(text) if text else RefererRule()
    content: list[tuple[str, object]] = [
        ("AllowEmptyReferer", _boolean(rule.allow_empty)),
        ("AllowTruncateQueryString", _boolean(rule.truncate_query)),
        ("TruncatePath", _boolean(rule.truncate_path)),
        ("RefererList", [("Referer", pattern) for pattern in rule.allowed]),
    ]
    if rule.denied:
        content.append(("RefererBlacklist", [("Referer", pattern) for pattern in rule.denied]))
    return xml_response(document("RefererConfiguration", content))


def put_bucket_referer(call: Call) -> Response:
    bucket = call.found_bucket()
    wanted = parse(call.request.body.spool(), "RefererConfiguration")
    rule = RefererRule(
        allow_empty=required(wanted, "AllowEmptyReferer") == "true",
        allowed=_patterns(wanted, "RefererList"),
        denied=_patterns(wanted, "RefererBlacklist"),
        truncate_query=wanted.findtext("AllowTruncateQueryString", "true") == "true",
        truncate_path=wanted.findtext("TruncatePath", "false") == "true",
    )
    call.store.buckets.configure(bucket.name, _NAME, json.dumps(asdict(rule)))
    return Response()


def _patterns(wanted: Element, name: str) -> tuple[str, ...]:
    return tuple(each.text for each in wanted.findall(f"{name}/Referer") if each.text)


def _boolean(value: bool) -> str:
    return "true" if value else "false"
