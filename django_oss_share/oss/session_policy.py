"""What an STS session may do: some actions below one prefix of one bucket, and nothing else.

Source: the vendor's pages "Use STS temporary access credentials" and "RAM policy", by whose names the actions go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .errors import InvalidArgument
from .validate import MAX_KEY_BYTES, check_bucket

#: What can be granted, and the RAM actions on objects that it takes. Listing is asked of the bucket.
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "list": (),
    "get": ("oss:GetObject",),
    "put": ("oss:PutObject", "oss:AbortMultipartUpload", "oss:ListParts"),
    # Within the prefix: read there, written there.
    "copy": ("oss:GetObject", "oss:PutObject", "oss:AbortMultipartUpload", "oss:ListParts"),
}
#: Characters of a session policy that STS takes.
MAX_LENGTH = 2048
# A policy reads "*" and "?" as any characters, and "${...}" as a variable.
_MEANINGFUL = frozenset("*?$")


def session_policy(bucket: str, prefix: str, actions: Iterable[str]) -> str:
    """The policy, as JSON.

    :param prefix: ends in a slash, so that ``team/`` never opens ``team2/``.
    :param actions: of :data:`ACTIONS`.
    :raises InvalidArgument: a prefix that is no folder or would mean more than itself; no action, or an unknown one.
    """
    check_bucket(bucket)
    chosen = check_actions(actions)
    _check_prefix(prefix)
    statements: list[dict[str, Any]] = []
    on_objects = sorted({each for action in chosen for each in ACTIONS[action]})
    if on_objects:
        resource = f"acs:oss:*:*:{bucket}/{prefix}*"
        statements.append({"Effect": "Allow", "Action": on_objects, "Resource": [resource]})
    if "list" in chosen:
        statements.append(
            {
                "Effect": "Allow",
                "Action": ["oss:ListObjects"],
                "Resource": [f"acs:oss:*:*:{bucket}"],
                "Condition": {"StringLike": {"oss:Prefix": [f"{prefix}*"]}},
            }
        )
    text = json.dumps({"Version": "1", "Statement": statements}, separators=(",", ":"), ensure_ascii=False)
    if len(text) > MAX_LENGTH:
        raise InvalidArgument(
            f"prefix {prefix[:40]!r}... makes a session policy of {len(text)} characters; STS takes {MAX_LENGTH}.",
            field="prefix",
            value=prefix,
        )
    return text


def check_actions(actions: Iterable[str]) -> tuple[str, ...]:
    """``actions`` in the order of :data:`ACTIONS`, each once.

    :raises InvalidArgument: none, or an unknown one.
    """
    given = set(actions)
    if not given or not given <= ACTIONS.keys():
        raise InvalidArgument(
            f"actions={sorted(given)!r} must be some of {', '.join(ACTIONS)}.", field="actions", value=sorted(given)
        )
    return tuple(action for action in ACTIONS if action in given)


def _check_prefix(prefix: str) -> None:
    if not prefix or not prefix.endswith("/"):
        raise InvalidArgument(
            f"prefix={prefix!r} must name a folder, ending in a slash: without it, 'team' would open 'team2', too.",
            field="prefix",
            value=prefix,
        )
    if not _MEANINGFUL.isdisjoint(prefix) or not prefix.isprintable():
        raise InvalidArgument(
            f"prefix={prefix!r} holds a '*', '?', '$' or control character, which a policy would read as more than it "
            "says.",
            field="prefix",
            value=prefix,
        )
    if len(prefix.encode()) > MAX_KEY_BYTES:
        raise InvalidArgument(f"prefix is longer than {MAX_KEY_BYTES} bytes.", field="prefix", value=prefix)
