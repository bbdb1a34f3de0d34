"""AssumeRole: temporary credentials for who may have them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from ..accounts import SESSION_PREFIX, Identity, Role, Session, numeric_id
from ..faults import Fault, Kind
from ..policies import Policy, Question, Verdict, matches
from .call import STSCall
from .errors import (
    duration_out_of_range,
    missing_parameter,
    no_permission,
    policy_grammar,
    policy_too_long,
    role_not_found,
    wrongly_formed,
)

#: Seconds.
MINIMUM = 900
#: Seconds, for one who holds a session already.
CHAINED_MAXIMUM = 3600
_DEFAULT = 3600
_POLICY_LIMIT = 2048
_ROLE_ARN = re.compile(r"acs:ram::\d+:role/[\w.-]{1,64}", re.ASCII)
_SESSION_NAME = re.compile(r"[a-zA-Z0-9.@_-]{2,64}")
_NUMBER = re.compile("[0-9]{1,9}")


def answer(call: STSCall, identity: Identity) -> dict[str, object]:
    """Credentials for ``RoleArn``.

    :raises STSError: ``identity`` may not, or a parameter is out of range.
    """
    role = role_of(call)
    _check_permission(call, identity, role)
    chained = (identity.access_key_id or "").startswith(SESSION_PREFIX)
    return open_session(call, role, min(role.max_session_duration, CHAINED_MAXIMUM) if chained else None)


def role_of(call: STSCall) -> Role:
    """The role named.

    :raises STSError: none is, or none of that name exists.
    """
    arn = required(call, "RoleArn")
    if not _ROLE_ARN.fullmatch(arn):
        raise wrongly_formed("RoleArn")
    role = call.accounts.role(arn)
    if role is None:
        raise role_not_found(arn)
    return role


def open_session(call: STSCall, role: Role, maximum: int | None = None) -> dict[str, object]:
    """Credentials as asked for.

    :param maximum: seconds; None for the role's own.
    """
    name = required(call, "RoleSessionName")
    if not _SESSION_NAME.fullmatch(name):
        raise wrongly_formed("RoleSessionName")
    policy = _session_policy(call.parameters.get("Policy", ""))
    seconds = _life(_duration(call, maximum or role.max_session_duration), call.faults)
    session = call.accounts.open_session(role, name, call.now + timedelta(seconds=seconds), policy)
    return {
        "AssumedRoleUser": {"Arn": session.arn, "AssumedRoleId": f"{numeric_id(role.arn)}:{name}"},
        "Credentials": _credentials(session, without_token=Kind.STS_PARTIAL in call.faults),
    }


def required(call: STSCall, name: str) -> str:
    """:raises STSError: the parameter is missing or empty."""
    value = call.parameters.get(name, "")
    if not value:
        raise missing_parameter(name)
    return value


def _credentials(session: Session, *, without_token: bool) -> dict[str, str]:
    pair = {"AccessKeyId": session.access_key_id, "AccessKeySecret": session.access_key_secret}
    token = {} if without_token else {"SecurityToken": session.security_token}
    return {**pair, **token, "Expiration": f"{session.expiration:%Y-%m-%dT%H:%M:%SZ}"}


def _duration(call: STSCall, maximum: int) -> int:
    text = call.parameters.get("DurationSeconds", "") or str(min(_DEFAULT, maximum))
    if not _NUMBER.fullmatch(text) or not MINIMUM <= int(text) <= maximum:
        raise duration_out_of_range(maximum)
    return int(text)


def _life(asked: int, faults: Mapping[Kind, Fault]) -> float:
    if Kind.STS_EXPIRED in faults:
        return -60
    fault = faults.get(Kind.TOKEN_LIFE)
    return asked if fault is None or fault.seconds is None else fault.seconds


def _session_policy(text: str) -> str:
    if len(text) > _POLICY_LIMIT:
        raise policy_too_long(_POLICY_LIMIT)
    if text:
        try:
            Policy.parse(text)
        except ValueError as error:
            raise policy_grammar(str(error)) from None
    return text


def _check_permission(call: STSCall, identity: Identity, role: Role) -> None:
    account, _, resource = role.arn.removeprefix("acs:ram::").partition(":")
    question = Question("sts:AssumeRole", resource, "", account, frozenset(), {}, service="ram")
    for policy in (identity.policy, identity.session_policy):
        if policy is not None and policy.says(question) is not Verdict.ALLOW:
            raise no_permission()
    everyone = f"acs:ram::{call.accounts.account_id}:root"
    trusted = role.trusted
    if trusted is not None and everyone not in trusted and not any(matches(arn, identity.arn) for arn in trusted):
        raise no_permission()
