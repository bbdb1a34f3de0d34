"""The session policy of a grant, in words; that the emulator holds to it is shown in ``test_grants``."""

from __future__ import annotations

import json

import pytest

from django_oss_share.oss import InvalidArgument
from django_oss_share.oss.session_policy import session_policy

BUCKET = "examplebucket"


def statements(prefix: str, *actions: str) -> list:
    return json.loads(session_policy(BUCKET, prefix, actions))["Statement"]


def test_reading_and_listing():
    assert statements("team/", "list", "get") == [
        {"Effect": "Allow", "Action": ["oss:GetObject"], "Resource": ["acs:oss:*:*:examplebucket/team/*"]},
        {
            "Effect": "Allow",
            "Action": ["oss:ListObjects"],
            "Resource": ["acs:oss:*:*:examplebucket"],
            "Condition": {"StringLike": {"oss:Prefix": ["team/*"]}},
        },
    ]


def test_writing_alone_reads_nothing():
    (only,) = statements("team/", "put")
    assert only["Action"] == ["oss:AbortMultipartUpload", "oss:ListParts", "oss:PutObject"]


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("", "must name a folder"),
        ("team", "'team' would open 'team2'"),
        ("te*m/", "'te[*]m/' holds"),
        ("te?m/", "holds a"),
        ("${oss:Prefix}/", "holds a"),
        ("a\n/", "control character"),
        ("x" * 1023 + "/", "1023 bytes"),
        ("季" * 340 + "/", None),
        ("é" * 400 + "/" + "é" * 100 + "/", None),
        ("x" * 1000 + "/", "session policy of 2[0-9]+ characters; STS takes 2048"),
    ],
)
def test_prefixes(prefix, said):
    if said is None:
        assert prefix in session_policy(BUCKET, prefix, ["list", "get"])
        return
    with pytest.raises(InvalidArgument, match=said) as caught:
        session_policy(BUCKET, prefix, ["list", "get"])
    assert caught.value.field == "prefix"


@pytest.mark.parametrize("actions", [[], ["delete"], ["get", "acl"]])
def test_actions(actions):
    with pytest.raises(InvalidArgument, match="must be some of list, get, put, copy"):
        session_policy(BUCKET, "team/", actions)
