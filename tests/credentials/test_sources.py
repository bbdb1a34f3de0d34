"""Where tokens come from: the emulator's STS, by the vendor's client and by OIDC, and a stub of the machine's role."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import pytest
from services.server import free_port

from django_oss_share.oss import Endpoint, Presigner
from django_oss_share.providers import RefreshFailed, credentials_source
from django_oss_share.testing import Fault, Kind

from .metadata import ROLES, Metadata, serve

SENTINEL = "planted-sentinel"


@pytest.fixture
def metadata():
    server = Metadata()
    with serve(server):
        yield server


def made(settings, **values):
    settings.OSS_SHARE = {"CREDENTIALS": {"tested": values}}
    return credentials_source("tested")


def opens(oss_emulator, provider) -> bool:
    """Whether what it gives signs a link that the emulator serves."""
    oss_emulator.put("a.txt", b"content")
    endpoint = Endpoint(oss_emulator.endpoint, region=oss_emulator.region)
    with urlopen(Presigner(provider, endpoint, oss_emulator.bucket).presign("a.txt").url) as answer:
        return answer.read() == b"content"


def fails(provider) -> str:
    with pytest.raises(RefreshFailed) as caught:
        provider._cycle._fetch()
    assert SENTINEL not in str(caught.value)
    assert caught.value.__cause__ is None
    return str(caught.value)


# A role, by an access key


@pytest.mark.django_db(transaction=True)
def test_a_role_signs(oss_emulator, role):
    assert opens(oss_emulator, role)
    assert role.retrieve().access_key_id.startswith("STS.")
    # The import of the client stands between the asking and the answer.
    assert 869 <= role.token.life <= 885
    assert oss_emulator.calls["AssumeRole"] == 1


def test_the_callers_keys_come_from_the_environment(settings, role_settings, monkeypatch):
    key_id, secret = role_settings.pop("ACCESS_KEY_ID"), role_settings.pop("ACCESS_KEY_SECRET")
    provider = made(settings, **role_settings)
    assert "There are no keys to call STS with" in fails(provider)
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", key_id)
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", secret)
    assert provider._cycle._fetch().security_token


def test_a_session_policy_limits_it(oss_emulator, settings, role_settings):
    allowed = {"Effect": "Allow", "Action": "oss:GetObject", "Resource": f"acs:oss:*:*:{oss_emulator.bucket}/b/*"}
    provider = made(settings, **role_settings, POLICY={"Version": "1", "Statement": [allowed]})
    credentials = provider._cycle._fetch()
    endpoint = Endpoint(oss_emulator.endpoint, region=oss_emulator.region)
    for key in ("a.txt", "b/a.txt"):
        oss_emulator.put(key, b"content")
    presigner = Presigner(credentials, endpoint, oss_emulator.bucket)
    with urlopen(presigner.presign("b/a.txt").url) as answer:
        assert answer.status == 200
    with pytest.raises(OSError, match="403"):
        urlopen(presigner.presign("a.txt").url)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(Kind.STATUS, operation="AssumeRole", status=503), "STS AssumeRole refused: ServiceUnavailable"),
        (Fault(Kind.STATUS, operation="AssumeRole", status=429), "STS AssumeRole refused: Throttling"),
        (Fault(Kind.RESET, operation="AssumeRole"), "STS AssumeRole gave no usable answer."),
        (Fault(Kind.STS_PARTIAL, operation="AssumeRole"), "answered credentials without SecurityToken."),
        (Fault(Kind.STS_MALFORMED, operation="AssumeRole"), "STS AssumeRole gave no usable answer."),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
def test_refusals_are_told_apart(oss_emulator, settings, role_settings, fault, said):
    provider = made(settings, **role_settings)
    oss_emulator.faults.add(fault)
    assert said in fails(provider)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ACCESS_KEY_ID": "LTAInobody"}, "InvalidAccessKeyId.NotFound"),
        ({"ACCESS_KEY_SECRET": SENTINEL}, "SignatureDoesNotMatch"),
        ({"ROLE_ARN": "acs:ram::1234567890123456:role/unknown"}, "EntityNotExist.Role"),
    ],
)
def test_what_sts_has_against_it(settings, role_settings, change, said):
    assert said in fails(made(settings, **{**role_settings, **change}))


def test_by_a_proxy(oss_emulator, settings, role_settings):
    nobody = free_port()
    assert "gave no usable answer" in fails(made(settings, **role_settings, PROXY=f"http://127.0.0.1:{nobody}"))
    assert oss_emulator.calls["AssumeRole"] == 0


def test_a_hanging_sts_is_given_up_in_time(oss_emulator, settings, role_settings):
    provider = made(settings, **role_settings, TIMEOUT=0.5)
    # The vendor's client is imported before anything is measured.
    assert provider._cycle._fetch()
    oss_emulator.faults.add(Fault(Kind.HANG, operation="AssumeRole", seconds=30))
    started = time.monotonic()
    assert "timed out" in fails(provider)
    assert time.monotonic() - started < 2


def test_the_vendors_packages_leave_the_log_alone():
    script = """if True:
        import logging
        from django_oss_share.providers.assume_role import _quiet
        with _quiet():
            import alibabacloud_sts20150401.client
        added = [
            (name, logger.handlers, logger.level)
            for name, logger in logging.root.manager.loggerDict.items()
            if isinstance(logger, logging.Logger) and (logger.level or any(
                not isinstance(handler, logging.NullHandler) for handler in logger.handlers))
        ]
        assert added == [], added
    """
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_the_vendors_client_is_imported_only_where_it_is_called():
    script = """if True:
        import sys, django
        from django.conf import settings
        settings.configure(OSS_SHARE={"CREDENTIALS": {"default": {
            "PROVIDER": "assume_role", "ROLE_ARN": "acs:ram::1:role/a"}}}, SECRET_KEY="x")
        from django_oss_share.providers import credentials_source
        credentials_source("default")
        assert not [name for name in sys.modules if name.startswith(("alibabacloud", "Tea", "darabonba"))]
    """
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)


# The role of the machine


def test_the_machines_role(settings, metadata):
    credentials = made(settings, PROVIDER="ecs_ram_role", METADATA_ENDPOINT=metadata.endpoint)._cycle._fetch()
    assert credentials.access_key_id == "STS.machine"
    assert credentials.expiration - datetime.now(UTC) == pytest.approx(timedelta(hours=6), abs=timedelta(seconds=5))
    assert metadata.asked == ["PUT /latest/api/token", f"GET {ROLES}", f"GET {ROLES}instance-role"]


def test_a_named_role_is_not_asked_for(settings, metadata):
    provider = made(settings, PROVIDER="ecs_ram_role", METADATA_ENDPOINT=metadata.endpoint, ROLE_NAME="instance-role")
    assert provider._cycle._fetch().security_token == "machine-token"
    assert f"GET {ROLES}" not in metadata.asked


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"Code": "Failed"}, "no credentials for the role 'instance-role': 'Failed'"),
        ({"SecurityToken": ""}, "without SecurityToken"),
        ({"AccessKeySecret": None}, "without AccessKeySecret"),
        ({"Expiration": "tomorrow"}, "an Expiration that is no date"),
        ({"Expiration": "2030-01-01T00:00:00"}, "malformed credentials: expiration=.* has no time zone"),
        ({"AccessKeySecret": f"{SENTINEL}\n"}, "malformed credentials: access_key_secret holds a blank"),
    ],
)
def test_bad_documents_are_refused(settings, metadata, answer, said):
    metadata.answer = answer
    with pytest.raises(RefreshFailed, match=said) as caught:
        made(settings, PROVIDER="ecs_ram_role", METADATA_ENDPOINT=metadata.endpoint)._cycle._fetch()
    assert SENTINEL not in str(caught.value)


def test_no_metadata_service(settings, metadata):
    provider = made(settings, PROVIDER="ecs_ram_role", METADATA_ENDPOINT=metadata.endpoint)
    metadata.status = 500
    assert "answered HTTP 500" in fails(provider)
    metadata.status, metadata.location = 302, "http://127.0.0.1:1/"
    assert "answered HTTP 302" in fails(provider)
    metadata.role = "x" * 100_000
    metadata.status, metadata.location = 200, ""
    assert "gave no answer" in fails(provider)


def test_a_machine_that_is_none(settings):
    provider = made(settings, PROVIDER="ecs_ram_role", METADATA_ENDPOINT="http://127.0.0.1:1")
    assert "gave no answer (ConnectionRefusedError)" in fails(provider)


# A role, by an OIDC token


@pytest.fixture
def oidc(settings, oss_emulator, tmp_path):
    token = tmp_path / "token"
    token.write_text(identity_token() + "\n")
    return made(
        settings,
        PROVIDER="oidc",
        ROLE_ARN=oss_emulator.add_role("pods").arn,
        OIDC_PROVIDER_ARN="acs:ram::1234567890123456:oidc-provider/cluster",
        OIDC_TOKEN_FILE=str(token),
        STS_ENDPOINT=oss_emulator.sts_endpoint,
    ), token


def identity_token() -> str:
    """As a cluster issues them, but that the emulator takes any signature."""
    claims = {
        "iss": "https://cluster.example",
        "aud": "sts",
        "sub": "pod",
        "exp": int(time.time()) + 600,
        "jti": SENTINEL,
    }
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


@pytest.mark.django_db(transaction=True)
def test_a_pods_role_signs(oss_emulator, oidc):
    provider, _ = oidc
    assert opens(oss_emulator, provider)
    assert oss_emulator.calls["AssumeRoleWithOIDC"] == 1


def test_a_pods_role_by_a_proxy(settings, oss_emulator, oidc):
    values = settings.OSS_SHARE["CREDENTIALS"]["tested"]
    provider = made(settings, **values, PROXY=f"http://127.0.0.1:{free_port()}")
    assert "gave no answer (ConnectionRefusedError)" in fails(provider)
    assert oss_emulator.calls["AssumeRoleWithOIDC"] == 0


def test_the_pods_token_is_in_no_url_and_no_log(oidc, caplog):
    provider, token = oidc
    caplog.set_level(logging.DEBUG)
    provider._cycle._fetch()
    assert token.read_text().split(".")[1] not in caplog.text


def test_the_names_of_the_clusters_environment(settings, oss_emulator, oidc, monkeypatch):
    _, token = oidc
    monkeypatch.setenv("ALIBABA_CLOUD_ROLE_ARN", oss_emulator.add_role("pods").arn)
    monkeypatch.setenv("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1234567890123456:oidc-provider/cluster")
    monkeypatch.setenv("ALIBABA_CLOUD_OIDC_TOKEN_FILE", str(token))
    provider = made(settings, PROVIDER="oidc", STS_ENDPOINT=oss_emulator.sts_endpoint)
    assert provider._cycle._fetch().security_token


def test_a_pods_token_that_is_not_there(oidc):
    provider, token = oidc
    token.write_text("  \n")
    assert "is empty" in fails(provider)
    token.unlink()
    assert "could not be read: FileNotFoundError" in fails(provider)


def test_a_pods_token_that_sts_refuses(oidc, oss_emulator):
    provider, token = oidc
    token.write_text(SENTINEL)
    assert "AssumeRoleWithOIDC refused: HTTP 4" in fails(provider)
    oss_emulator.faults.add(Fault(Kind.STS_MALFORMED, operation="AssumeRoleWithOIDC"))
    token.write_text(identity_token())
    assert "that are no JSON object" in fails(provider)
