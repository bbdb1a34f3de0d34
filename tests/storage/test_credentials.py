"""The option ``credentials``: by name, by callable, by provider."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.test import override_settings

from django_oss_share.oss import Credentials, CredentialsExpired, MissingCredentials
from django_oss_share.storage import StorageMisconfigured

from .making import make, split


def signer_of(storage):
    return split(storage.url("a"))[1]["x-oss-credential"].split("/")[0]


def by_import():
    return Credentials("LTAIimported", "secret")


SETS = {
    "static": {"PROVIDER": "static", "ACCESS_KEY_ID": "LTAIstatic", "ACCESS_KEY_SECRET": "secret"},
    "imported": {"PROVIDER": "callable", "CALLABLE": f"{__name__}.by_import"},
    "environment": {"PROVIDER": "environment"},
}


@pytest.mark.parametrize(("name", "signer"), [("static", "LTAIstatic"), ("environment", "LTAIenvironment")])
def test_by_name(monkeypatch, name, signer):
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", "LTAIenvironment")
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "secret")
    with override_settings(OSS_SHARE={"CREDENTIALS": SETS}):
        assert signer_of(make(credentials=name)) == signer


def test_by_callable():
    assert signer_of(make(credentials=by_import)) == "LTAIimported"


def test_by_provider():
    class Provider:
        def retrieve(self):
            return Credentials("LTAIprovider", "secret")

    assert signer_of(make(credentials=Provider())) == "LTAIprovider"


def test_asked_at_each_link():
    given = iter(["LTAIfirst", "LTAIsecond"])
    storage = make(credentials=lambda: Credentials(next(given), "secret"))
    assert [signer_of(storage), signer_of(storage)] == ["LTAIfirst", "LTAIsecond"]


def test_an_unknown_name():
    wanted = pytest.raises(ImproperlyConfigured, match=r"credentials='sttic'.*Did you mean 'static'")
    with override_settings(OSS_SHARE={"CREDENTIALS": SETS}), wanted:
        make(credentials="sttic")


def test_the_error_of_a_source_comes_through():
    class OutOfOrder(Exception):
        pass

    def broken():
        raise OutOfOrder("the vault is closed")

    with pytest.raises(OutOfOrder, match="the vault is closed"):
        make(credentials=broken).url("a")


def test_expired():
    ended = datetime.now(UTC) - timedelta(seconds=1)
    storage = make(credentials=lambda: Credentials("STS.x", "secret", "token", ended))
    for ask in (storage.url, storage.presign):
        with pytest.raises(CredentialsExpired, match="expired at"):
            ask("a")


# For reading and writing


IO = [
    lambda storage: storage.save("a", ContentFile(b"x")),
    lambda storage: storage.open("a"),
    lambda storage: storage.open("a", "wb").close(),
    lambda storage: storage.exists("a"),
    lambda storage: storage.listdir(""),
    lambda storage: storage.delete("a"),
]


def failing():
    raise LookupError("the vault is closed")


@pytest.mark.parametrize("work", IO, ids=["save", "read", "write", "exists", "listdir", "delete"])
@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (failing, LookupError, "the vault is closed"),
        (lambda: None, MissingCredentials, "NoneType instead of Credentials"),
        (None, MissingCredentials, "OSS_ACCESS_KEY_ID"),
    ],
    ids=["fails", "gives none", "has none"],
)
def test_the_error_of_a_source_comes_through_here_too(
    on_emulator, oss_emulator, no_waiting, work, source, error, message
):
    storage = on_emulator(access_key=None, secret_key=None, credentials=source)
    with pytest.raises(error, match=message):
        work(storage)
    assert dict(oss_emulator.calls) == {}


@pytest.mark.parametrize("work", IO, ids=["save", "read", "write", "exists", "listdir", "delete"])
def test_a_token_that_ended_is_told(on_emulator, oss_emulator, work):
    ended = datetime.now(UTC) - timedelta(seconds=5)
    session = oss_emulator.accounts.open_session(oss_emulator.add_role("reader"), "me", ended)
    credentials = Credentials(session.access_key_id, session.access_key_secret, session.security_token, ended)
    storage = on_emulator(access_key=None, secret_key=None, credentials=lambda: credentials)
    with pytest.raises(PermissionError, match="SecurityTokenExpired"):
        work(storage)


# None


@pytest.mark.parametrize("value", ["", None])
def test_empty_keys_never_sign(monkeypatch, value):
    if value is not None:
        monkeypatch.setenv("OSS_ACCESS_KEY_ID", value)
        monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", value)
    with pytest.raises(MissingCredentials, match="an empty key never signs"):
        make(credentials=None).url("a")


@pytest.mark.parametrize("value", ["sentinel\n", "sent inel", "\tsentinel"])
def test_a_newline_read_along_with_the_key(value):
    with pytest.raises(StorageMisconfigured, match="OSSStorage: .*a blank or a control character") as caught:
        make(secret_key=value)
    assert "sent" not in str(caught.value)
