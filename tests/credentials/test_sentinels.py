"""Nothing secret is found where people and machines look: database, logs, reprs, error pages, tasks, pickles."""

from __future__ import annotations

import io
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Iterable

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import OperationalError, connection
from django.views.debug import ExceptionReporter

from django_oss_share import tasks
from django_oss_share.models import AuditEvent, StoredCredentials
from django_oss_share.oss import CredentialsUnavailable, InvalidKey, OSSShareError
from django_oss_share.providers import RefreshFailed, assume_role, credentials_source, cycle, further_credentials, kinds
from django_oss_share.services import audit, grants, sealing, sts
from django_oss_share.services.health import health
from django_oss_share.testing import Fault, Kind

from .metadata import Metadata, serve

pytestmark = pytest.mark.django_db(transaction=True)

# Put together, since error pages show the lines around a frame of these tests, too.
MACHINE = ["-".join(("machine", name)) for name in ("secret", "token")]
IDENTITY_TOKEN = "-".join(("planted", "identity", "token"))
ENCRYPTION_KEY = "planted-encryption-key-of-thirty-two-characters"


class Secrets(list):
    """Not shown by the frames of the tests themselves."""

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"


@pytest.fixture
def secrets(role, settings, oss_emulator, monkeypatch) -> Secrets:
    """All that must not be seen: the caller's key, what seals tokens, and all that STS ever answers, once it did."""
    secrets = Secrets([oss_emulator.access_key_secret, ENCRYPTION_KEY])
    read = assume_role.read_credentials

    def noted(service, answer):
        secrets.extend(answer[name] for name in ("AccessKeySecret", "SecurityToken") if answer.get(name))
        return read(service, answer)

    monkeypatch.setattr(assume_role, "read_credentials", noted)
    settings.OSS_SHARE = {**settings.OSS_SHARE, "ENCRYPTION_KEYS": [ENCRYPTION_KEY]}
    role.retrieve()
    role._thread.join()
    assert len(secrets) == 4
    return secrets


def assert_clean(text: str, secrets: Iterable[str]) -> None:
    for number, secret in enumerate(secrets):
        assert secret not in text, f"secret {number} is in it"


def test_the_database(secrets, role):
    grants.create("team/", recipient="Acme")
    with pytest.raises(RefreshFailed):
        failing(role)
    out = io.StringIO()
    call_command("dumpdata", "oss_share", stdout=out)
    assert "storedcredentials" in out.getvalue()
    assert "auditevent" in out.getvalue()
    assert_clean(out.getvalue(), secrets)
    assert_clean("\n".join(connection.connection.iterdump()), secrets)


def failing(role) -> None:
    """A refresh that STS refuses by an error that quotes the request."""
    settings = {"ACCESS_KEY_SECRET": "wrong"}
    fetch = role._cycle._fetch
    role._cycle._fetch = kinds.role_fetcher(
        {**settings, "ACCESS_KEY_ID": fetch.caller.access_key_id, "STS_ENDPOINT": fetch.endpoint.url}, fetch.wanted
    )
    try:
        role.refresh(force=True)
    finally:
        role._cycle._fetch = fetch


def test_logs_at_debug(secrets, role, caplog, oss_emulator):
    caplog.set_level(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    role.refresh(force=True)
    storages["default"].url("a.txt")
    grants.create("team/", recipient="Acme")
    with pytest.raises(RefreshFailed):
        failing(role)
    for kind in (Kind.RESET, Kind.STS_PARTIAL, Kind.STS_MALFORMED):
        oss_emulator.faults.add(Fault(kind, operation="AssumeRole", times=1))
        with pytest.raises(RefreshFailed):
            role.refresh(force=True)
    assert "AssumeRole" in caplog.text
    assert_clean(caplog.text, secrets)


def test_reprs(secrets, role):
    issued = grants.create("team/", recipient="Acme")
    row = StoredCredentials.objects.get()
    shown = [
        role,
        role.token,
        role._cycle._fetch,
        role._cycle,
        storages["default"],
        issued,
        issued.grant,
        row,
        health(),
    ]
    for each in (*shown, vars(role), vars(role._cycle), list(AuditEvent.objects.values())):
        assert_clean(repr(each) + str(each) + pprint.pformat(each), secrets)


def test_what_celery_carries(secrets, role):
    signature = tasks.refresh_credentials.s()
    result = tasks.refresh_credentials.apply(throw=True)
    assert_clean(json.dumps([signature, result.result, tasks.beat_schedule()], default=str), secrets)


def test_pickles(secrets, role):
    storage = storages["default"]
    storage.url("a.txt")
    assert_clean(pickle.dumps(storage).decode("latin-1"), secrets)
    with pytest.raises(TypeError, match="name its set instead"):
        pickle.dumps(role)
    with pytest.raises(OSSShareError) as caught:
        failing(role)
    assert_clean(pickle.dumps(caught.value).decode("latin-1"), secrets)


# Error pages


def page(error: BaseException) -> str:
    """What Django shows with DEBUG: every frame with its variables; and what an e-mail to the admins holds."""
    reporter = ExceptionReporter(None, type(error), error, error.__traceback__)
    return (
        reporter.get_traceback_html()
        + reporter.get_traceback_text()
        + "".join(traceback.format_exception(error))
        + frames(error)
    )


def frames(error: BaseException) -> str:
    """As an error tracker collects them: the variables of each frame, of causes, too."""
    found, trace = [], error.__traceback__
    while trace is not None:
        if "/tests/" not in trace.tb_frame.f_code.co_filename:
            found.append(repr(dict(trace.tb_frame.f_locals)))
        trace = trace.tb_next
    if error.__cause__ is not None:
        found.append(frames(error.__cause__))
    return "\n".join(found)


@pytest.fixture
def debug(settings):
    settings.DEBUG = True


def fault(kind: Kind, **more):
    def prepare(emulator, monkeypatch):
        emulator.faults.add(Fault(kind, operation="AssumeRole", **more))

    return prepare


def bug_after_the_answer(emulator, monkeypatch):
    def broken(*args):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(cycle.Token, "of", broken)


def bug_in_sealing(emulator, monkeypatch):
    def broken():
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(sealing, "_fernet", broken)


def database_down(emulator, monkeypatch):
    def broken(*args, **kwargs):
        raise OperationalError("locked")

    monkeypatch.setattr(audit, "record", broken)


PREPARATIONS = [
    fault(Kind.STATUS, status=503),
    fault(Kind.RESET),
    fault(Kind.STS_EXPIRED),
    fault(Kind.STS_PARTIAL),
    fault(Kind.STS_MALFORMED),
    bug_after_the_answer,
    bug_in_sealing,
    database_down,
]
IDS = ["refused", "reset", "expired", "partial", "malformed", "bug", "sealing", "database"]


@pytest.mark.usefixtures("debug")
class TestErrorPages:
    @pytest.mark.parametrize("prepare", PREPARATIONS, ids=IDS)
    @pytest.mark.parametrize("ask", ["refresh", "grant", "link"])
    def test_whatever_goes_wrong(self, secrets, role, oss_emulator, monkeypatch, prepare, ask):
        prepare(oss_emulator, monkeypatch)
        asks = {
            "refresh": lambda: sts.refresh("default", force=True),
            "grant": lambda: grants.create("team/", recipient="Acme"),
            "link": lambda: storages["default"].url("a.txt"),
        }
        if ask == "link":
            role._cycle.token, role._cycle.look_at = None, 0.0
            StoredCredentials.objects.update(sealed="")
        try:
            asks[ask]()
        except Exception as error:
            assert_clean(page(error), secrets)

    def test_a_wrong_secret(self, secrets, role):
        with pytest.raises(RefreshFailed, match="SignatureDoesNotMatch") as caught:
            failing(role)
        assert_clean(page(caught.value), secrets)

    def test_a_bad_key_of_an_object(self, secrets, role):
        for ask in (storages["default"].url, storages["default"].presign):
            with pytest.raises(InvalidKey) as caught:
                ask("a\x00.txt")
            assert_clean(page(caught.value), secrets)

    def test_a_token_that_cannot_be_had(self, secrets, role, oss_emulator):
        oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
        role._cycle.token, role._cycle.look_at = None, 0.0
        StoredCredentials.objects.update(sealed="")
        with pytest.raises(CredentialsUnavailable) as caught:
            storages["default"].url("a.txt")
        assert_clean(page(caught.value), secrets)

    def test_a_role_that_is_none(self, secrets, settings):
        with pytest.raises(OSSShareError) as caught:
            further_credentials("default", session_name="x" * 65, duration=900, policy="")
        assert_clean(page(caught.value), secrets)

    @pytest.mark.parametrize(
        "answer", [{"SecurityToken": ""}, {"Expiration": "x"}, {"Code": "No"}, {"AccessKeyId": "a\n"}], ids=str
    )
    def test_the_machines_role(self, settings, answer):
        with serve(metadata := Metadata()):
            metadata.answer = answer
            settings.OSS_SHARE = {
                "CREDENTIALS": {"machine": {"PROVIDER": "ecs_ram_role", "METADATA_ENDPOINT": metadata.endpoint}}
            }
            with pytest.raises(RefreshFailed) as caught:
                credentials_source("machine").refresh()
        assert_clean(page(caught.value), MACHINE)

    def test_a_pods_role(self, settings, oss_emulator, tmp_path):
        (tmp_path / "token").write_text(IDENTITY_TOKEN)
        settings.OSS_SHARE = {
            "CREDENTIALS": {
                "pod": {
                    "PROVIDER": "oidc",
                    "ROLE_ARN": oss_emulator.add_role("pods").arn,
                    "OIDC_PROVIDER_ARN": "acs:ram::1234567890123456:oidc-provider/cluster",
                    "OIDC_TOKEN_FILE": str(tmp_path / "token"),
                    "STS_ENDPOINT": oss_emulator.sts_endpoint,
                }
            }
        }
        for kind in (None, Kind.RESET, Kind.STS_MALFORMED):
            if kind:
                oss_emulator.faults.add(Fault(kind))
            with pytest.raises(RefreshFailed) as caught:
                credentials_source("pod").refresh(force=True)
            assert_clean(page(caught.value), [IDENTITY_TOKEN])
