"""Planted secrets are found nowhere that a person looks: reprs, messages, logs, error reports."""

from __future__ import annotations

import json
import logging
import pprint
import sys
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import override_settings
from django.views.debug import ExceptionReporter

from django_oss_share.oss import Credentials, OSSShareError
from django_oss_share.storage import OSSStorage
from django_oss_share.testing import Fault, Kind

from .making import PLACE, make

#: Part of every secret here, and of no source line that a report shows around a frame.
PLANTED = "7".join("sentinel")
SECRETS = {
    # No secret: every link carries it.
    "access_key": "LTAIexample",
    "secret_key": f"{PLANTED}-secret",
    "security_token": f"{PLANTED}-token",
    "proxies": {"https": f"http://user:{PLANTED}@127.0.0.1:3128"},
    "cdn": {"domain": "cdn.example.com", "key": f"{PLANTED}cdn"},
}


def report(error):
    """What Django shows of an exception: the page with every frame's variables, and the text of an e-mail."""
    reporter = ExceptionReporter(None, type(error), error, error.__traceback__)
    return reporter.get_traceback_html() + reporter.get_traceback_text()


def shown(error):
    return report(error) + "".join(traceback.format_exception(error)) + repr(error) + json.dumps(str(error))


def own_frames(error):
    """The variables of our frames, as an error tracker collects them."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        if "django_oss_share" in trace.tb_frame.f_code.co_filename:
            frames.append(repr(dict(trace.tb_frame.f_locals)))
        trace = trace.tb_next
    return "\n".join(frames)


def test_reprs():
    storage = make(**SECRETS)
    storage.url("a")
    link = storage.presign("a")
    for text in (repr(storage), str(storage), pprint.pformat(vars(storage)), repr(link), repr(storage.client)):
        assert PLANTED not in text
        assert link.url.rpartition("=")[2] not in text
    assert storage.secret_key == f"{PLANTED}-secret", "still there for code"


@pytest.mark.parametrize(
    "options",
    [
        {**SECRETS, "gzip": "sentin"},
        {**SECRETS, "bucket_name": "Bad_Bucket"},
        {**SECRETS, "network": "sentin"},
        {**SECRETS, "object_parameters": {"Wrong": 1}},
        {**SECRETS, "querystring_expire": 0},
        {**SECRETS, "cdn": {**SECRETS["cdn"], "type": "Z"}},
        {**SECRETS, "cdn": {**SECRETS["cdn"], "typo": "Z"}},
        {**SECRETS, "credentials": "default"},
        {**SECRETS, "secret_key": f"{PLANTED}\n"},
        {**SECRETS, "security_token": f"{PLANTED}\n"},
        {"access_key": "", "secret_key": PLANTED},
        {"credentials": Credentials("LTAIexample", f"{PLANTED}-secret", f"{PLANTED}-token")},
        {"proxies": f"http://user:{PLANTED}@127.0.0.1:3128"},
    ],
)
@pytest.mark.parametrize("debug", [True, False])
def test_misconfigured(options, debug):
    with override_settings(DEBUG=debug), pytest.raises(OSSShareError) as caught:
        OSSStorage(**{**PLACE, **options})
    assert PLANTED not in str(caught.value)
    assert PLANTED not in "".join(traceback.format_exception(caught.value))
    assert PLANTED not in own_frames(caught.value)


@pytest.mark.parametrize("option", ["endpoint_url", "io_endpoint_url", "custom_domain"])
def test_a_password_in_a_host(option):
    with pytest.raises(OSSShareError, match="holds a user name") as caught:
        make(**{option: f"user:{PLANTED}@oss.example.com"})
    assert PLANTED not in "".join(traceback.format_exception(caught.value))


def test_a_subclass_misconfigured():
    class Media(OSSStorage):
        access_key = "LTAIexample"
        secret_key = f"{PLANTED}-secret"
        bucket_name = "Bad_Bucket"

    with pytest.raises(OSSShareError) as caught:
        Media(region_name="cn-hangzhou")
    assert PLANTED not in str(caught.value) + own_frames(caught.value)


@pytest.mark.parametrize("signature_version", ["v4", "v1"])
@pytest.mark.parametrize(
    "ask",
    [
        lambda storage: storage.url("a/../b"),
        lambda storage: storage.url("a", expire=-1),
        lambda storage: storage.url("a", {"x-oss-signature": "1"}),
        lambda storage: storage.url("a", http_method="PUT", content_type="\n"),
        lambda storage: storage.presign("k" * 1024),
        lambda storage: storage.presign("a", method="PUT", headers={"a\n": "b"}),
    ],
    ids=["path", "expire", "query", "type", "key", "header"],
)
def test_links_refused(ask, signature_version):
    storage = make(signature_version=signature_version, **SECRETS)
    storage.url("a", http_method="PUT")
    with override_settings(DEBUG=True), pytest.raises((OSSShareError, ValueError)) as caught:
        ask(storage)
    assert PLANTED not in own_frames(caught.value) + str(caught.value)
    assert PLANTED not in shown(caught.value)


def test_an_expired_token():
    ended = datetime.now(UTC) - timedelta(seconds=1)

    def expired():
        return Credentials("LTAIexample", f"{PLANTED}-secret", f"{PLANTED}-token", ended)

    storage = OSSStorage(**PLACE, credentials=expired)
    with override_settings(DEBUG=True), pytest.raises(OSSShareError) as caught:
        storage.url("a")
    assert PLANTED not in shown(caught.value) + own_frames(caught.value)


@pytest.fixture
def spied(oss_emulator, on_emulator, caplog, capfd):
    """A storage with the emulator's own keys as sentinels, and everything that is logged from now on."""
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "requests", "alibabacloud_oss_v2", "django"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    storage = on_emulator()

    def shows_secrets(text):
        return storage.secret_key in text

    def everything(*errors):
        out, err = capfd.readouterr()
        logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
        return out + err + logged + "".join(shown(error) + own_frames(error) for error in errors)

    yield storage, shows_secrets, everything
    for name in ("urllib3", "requests", "alibabacloud_oss_v2", "django"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_what_goes_well_is_logged_without_secrets(spied, caplog):
    storage, shows_secrets, everything = spied
    storage.save("a", ContentFile(b"x"))
    storage.open("a").read()
    storage.listdir("")
    storage.url("a")
    storage.delete("a")
    assert "urllib3" in caplog.text, "nothing was logged: this proves nothing"
    assert "Authorization" not in caplog.text
    assert not shows_secrets(everything())


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Kind.STATUS, status=500),
        Fault(Kind.RESET),
        Fault(Kind.SKEW, seconds=3600),
        Fault(Kind.TRUNCATE, size=1),
    ],
    ids=["500", "reset", "skew", "truncate"],
)
@pytest.mark.parametrize("operation", ["save", "open", "exists", "listdir", "delete"])
def test_what_fails(spied, oss_emulator, no_waiting, fault, operation):
    storage, shows_secrets, everything = spied
    oss_emulator.put("a", b"0123456789" * 10)
    oss_emulator.faults.add(fault)
    arguments = ("a", ContentFile(b"x")) if operation == "save" else ("a",)
    with override_settings(DEBUG=True):
        try:
            result = getattr(storage, operation)(*arguments)
            if operation == "open":
                result.read()
        except OSSShareError as error:
            text = everything(error)
        else:
            # HEAD and DELETE have no body to cut.
            assert fault.kind is Kind.TRUNCATE
            text = everything()
    assert not shows_secrets(text)


@pytest.mark.parametrize("signature_version", ["v4", "v1"])
def test_keys_that_are_refused(on_emulator, caplog, signature_version):
    """OSS repeats much of the request in its answer: the string to sign, the signature, the token."""
    caplog.set_level(logging.DEBUG)
    storage = on_emulator(
        access_key="LTAIexample",
        secret_key=f"{PLANTED}-secret",
        security_token=f"{PLANTED}-token",
        signature_version=signature_version,
    )
    with override_settings(DEBUG=True), pytest.raises(PermissionError) as caught:
        storage.save("a", ContentFile(b"x"))
    text = str(caught.value) + own_frames(caught.value) + caplog.text
    assert PLANTED not in text
    assert PLANTED not in shown(caught.value)


def test_a_wrong_secret(on_emulator, oss_emulator):
    storage = on_emulator(secret_key=f"{PLANTED}-secret")
    with override_settings(DEBUG=True), pytest.raises(PermissionError, match="SignatureDoesNotMatch") as caught:
        storage.save("a", ContentFile(b"x"))
    assert PLANTED not in shown(caught.value) + own_frames(caught.value)
    assert "OSS4-HMAC-SHA256" not in str(caught.value)


def test_importing_the_sdk_adds_no_log_handler(storage):
    storage.exists("a")
    assert "alibabacloud_oss_v2" in sys.modules
    for name in ("alibabacloud_oss_v2", "urllib3", "requests"):
        assert not [each for each in logging.getLogger(name).handlers if not isinstance(each, logging.NullHandler)]
