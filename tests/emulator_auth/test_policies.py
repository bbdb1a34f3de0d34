"""Policies: what they cover, what they refuse, and what is no policy."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from django_oss_share.testing.emulator.policies import Policy, Question, Verdict, matches


def policy(*statements: dict[str, Any], of_bucket: bool = False) -> Policy:
    return Policy.parse(json.dumps({"Version": "1", "Statement": statements}), of_bucket=of_bucket)


def allow(action: Any = "oss:GetObject", resource: Any = "acs:oss:*:*:bucket/*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "oss:GetObject", resource: Any = "acs:oss:*:*:bucket/*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def question(action: str = "oss:GetObject", resource: str = "bucket/a.txt", **context: str) -> Question:
    given = {key.replace("__", ":").lower(): value for key, value in context.items()}
    return Question(action, resource, "cn-hangzhou", "123", frozenset({"acs:ram::123:user/ann", "456"}), given)


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("oss:GetObject", True),
        ("oss:getobject", True),
        ("oss:Get*", True),
        ("oss:*", True),
        ("*", True),
        ("oss:Get?bject", True),
        ("oss:PutObject", False),
        ("oss:GetObjec", False),
        ("oss:GetObjectAcl", False),
        ("sts:*", False),
    ],
)
def test_actions(pattern: str, covered: bool) -> None:
    assert (policy(allow(pattern)).says(question()) is Verdict.ALLOW) is covered
    assert (policy(allow(["oss:PutBucket", pattern])).says(question()) is Verdict.ALLOW) is covered


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("acs:oss:*:*:bucket/a.txt", True),
        ("acs:oss:*:*:bucket/*", True),
        ("acs:oss:*:*:*", True),
        ("*", True),
        ("acs:oss:cn-hangzhou:123:bucket/a.txt", True),
        ("acs:oss:oss-cn-hangzhou:123:bucket/a.*", True),
        ("acs:oss:*:*:bucket/?.txt", True),
        ("acs:oss:cn-beijing:*:bucket/*", False),
        ("acs:oss:*:124:bucket/*", False),
        ("acs:oss:*:*:bucket", False),
        ("acs:oss:*:*:bucket2/*", False),
        ("acs:oss:*:*:bucket/b*", False),
        ("acs:oss:*:*:bucket/A.txt", False),
        ("acs:ram:*:*:bucket/*", False),
        ("bucket/*", False),
        ("acs:oss:*:*", False),
    ],
)
def test_resources(pattern: str, covered: bool) -> None:
    assert (policy(allow(resource=pattern)).says(question()) is Verdict.ALLOW) is covered


def test_a_prefix_is_not_a_longer_name() -> None:
    team = policy(allow(resource="acs:oss:*:*:bucket/team/*"))
    assert team.says(question(resource="bucket/team/a")) is Verdict.ALLOW
    assert team.says(question(resource="bucket/team2/a")) is Verdict.SILENT


def test_a_denial_wins_wherever_it_stands() -> None:
    for statements in ([allow(), deny("oss:*")], [deny("oss:*"), allow()]):
        assert policy(*statements).says(question()) is Verdict.DENY
    assert policy(allow(), deny(resource="acs:oss:*:*:bucket/b*")).says(question()) is Verdict.ALLOW


def test_not_action() -> None:
    but = policy({"Effect": "Allow", "NotAction": ["oss:Put*", "oss:Delete*"], "Resource": "*"})
    assert but.says(question()) is Verdict.ALLOW
    assert but.says(question("oss:PutObject")) is Verdict.SILENT


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"StringLike": {"oss:Prefix": ["team/*"]}}, {"oss__prefix": "team/a"}, True),
        ({"StringLike": {"oss:Prefix": ["team/*"]}}, {"oss__prefix": "team2/"}, False),
        ({"StringLike": {"oss:Prefix": ["team/*"]}}, {}, False),
        ({"StringNotLike": {"oss:Prefix": "team/*"}}, {"oss__prefix": "team/a"}, False),
        ({"StringNotLike": {"oss:Prefix": "team/*"}}, {}, True),
        ({"StringEquals": {"oss:Delimiter": "/"}}, {"oss__delimiter": "/"}, True),
        ({"StringEquals": {"oss:Prefix": "*"}}, {"oss__prefix": "a"}, False),
        ({"StringNotEquals": {"oss:Delimiter": "/"}}, {"oss__delimiter": "/"}, False),
        ({"StringEqualsIgnoreCase": {"oss:Prefix": "A"}}, {"oss__prefix": "a"}, True),
        ({"StringNotEqualsIgnoreCase": {"oss:Prefix": "A"}}, {"oss__prefix": "a"}, False),
        ({"IpAddress": {"acs:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}, {"acs__sourceip": "10.1.2.3"}, True),
        ({"IpAddress": {"acs:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}, {"acs__sourceip": "2001:db8::1"}, True),
        ({"IpAddress": {"acs:SourceIp": "10.0.0.1"}}, {"acs__sourceip": "11.1.2.3"}, False),
        ({"NotIpAddress": {"acs:SourceIp": "10.0.0.0/8"}}, {"acs__sourceip": "10.1.2.3"}, False),
        ({"Bool": {"acs:SecureTransport": "true"}}, {"acs__securetransport": "false"}, False),
        ({"StringLike": {"oss:Prefix": "a*"}, "Bool": {"acs:SecureTransport": "true"}}, {"oss__prefix": "ab"}, False),
    ],
)
def test_conditions(condition: dict[str, Any], context: dict[str, str], holds: bool) -> None:
    said = policy(allow(Condition=condition)).says(question(**context))
    assert (said is Verdict.ALLOW) is holds


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        (["*"], True),
        ("*", True),
        (["456"], True),
        (["acs:ram::123:user/ann"], True),
        (["acs:ram::123:user/*"], True),
        (["457"], False),
        (["acs:ram::123:user/bob"], False),
    ],
)
def test_principals(principal: Any, named: bool) -> None:
    said = policy(allow(Principal=principal), of_bucket=True).says(question())
    assert (said is Verdict.ALLOW) is named


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", '"Version": "1"'),
        ('{"Version":"2012-10-17","Statement":[]}', '"Version": "1"'),
        ('{"Version":"1"}', '"Statement" list'),
        ('{"Version":"1","Statement":[]}', '"Statement" list'),
        ('{"Version":"1","Statement":[1]}', "must be a JSON object"),
        ('{"Version":"1","Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}', "got 'allow'"),
        ('{"Version":"1","Statement":[{"Effect":"Allow","Resource":"*"}]}', '"Action" or "NotAction"'),
        ('{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}]}', '"Action" or'),
        ('{"Version":"1","Statement":[{"Effect":"Allow","Action":1,"Resource":"*"}]}', "a list of strings"),
        ('{"Version":"1","Statement":[{"Effect":"Allow","Action":"*"}]}', 'must have a "Resource"'),
        ('{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}', "no place"),
        ('{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":1}]}', "JSON object"),
        (
            '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Like":{}}}]}',
            "'Like' is unknown",
        ),
        (
            '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",'
            '"Condition":{"IpAddress":{"acs:SourceIp":"10.0.0.x"}}}]}',
            "10.0.0.x",
        ),
    ],
)
def test_no_policy(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="(?s).") as caught:
        Policy.parse(text)
    assert why in str(caught.value)


def test_a_bucket_policy_names_principals() -> None:
    with pytest.raises(ValueError, match='"Principal" is missing'):
        policy(allow(), of_bucket=True)


def test_patterns_hold_nothing_but_the_two_wildcards() -> None:
    assert matches("a.b[c]*", "a.b[c]\nd/e")
    assert not matches("a.b", "axb")
    assert not matches("a?", "a")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "", True),
        ("**", "a", True),
        ("a*c", "abc", True),
        ("a*c", "ac", True),
        ("a*c", "acb", False),
        ("a*b*c", "a-b-b-c", True),
        ("*ab", "aab", True),
        ("*a?", "aab", True),
        ("a**b", "ab", True),
        ("ab*ba", "aba", False),
        ("?*?", "a", False),
        ("?*?", "ab", True),
    ],
)
def test_wildcards(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


def test_a_pattern_of_many_stars_takes_no_longer() -> None:
    started = time.thread_time()
    assert not matches("*a" * 200 + "b", "a" * 1000)
    assert time.thread_time() - started < 1
