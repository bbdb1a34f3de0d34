"""Credentials: nothing signs without a key, and no key is ever shown."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest

from django_oss_share.oss import (
    Credentials,
    Endpoint,
    EnvironmentProvider,
    InvalidArgument,
    MissingCredentials,
    Presigner,
)
from django_oss_share.oss.credentials import CredentialsSource

_SECRET = "secret-sentinel"
_TOKEN = "token-sentinel"


@pytest.mark.parametrize(("key_id", "secret"), [("", "sk"), ("ak", ""), ("", ""), (None, "sk"), ("ak", None)], ids=repr)
def test_an_empty_key_is_no_key(key_id: str, secret: str) -> None:
    with pytest.raises(MissingCredentials, match="OSS_ACCESS_KEY_ID"):
        Credentials(key_id, secret)


@pytest.mark.parametrize("blank", ["\n", " ", "\t", "\r\n", "\0", "\x7f", "\udcff"])
@pytest.mark.parametrize("place", [0, 1, 2], ids=["id", "secret", "token"])
def test_a_blank_in_a_value_is_named_but_the_value_is_not_shown(place: int, blank: str) -> None:
    values = ["LTAIexample", _SECRET, _TOKEN]
    values[place] += blank
    with pytest.raises(InvalidArgument, match="blank or a control character") as caught:
        Credentials(*values)
    assert caught.value.field == ("access_key_id", "access_key_secret", "security_token")[place]
    assert "sentinel" not in f"{caught.value!s}{caught.value!r}{vars(caught.value)}"


@pytest.mark.parametrize("value", [b"bytes", 12, object()], ids=["bytes", "int", "object"])
def test_other_types_are_refused(value: str) -> None:
    with pytest.raises(InvalidArgument, match="must be a str"):
        Credentials(value, "sk")


def test_nothing_secret_in_the_repr() -> None:
    credentials = Credentials("LTAIexample", _SECRET, _TOKEN, datetime(2026, 1, 1, tzinfo=UTC))
    for text in (repr(credentials), str(credentials), f"{credentials}", repr([credentials])):
        assert "sentinel" not in text
        assert "LTAIexample" not in text
    assert "LTAI***" in repr(credentials)
    assert "security_token='***'" in repr(credentials)
    assert "security_token=None" in repr(Credentials("ak", _SECRET))


def test_an_empty_token_is_none() -> None:
    assert Credentials("ak", "sk", "").security_token is None


def test_the_expiration_is_kept_in_utc() -> None:
    beijing = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    credentials = Credentials("ak", "sk", "token", beijing)
    assert credentials.expiration is not None
    assert credentials.expiration.tzinfo is UTC
    assert credentials.expiration == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "message"),
    [
        (datetime(2026, 1, 1), "no time zone"),  # noqa: DTZ001
        ("2026-01-01T00:00:00Z", "must be a datetime"),
        (1_767_225_600, "must be a datetime"),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))), "outside the years"),
    ],
    ids=["naive", "text", "number", "end of time"],
)
def test_bad_expirations(moment: datetime, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message) as caught:
        Credentials("ak", "sk", "token", moment)
    assert caught.value.field == "expiration"


def test_credentials_are_frozen_values() -> None:
    one, same = Credentials("ak", "sk", "t"), Credentials("ak", "sk", "t")
    assert one == same
    assert hash(one) == hash(same)
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(AttributeError):
        one.access_key_secret = "other"  # type: ignore[misc]


def test_the_environment_is_read_at_each_call() -> None:
    environ = {"OSS_ACCESS_KEY_ID": "ak", "OSS_ACCESS_KEY_SECRET": _SECRET}
    provider = EnvironmentProvider(environ)
    assert provider.retrieve() == Credentials("ak", _SECRET)
    environ["OSS_SESSION_TOKEN"] = _TOKEN
    assert provider.retrieve().security_token == _TOKEN
    environ["OSS_SESSION_TOKEN"] = ""
    assert provider.retrieve().security_token is None
    del environ["OSS_ACCESS_KEY_SECRET"]
    with pytest.raises(MissingCredentials):
        provider.retrieve()


def test_the_providers_repr_holds_no_environment() -> None:
    assert "sentinel" not in repr(EnvironmentProvider({"OSS_ACCESS_KEY_SECRET": _SECRET}))


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", "from-env")
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "sk")
    monkeypatch.delenv("OSS_SESSION_TOKEN", raising=False)
    assert EnvironmentProvider().retrieve() == Credentials("from-env", "sk")


class _Provider:
    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def retrieve(self) -> Credentials:
        return self.credentials


_CREDENTIALS = Credentials("ak", "sk")


@pytest.mark.parametrize(
    "source", [_CREDENTIALS, _Provider(_CREDENTIALS), lambda: _CREDENTIALS], ids=["plain", "provider", "callable"]
)
def test_three_kinds_of_source_give_the_same_link(source: CredentialsSource, endpoint: Endpoint, now: datetime) -> None:
    expected = Presigner(_CREDENTIALS, endpoint, "examplebucket").presign("a", now=now)
    assert Presigner(source, endpoint, "examplebucket").presign("a", now=now) == expected


def test_the_source_is_asked_anew_at_each_link(endpoint: Endpoint, now: datetime) -> None:
    provider = _Provider(Credentials("first", "sk"))
    presigner = Presigner(provider, endpoint, "examplebucket")
    assert "first" in presigner.presign("a", now=now).url
    provider.credentials = Credentials("second", "sk")
    assert "second" in presigner.presign("a", now=now).url


def test_a_source_that_changes_in_mid_bulk_is_followed(endpoint: Endpoint, now: datetime) -> None:
    provider = _Provider(Credentials("first", "sk"))
    links = Presigner(provider, endpoint, "examplebucket").presign_many(["a", "b"], now=now)
    assert "first" in next(links).url
    provider.credentials = Credentials("second", "sk")
    assert "second" in next(links).url


def test_no_source_is_refused(endpoint: Endpoint) -> None:
    with pytest.raises(MissingCredentials):
        Presigner(None, endpoint, "examplebucket")  # type: ignore[arg-type]
    with pytest.raises(InvalidArgument, match="credentials must be"):
        Presigner("ak:sk", endpoint, "examplebucket")  # type: ignore[arg-type]


@pytest.mark.parametrize("nothing", [None, "", {}, ("ak", "sk")], ids=repr)
def test_a_source_that_gives_something_else_signs_nothing(nothing: object, endpoint: Endpoint) -> None:
    presigner = Presigner(lambda: nothing, endpoint, "examplebucket")  # type: ignore[arg-type,return-value]
    for sign in (presigner.presign, presigner.presign_post, lambda key: next(presigner.presign_many([key]))):
        with pytest.raises(MissingCredentials, match="instead of Credentials"):
            sign("a")


def test_an_error_of_the_source_passes_through(endpoint: Endpoint) -> None:
    def broken() -> Credentials:
        raise MissingCredentials("the vault is sealed")

    with pytest.raises(MissingCredentials, match="vault is sealed"):
        Presigner(broken, endpoint, "examplebucket").presign("a")
