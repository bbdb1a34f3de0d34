"""Who may have what: ACLs, bucket policies, users, sessions, and the Referer rule."""

from __future__ import annotations

import json
from typing import Any

import pytest

from django_oss_share.testing.emulator.accounts import Accounts, Identity
from django_oss_share.testing.emulator.authorization import BucketAccess, RefererRule, action, authorize
from django_oss_share.testing.emulator.errors import OSSError
from django_oss_share.testing.emulator.policies import Policy
from emulator_auth.asking import asked, refusal

NOBODY = Identity()
OWNER = Identity("LTAIexample", "acs:ram::1234567890123456:root", "1234567890123456")
NO_RIGHT = (403, "AccessDenied", "0003-00000001")


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "1", "Statement": statements})


def user(*statements: dict[str, Any], session: str | None = None) -> Identity:
    return Identity(
        "LTAIuser",
        "acs:ram::1234567890123456:user/ann",
        "456",
        policy=Policy.parse(document(*statements)),
        session_policy=Policy.parse(session) if session else None,
    )


def outcome(
    identity: Identity,
    operation: str = "GetObject",
    *,
    key: str | None = "a.txt",
    query: str = "",
    headers: dict[str, str] | None = None,
    remote: str = "127.0.0.1",
    **options: Any,
) -> tuple[int, str, str] | None:
    """How the request is refused; None where it is not."""
    request = asked("GET", f"http://examplebucket.localhost/{key or ''}?{query}", headers, remote=remote)
    accounts = Accounts("LTAIexample", "secretexample")
    try:
        authorize(identity, operation, request, accounts, bucket="examplebucket", key=key, **options)
    except OSSError as error:
        return refusal(error)
    return None


def test_the_owner_may_do_everything() -> None:
    for operation in ("GetObject", "PutObject", "PutBucketAcl", "DeleteBucket", "ListBuckets"):
        assert outcome(OWNER, operation) is None


@pytest.mark.parametrize(
    ("acl", "object_acl", "reads", "writes"),
    [
        ("private", "default", False, False),
        ("public-read", "default", True, False),
        ("public-read-write", "default", True, True),
        ("private", "public-read", True, False),
        ("private", "public-read-write", True, True),
        ("public-read", "private", False, False),
        ("public-read-write", "private", False, False),
        ("public-read-write", "public-read", True, False),
    ],
)
def test_what_acls_open_to_everybody(acl: str, object_acl: str, reads: bool, writes: bool) -> None:
    access = BucketAccess(acl)
    for who in (NOBODY, user({"Effect": "Allow", "Action": "oss:ListBuckets", "Resource": "*"})):
        for operation, allowed in (
            ("GetObject", reads),
            ("HeadObject", reads),
            ("PutObject", writes),
            ("UploadPart", writes),
            ("DeleteObject", writes),
            ("GetObjectAcl", False),
        ):
            refused = outcome(who, operation, access=access, object_acl=object_acl)
            assert (refused is None) is allowed, (operation, refused)


def test_a_bucket_is_read_by_its_own_acl_not_by_an_objects() -> None:
    assert outcome(NOBODY, "ListObjectsV2", key=None, access=BucketAccess("public-read")) is None
    assert outcome(NOBODY, "ListObjectsV2", key=None, access=BucketAccess("private")) == NO_RIGHT


def test_what_nobody_unnamed_may_ask() -> None:
    for operation in ("PutBucketAcl", "GetBucketInfo", "DeleteBucket", "PutObjectTagging"):
        refused = outcome(NOBODY, operation, access=BucketAccess("public-read-write"))
        assert refused == (403, "AccessDenied", "0003-00001201")


def test_a_user_may_what_the_policy_says() -> None:
    ann = user({"Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:examplebucket/a*"})
    assert outcome(ann) is None
    assert outcome(ann, "HeadObject") is None
    assert outcome(ann, key="b.txt") == NO_RIGHT
    assert outcome(ann, "PutObject") == NO_RIGHT
    assert outcome(ann, versioned=True) == NO_RIGHT
    denied = user(
        {"Effect": "Allow", "Action": "oss:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "oss:DeleteObject", "Resource": "*"},
    )
    assert outcome(denied, "DeleteObject") == (403, "AccessDenied", "0003-00000201")
    assert outcome(denied, "DeleteObject", access=BucketAccess("public-read-write")) is not None


def test_a_session_may_what_both_policies_say() -> None:
    everything = {"Effect": "Allow", "Action": "oss:*", "Resource": "*"}
    lists = {
        "Effect": "Allow",
        "Action": "oss:ListObjects",
        "Resource": "acs:oss:*:*:examplebucket",
        "Condition": {"StringLike": {"oss:Prefix": "team/*"}},
    }
    gets = {"Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:examplebucket/team/*"}
    scoped = user(everything, session=document(lists, gets))
    assert outcome(scoped, key="team/a") is None
    assert outcome(scoped, "ListObjectsV2", key=None, query="list-type=2&prefix=team%2F") is None
    for refused in (
        outcome(scoped, key="team2/a"),
        outcome(scoped, "PutObject", key="team/a"),
        outcome(scoped, "ListObjectsV2", key=None, query="list-type=2&prefix=team"),
        outcome(scoped, "ListObjectsV2", key=None, query="list-type=2"),
    ):
        assert refused == NO_RIGHT
    # What is open to everybody is not open to a session that was limited.
    assert outcome(scoped, key="team2/a", access=BucketAccess("public-read")) == NO_RIGHT
    narrow = user(gets, session=document(everything))
    assert outcome(narrow, key="team/a") is None
    assert outcome(narrow, "PutObject", key="team/a") == NO_RIGHT


def bucket_policy(*statements: dict[str, Any], acl: str = "private") -> BucketAccess:
    return BucketAccess(acl, Policy.parse(document(*statements), of_bucket=True))


def test_a_bucket_policy_opens() -> None:
    access = bucket_policy(
        {
            "Effect": "Allow",
            "Action": "oss:GetObject",
            "Principal": ["*"],
            "Resource": "acs:oss:*:*:examplebucket/pub/*",
        },
        {"Effect": "Allow", "Action": "oss:PutObject", "Principal": ["456"], "Resource": "acs:oss:*:*:examplebucket/*"},
    )
    nothing = user({"Effect": "Allow", "Action": "oss:ListBuckets", "Resource": "*"})
    assert outcome(NOBODY, key="pub/a", access=access) is None
    assert outcome(NOBODY, key="a", access=access) == NO_RIGHT
    assert outcome(nothing, "PutObject", access=access) is None
    assert outcome(NOBODY, "PutObject", access=access) == NO_RIGHT


def test_a_bucket_policy_closes_for_everybody_but_to_undo_it() -> None:
    access = bucket_policy(
        {
            "Effect": "Deny",
            "Action": "oss:*",
            "Principal": ["*"],
            "Resource": ["acs:oss:*:*:examplebucket", "acs:oss:*:*:examplebucket/*"],
            "Condition": {"NotIpAddress": {"acs:SourceIp": ["10.0.0.0/8"]}},
        },
        acl="public-read",
    )
    for who in (OWNER, NOBODY, user({"Effect": "Allow", "Action": "oss:*", "Resource": "*"})):
        assert outcome(who, access=access) == (403, "AccessDenied", "0003-00000101")
        assert outcome(who, access=access, remote="10.1.2.3") is None
    assert outcome(OWNER, "DeleteBucketPolicy", key=None, access=access) is None


@pytest.mark.parametrize(
    ("referer", "ec"),
    [
        ("https://www.example.com/page?x=1", None),
        ("http://www.example.com/page", None),
        ("https://sub.example.org/deep/page", None),
        ("https://a.b.example.org", None),
        ("https://example.net/x", None),
        ("http://example.net/x", None),
        ("", "0003-00000501"),
        (None, "0003-00000501"),
        ("https://bad.example.org/x", "0003-00000502"),
        ("https://evil.test/?https://www.example.com", "0003-00000503"),
        ("https://evil.test/www.example.com", "0003-00000503"),
    ],
)
def test_the_referer_rule(referer: str | None, ec: str | None) -> None:
    rule = RefererRule(
        allow_empty=False,
        allowed=("http*://www.example.com", "https://*.example.org", "example.net"),
        denied=("https://bad.*",),
    )
    headers = {} if referer is None else {"Referer": referer}
    expected = None if ec is None else (403, "AccessDenied", ec)
    by_link = Identity("LTAIexample", by_link=True)
    access = BucketAccess("public-read", referer=rule)
    assert outcome(by_link, access=access, headers=headers) == expected
    assert outcome(NOBODY, access=access, headers=headers) == expected
    # Whoever signs in the header holds a key: they are not asked where they come from.
    assert outcome(OWNER, access=access, headers=headers) is None
    # A list is no object.
    assert outcome(NOBODY, "ListObjects", key=None, access=access, headers=headers) is None


def test_a_referer_rule_that_says_little() -> None:
    by_link = Identity("LTAIexample", by_link=True)
    for rule, referer, allowed in (
        (RefererRule(allow_empty=False), "", True),
        (RefererRule(allow_empty=False), "https://any.test", True),
        (RefererRule(allowed=("https://a.test",)), "", True),
        (RefererRule(allowed=("https://a.test",)), "https://b.test", False),
        (RefererRule(denied=("https://b.test",)), "https://a.test", True),
        (RefererRule(denied=("https://b.test",)), "https://b.test/x", False),
        (RefererRule(allowed=("https://a.test/?ok",), truncate_query=False), "https://a.test/?ok=1", True),
        (RefererRule(allowed=("https://a.test/?ok",)), "https://a.test/?ok=1", False),
        # The vendor: without an empty Referer being allowed, it still is where nothing is on the list of those allowed.
        (RefererRule(allow_empty=False, denied=("https://b.test",)), "", True),
        (RefererRule(allowed=("https://a.test/x",)), "https://a.test/x/y", True),
        (RefererRule(allowed=("https://a.test/x",), truncate_path=True), "https://a.test/x/y", False),
        (RefererRule(allowed=("https://a.test",), truncate_path=True), "https://a.test/x?u=http://b.test/", True),
        (RefererRule(denied=("*/x",), truncate_path=True), "https://a.test/x", True),
        (RefererRule(allowed=("*b.test",), truncate_path=True), "https://a.test/x?u=http://b.test/", False),
    ):
        headers = {"Referer": referer} if referer else {}
        assert (outcome(by_link, access=BucketAccess(referer=rule), headers=headers) is None) is allowed


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("GetObject", "oss:GetObject"),
        ("HeadObject", "oss:GetObject"),
        ("CompleteMultipartUpload", "oss:PutObject"),
        ("PostObject", "oss:PutObject"),
        ("DeleteMultipleObjects", "oss:DeleteObject"),
        ("ListObjectsV2", "oss:ListObjects"),
        ("ListParts", "oss:ListParts"),
        ("PutBucketReferer", "oss:PutBucketReferer"),
    ],
)
def test_the_names_by_which_policies_know_operations(operation: str, expected: str) -> None:
    assert action(operation) == expected


def test_actions_of_versions() -> None:
    assert action("HeadObject", versioned=True) == "oss:GetObjectVersion"
    assert action("DeleteObject", versioned=True) == "oss:DeleteObjectVersion"
    assert action("ListParts", versioned=True) == "oss:ListParts"
