"""What all kinds of STS calls have in common: where STS is, and what it is asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..oss import Endpoint, InvalidArgument
from ..oss.validate import check_line

#: Seconds that a token may live.
DURATIONS = range(900, 43_201)
DEFAULT_DURATION = 3600
#: Seconds that a call may take, at most.
LONGEST_TIMEOUT = 5
#: Of the central region; one in the region of the application answers faster, and from inside a VPC.
DEFAULT_ENDPOINT = "sts.aliyuncs.com"


def sts_endpoint(url: str) -> Endpoint:
    """Where STS is: a host such as ``sts.cn-hangzhou.aliyuncs.com``; ``http://`` only for the emulator on this machine.

    :raises InvalidArgument: it is no endpoint, or plain http elsewhere.
    """
    endpoint = Endpoint(url, addressing="cname", allow_private=True)
    if endpoint.scheme == "http" and not endpoint.is_loopback:
        raise InvalidArgument(
            f"STS_ENDPOINT={url!r} is plain http, over which the credentials could be read; use https.",
            field="STS_ENDPOINT",
            value=url,
        )
    return endpoint


def check_timeout(seconds: float) -> float:
    """:raises InvalidArgument: no number of seconds between 0 and 5."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_TIMEOUT:
        raise InvalidArgument(
            f"TIMEOUT={seconds!r} is out of range; allowed are more than 0 and at most {LONGEST_TIMEOUT} seconds.",
            field="TIMEOUT",
            value=seconds,
        )
    return seconds


@dataclass(frozen=True, slots=True)
class Wanted:
    """The role to assume, for how long, and how much of it.

    :param duration: seconds, 900 to 43,200; the role's own maximum may be lower.
    :param policy: a session policy as JSON or a mapping; what it does not allow, the token cannot do.
    :raises InvalidArgument: a value out of range, by the name of its setting.
    """

    role_arn: str
    session_name: str = "django-oss-share"
    duration: int = DEFAULT_DURATION
    policy: str | Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if not str(self.role_arn).startswith("acs:ram::") or ":role/" not in self.role_arn:
            raise InvalidArgument(
                f"ROLE_ARN={self.role_arn!r} must look like 'acs:ram::1234567890123456:role/name'.",
                field="ROLE_ARN",
                value=self.role_arn,
            )
        check_line("ROLE_ARN", self.role_arn)
        if type(self.duration) is not int or self.duration not in DURATIONS:
            raise InvalidArgument(
                f"DURATION={self.duration!r} is out of range; STS takes 900 to 43200 seconds.",
                field="DURATION",
                value=self.duration,
            )
        name = self.session_name
        if not isinstance(name, str) or not 2 <= len(name) <= 64 or not set(name) <= _SESSION_NAME:
            raise InvalidArgument(
                f"ROLE_SESSION_NAME={name!r} must have 2 to 64 of a-z, A-Z, 0-9 and .@-_",
                field="ROLE_SESSION_NAME",
                value=name,
            )
        self._check_policy()

    def _check_policy(self) -> None:
        """What is no policy must not pass for none, by which the token could do all that the role can."""
        if self.policy is None or isinstance(self.policy, str):
            return
        try:
            is_known = isinstance(self.policy, Mapping) and bool(self.policy_text)
        except (TypeError, ValueError):
            is_known = False
        if not is_known:
            kind = type(self.policy).__name__
            raise InvalidArgument(f"POLICY must be JSON, or a dict that JSON can hold; it is {kind}.", field="POLICY")

    @property
    def policy_text(self) -> str | None:
        """The session policy as JSON without a blank to spare: STS takes 2,048 characters."""
        if isinstance(self.policy, Mapping):
            return json.dumps(self.policy, separators=(",", ":"), ensure_ascii=False)
        return self.policy or None


_SESSION_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@-_")
