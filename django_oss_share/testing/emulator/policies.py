"""Policies as RAM, STS sessions and buckets have them: who may do what to which resource, under which conditions.

An explicit Deny always wins. Source: the vendor's pages "Policy structure and syntax" and "Bucket policy".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

#: What a condition operator asks of one value of the request and one of the policy.
_Test = Callable[[str, str], bool]


class Verdict(Enum):
    """What a policy says of one request."""

    ALLOW = "allow"
    DENY = "deny"
    #: No statement speaks of it.
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided.

    :ivar action: ``oss:GetObject``.
    :ivar resource: below the account: ``bucket/key``, ``bucket``, or ``*`` for the service.
    :ivar region: ``cn-hangzhou``; "" for a service that has none.
    :ivar principal: the ids and ARNs by which a bucket policy may name who asks; empty when nobody signed.
    :ivar context: condition keys in lower case (``acs:sourceip``) and the request's values.
    """

    action: str
    resource: str
    region: str
    account_id: str
    principal: frozenset[str]
    context: Mapping[str, str]
    service: str = "oss"


@dataclass(frozen=True, slots=True)
class Statement:
    """One rule, parsed."""

    allows: bool
    actions: tuple[str, ...]
    but_actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...] | None
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]

    def speaks_of(self, question: Question) -> bool:
        return (
            self._names_action(question.action)
            and any(_covers(pattern, question) for pattern in self.resources)
            and self._names_principal(question.principal)
            and all(_holds(operator, question.context.get(key), values) for operator, key, values in self.conditions)
        )

    def _names_action(self, action: str) -> bool:
        if self.but_actions:
            return not any(matches(pattern.lower(), action.lower()) for pattern in self.but_actions)
        return any(matches(pattern.lower(), action.lower()) for pattern in self.actions)

    def _names_principal(self, principal: frozenset[str]) -> bool:
        if self.principals is None:
            return True
        return any(pattern == "*" or any(matches(pattern, name) for name in principal) for pattern in self.principals)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document, parsed; :attr:`text` is what it was parsed from."""

    text: str
    statements: tuple[Statement, ...]

    @classmethod
    def parse(cls, text: str, *, of_bucket: bool = False) -> Policy:
        """:param of_bucket: its statements must name principals, and others must not.

        :raises ValueError: what the document lacks or has wrong, in a sentence.
        """
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"The policy is not JSON: {error}.") from None
        if not isinstance(document, dict) or document.get("Version") != "1":
            raise ValueError('The policy must be a JSON object with "Version": "1".')
        statements = document.get("Statement")
        if not isinstance(statements, list) or not statements:
            raise ValueError('The policy must have a "Statement" list.')
        return cls(text, tuple(_statement(each, of_bucket) for each in statements))

    def says(self, question: Question) -> Verdict:
        spoken = [statement.allows for statement in self.statements if statement.speaks_of(question)]
        if not spoken:
            return Verdict.SILENT
        return Verdict.ALLOW if all(spoken) else Verdict.DENY


@lru_cache(1024)
def _pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of many stars is matched in linear time, too: what lies between two is sought once, from the left."""
    first, *rest = (re.escape(chunk).replace(r"\?", ".") for chunk in pattern.split("*"))
    between = "".join(f"(?>.*?{chunk})" for chunk in rest[:-1])
    last = f".*{rest[-1]}" if rest else ""
    return re.compile(f"{first}{between}{last}", re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """``*`` stands for any characters, ``/`` too, ``?`` for one."""
    return _pattern(pattern).fullmatch(text) is not None


def _statement(document: Any, of_bucket: bool) -> Statement:
    if not isinstance(document, dict):
        raise ValueError("Each statement must be a JSON object.")
    if document.get("Effect") not in ("Allow", "Deny"):
        raise ValueError(f'"Effect" must be "Allow" or "Deny"; got {document.get("Effect")!r}.')
    if ("Action" in document) == ("NotAction" in document):
        raise ValueError('A statement must have either "Action" or "NotAction".')
    if ("Principal" in document) != of_bucket:
        raise ValueError(f'"Principal" {"is missing" if of_bucket else "has no place in this policy"}.')
    return Statement(
        allows=document["Effect"] == "Allow",
        actions=_strings(document, "Action"),
        but_actions=_strings(document, "NotAction"),
        resources=_strings(document, "Resource"),
        principals=_strings(document, "Principal") if of_bucket else None,
        conditions=tuple(_conditions(document.get("Condition", {}))),
    )


def _strings(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = document.get(name, [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(each, str) and each for each in values):
        raise ValueError(f'"{name}" must be a string or a list of strings; got {value!r}.')
    if not values and name == "Resource":
        raise ValueError('A statement must have a "Resource".')
    return tuple(values)


def _conditions(document: Any) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    if not isinstance(document, dict):
        raise ValueError('"Condition" must be a JSON object.')
    for operator, keys in document.items():
        if operator not in _OPERATORS:
            raise ValueError(f"The condition operator {operator!r} is unknown; known: {', '.join(sorted(_OPERATORS))}.")
        if not isinstance(keys, dict):
            raise ValueError(f"The condition {operator} must be a JSON object.")
        for key in keys:
            values = _strings(keys, key)
            _check_values(operator, values)
            yield operator, key.lower(), values


def _check_values(operator: str, values: Sequence[str]) -> None:
    if operator in ("IpAddress", "NotIpAddress"):
        for value in values:
            ip_network(value, strict=False)


def _covers(pattern: str, question: Question) -> bool:
    if pattern == "*":
        return True
    parts = pattern.split(":", 4)
    if len(parts) != 5 or parts[0] != "acs":
        return False
    _, service, region, account, resource = parts
    return (
        matches(service, question.service)
        and any(matches(region, name) for name in (question.region, f"oss-{question.region}"))
        and matches(account, question.account_id)
        and matches(resource, question.resource)
    )


def _holds(operator: str, given: str | None, values: Sequence[str]) -> bool:
    positive, test = _OPERATORS[operator]
    met = given is not None and any(test(given, value) for value in values)
    return met if positive else not met


def _in_network(given: str, value: str) -> bool:
    return ip_address(given) in ip_network(value, strict=False)


def _equals(given: str, value: str) -> bool:
    return given == value


def _equals_ignoring_case(given: str, value: str) -> bool:
    return given.lower() == value.lower()


def _like(given: str, value: str) -> bool:
    return matches(value, given)


#: By name: whether one match makes it hold (or break), and the test.
_OPERATORS: Mapping[str, tuple[bool, _Test]] = {
    "StringEquals": (True, _equals),
    "StringNotEquals": (False, _equals),
    "StringEqualsIgnoreCase": (True, _equals_ignoring_case),
    "StringNotEqualsIgnoreCase": (False, _equals_ignoring_case),
    "StringLike": (True, _like),
    "StringNotLike": (False, _like),
    "IpAddress": (True, _in_network),
    "NotIpAddress": (False, _in_network),
    "Bool": (True, _equals_ignoring_case),
}
