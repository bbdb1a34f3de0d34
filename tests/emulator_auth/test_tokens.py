"""Sessions: which token goes with which key, until when, and what OSS says otherwise."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import datetime, timedelta
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_oss_share.testing.emulator.accounts import Accounts, Role, Session
from django_oss_share.testing.emulator.auth import authenticate
from django_oss_share.testing.emulator.errors import OSSError
from emulator_auth.asking import asked, refusal
from emulator_auth.sdk import signed

BASE = "http://examplebucket.localhost"
ROLE = "acs:ram::1234567890123456:role/share"
forms = pytest.mark.parametrize(("version", "seconds"), [("v4", 900), ("v4", None), ("v1", 900), ("v1", None)])


def session_of(accounts: Accounts, now: datetime, seconds: int = 3600, policy: str = "") -> Session:
    return accounts.open_session(Role(ROLE), "grant", now + timedelta(seconds=seconds), policy)


def sign_and_ask(
    accounts: Accounts,
    now: datetime,
    key: tuple[str, str],
    token: str | None,
    version: str = "v4",
    seconds: int | None = 900,
    later: int = 0,
):
    url, headers = signed(version, BASE, pair=key, token=token, at=now, seconds=seconds)
    return authenticate(asked("GET", url, headers), accounts, now + timedelta(seconds=later))


def refused(*arguments: object, **options: object) -> tuple[int, str, str]:
    with pytest.raises(OSSError) as caught:
        sign_and_ask(*arguments, **options)  # type: ignore[arg-type]
    return refusal(caught.value)


def pair(session: Session) -> tuple[str, str]:
    return session.access_key_id, session.access_key_secret


@forms
def test_a_session(version: str, seconds: int | None, accounts: Accounts, now: datetime) -> None:
    session = session_of(accounts, now)
    identity = sign_and_ask(accounts, now, pair(session), session.security_token, version, seconds)
    assert identity.arn == "acs:ram::1234567890123456:assumed-role/share/grant"
    assert identity.by_link is (seconds is not None)
    assert identity.session_policy is None


@forms
def test_the_token_ends_before_the_link(version: str, seconds: int | None, accounts: Accounts, now: datetime) -> None:
    session = session_of(accounts, now, seconds=60)
    asking = (accounts, now, pair(session), session.security_token, version, seconds)
    sign_and_ask(*asking, later=59)
    assert refused(*asking, later=60) == (403, "SecurityTokenExpired", "0002-00000007")


@forms
def test_another_token(version: str, seconds: int | None, accounts: Accounts, now: datetime) -> None:
    session, other = session_of(accounts, now), session_of(accounts, now)
    key = pair(session)
    mismatch = (403, "AccessKeyIdAndSecurityTokenNotMatch", "0002-00000004")
    assert refused(accounts, now, key, other.security_token, version, seconds) == mismatch
    for token in ("token", "CAIS", "CAIS" + "A" * 100, session.security_token[:-1], session.security_token + "A"):
        invalid = (403, "InvalidSecurityToken", "0002-00000006")
        assert refused(accounts, now, key, token, version, seconds) == invalid


@forms
def test_no_token(version: str, seconds: int | None, accounts: Accounts, now: datetime) -> None:
    key = pair(session_of(accounts, now))
    assert refused(accounts, now, key, None, version, seconds) == (403, "InvalidAccessKeyId", "0002-00000902")


@forms
def test_a_token_with_a_key_that_is_no_sessions(
    version: str, seconds: int | None, accounts: Accounts, now: datetime
) -> None:
    token = session_of(accounts, now).security_token
    for key in (("LTAIexample", "secretexample"), ("LTAIother", "secret")):
        assert refused(accounts, now, key, token, version, seconds) == (403, "InvalidAccessKeyId", "0002-00000002")


@forms
def test_another_sessions_secret(version: str, seconds: int | None, accounts: Accounts, now: datetime) -> None:
    session, other = session_of(accounts, now), session_of(accounts, now)
    key = (session.access_key_id, other.access_key_secret)
    assert refused(accounts, now, key, session.security_token, version, seconds)[1] == "SignatureDoesNotMatch"


def test_the_token_of_a_link_stands_in_the_query(accounts: Accounts, now: datetime) -> None:
    session = session_of(accounts, now)
    for version, name in (("v4", "x-oss-security-token"), ("v1", "security-token")):
        url, _ = signed(version, BASE, pair=pair(session), token=session.security_token, at=now)
        path, _, query = url.partition("?")
        without = "&".join(part for part in query.split("&") if not part.startswith(f"{name}="))
        with pytest.raises(OSSError) as caught:
            authenticate(asked("GET", f"{path}?{without}", {name: session.security_token}), accounts, now)
        assert refusal(caught.value) == (403, "InvalidAccessKeyId", "0002-00000902")


def test_sessions_outlive_a_restart_with_the_same_key(accounts: Accounts, now: datetime) -> None:
    session = session_of(accounts, now)
    again = Accounts("LTAIexample", "secretexample")
    sign_and_ask(again, now, pair(session), session.security_token)
    other = Accounts("LTAIexample", "another secret")
    assert refused(other, now, pair(session), session.security_token)[1] == "InvalidSecurityToken"


def test_a_session_carries_its_policy(accounts: Accounts, now: datetime) -> None:
    policy = json.dumps({"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:*", "Resource": "季度*"}]})
    session = session_of(accounts, now, policy=policy)
    identity = sign_and_ask(accounts, now, pair(session), session.security_token)
    assert identity.session_policy is not None
    assert identity.session_policy.text == policy


def test_a_session_of_a_role_that_is_gone(accounts: Accounts, now: datetime) -> None:
    session = session_of(accounts, now)
    accounts.add_role("other")
    assert refused(accounts, now, pair(session), session.security_token)[1] == "InvalidSecurityToken"
    accounts.add_role("share")
    sign_and_ask(accounts, now, pair(session), session.security_token)


def test_secrets_are_not_shown(accounts: Accounts, now: datetime) -> None:
    session = session_of(accounts, now)
    shown = repr(session) + repr(accounts.owner) + repr(accounts.signatory("LTAIexample", None, now))
    for secret in (session.access_key_secret, session.security_token, "secretexample"):
        assert secret not in shown


def test_a_token_is_spelt_in_one_way(accounts: Accounts, now: datetime) -> None:
    tokens = [session_of(accounts, now, policy="x" * length) for length in range(3)]
    spelt_otherwise = 0
    for session in tokens:
        data = b64decode(session.security_token[4:])
        for character in ascii_letters + digits + "+/":
            body = session.security_token.rstrip("=")
            changed = body[:-1] + character + session.security_token[len(body) :]
            if changed == session.security_token or b64decode(changed[4:]) != data:
                continue
            spelt_otherwise += 1
            with pytest.raises(OSSError) as caught:
                accounts.signatory(session.access_key_id, changed, now)
            assert caught.value.code == "InvalidSecurityToken"
        with pytest.raises(OSSError) as caught:
            accounts.signatory(session.access_key_id, session.security_token.removeprefix("CAIS"), now)
        assert caught.value.code == "InvalidSecurityToken"
    assert spelt_otherwise


@given(data=st.data())
def test_a_token_with_one_character_changed(data: st.DataObject) -> None:
    now = datetime.fromisoformat("2026-03-01T12:00:00Z")
    accounts = Accounts("LTAIexample", "secretexample")
    session = session_of(accounts, now, policy='{"Version":"1"}')
    token = session.security_token
    position = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(
        st.characters(max_codepoint=126, min_codepoint=33).filter(lambda char: char != token[position])
    )
    changed = token[:position] + character + token[position + 1 :]
    with pytest.raises(OSSError) as caught:
        accounts.signatory(session.access_key_id, changed, now)
    assert refusal(caught.value) == (403, "InvalidSecurityToken", "0002-00000006")
