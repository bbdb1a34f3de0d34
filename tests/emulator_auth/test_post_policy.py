"""Forms: who signed the policy, and whether the form keeps to it."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from django_oss_share.testing.emulator.auth.post_policy import FormAuthorization, authenticate_form
from django_oss_share.testing.emulator.errors import OSSError
from emulator_auth.asking import Believing, refusal, vectors

Fields = dict[str, str]


def form(vector: Mapping[str, Any], version: str) -> Fields:
    """The fields that a browser would send, names in lower case as the server hands them on."""
    given, policy = vector["given"], vector["policy"]
    fields = {**wanted(policy["conditions"]), "key": given["key"], "policy": encoded(policy)}
    if given["security_token"]:
        fields["x-oss-security-token"] = given["security_token"]
    if version == "v1":
        return fields | {"ossaccesskeyid": given["access_key_id"], "signature": vector["signature"]}
    when = datetime.fromtimestamp(given["now"], UTC)
    return fields | {
        "x-oss-signature-version": "OSS4-HMAC-SHA256",
        "x-oss-credential": f"{given['access_key_id']}/{when:%Y%m%d}/{given['region']}/oss/aliyun_v4_request",
        "x-oss-date": f"{when:%Y%m%dT%H%M%SZ}",
        "x-oss-signature": vector["signature"],
    }


def wanted(conditions: list[Any]) -> Fields:
    """Fields that meet ``conditions``."""
    fields = {}
    for condition in conditions:
        if isinstance(condition, dict):
            fields |= {name.lower(): value for name, value in condition.items()}
        elif condition[0] in ("eq", "starts-with"):
            fields[condition[1].removeprefix("$").lower()] = condition[2]
        elif condition[0] == "in":
            fields[condition[1].removeprefix("$").lower()] = condition[2][-1]
    return fields


def encoded(policy: Any) -> str:
    # As JavaScript's JSON.stringify writes it: the vectors come from ali-oss.
    return b64encode(json.dumps(policy, ensure_ascii=False, separators=(",", ":")).encode()).decode()


def judged(vector: Mapping[str, Any], fields: Fields, *, late: int = 0, bucket: str | None = None) -> FormAuthorization:
    given = vector["given"]
    accounts = Believing(given["access_key_id"], given["access_key_secret"], region=given["region"])
    now = datetime.fromtimestamp(given["now"], UTC) + timedelta(seconds=late)
    return authenticate_form(fields, bucket=bucket or given["bucket"], accounts=accounts, now=now)


def refused(vector: Mapping[str, Any], fields: Fields, **options: Any) -> OSSError:
    with pytest.raises(OSSError) as caught:
        judged(vector, fields, **options)
    return caught.value


versions = pytest.mark.parametrize("version", ["v4", "v1"])


@versions
def test_policies_that_the_sdk_signed(version: str) -> None:
    for vector in vectors(f"{version}_post"):
        assert not judged(vector, form(vector, version)).identity.anonymous


@versions
def test_a_changed_policy_or_signature(version: str) -> None:
    vector = vectors(f"{version}_post")[0]
    fields, name = form(vector, version), "signature" if version == "v1" else "x-oss-signature"
    ec = "0002-00000040" if version == "v1" else "0002-00000201"
    later = {**vector["policy"], "expiration": "2029-01-01T00:00:00.000Z"}
    for changed in ({"policy": encoded(later)}, {name: fields[name][:-2] + "00"}):
        error = refused(vector, fields | changed)
        assert refusal(error) == (403, "SignatureDoesNotMatch", ec)
        assert error.extra["StringToSign"] == (fields | changed)["policy"]


@versions
def test_a_policy_ends(version: str) -> None:
    vector = vectors(f"{version}_post")[0]
    judged(vector, form(vector, version), late=vector["given"]["expires_in"])
    error = refused(vector, form(vector, version), late=vector["given"]["expires_in"] + 1)
    assert (error.status, error.code) == (403, "AccessDenied")
    assert error.message == "Invalid according to Policy: Policy expired."


@versions
def test_the_form_keeps_to_the_policy(version: str) -> None:
    vector = vectors(f"{version}_post")[0]
    fields = form(vector, version)
    error = refused(vector, fields | {"key": "in/b.txt"})
    assert refusal(error) == (403, "AccessDenied", "0006-00000227")
    assert error.message == ('Invalid according to Policy: Policy Condition failed: ["eq", "$key", "in/a.txt"]')
    assert refused(vector, fields, bucket="otherbucket").message.endswith('["eq", "$bucket", "examplebucket"]')


def signed(conditions: Any, more: dict[str, Any]) -> tuple[Believing, Fields]:
    """A form with any policy, signed by V1; the signature is not what these tests are about."""
    policy = encoded({"expiration": "2026-03-01T13:00:00.000Z", "conditions": conditions} | more)
    signature = b64encode(hmac.digest(b"secretexample", policy.encode(), "sha1")).decode()
    accounts = Believing("LTAIexample", "secretexample")
    return accounts, {"policy": policy, "ossaccesskeyid": "LTAIexample", "signature": signature, "key": "in/a.txt"}


def answer(conditions: Any, fields: Fields | None = None, **more: Any) -> FormAuthorization | OSSError:
    accounts, form_fields = signed(conditions, more)
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    try:
        return authenticate_form(form_fields | (fields or {}), bucket="examplebucket", accounts=accounts, now=now)
    except OSSError as error:
        return error


@pytest.mark.parametrize(
    ("condition", "fields", "met"),
    [
        ({"bucket": "examplebucket"}, {}, True),
        ({"Bucket": "examplebucket"}, {}, True),
        ({"bucket": "other"}, {}, False),
        (["eq", "$key", "in/a.txt"], {}, True),
        (["starts-with", "$key", "in/"], {}, True),
        (["starts-with", "$key", "in2/"], {}, False),
        (["starts-with", "$key", ""], {}, True),
        (["eq", "$Content-Type", "image/png"], {"content-type": "image/png"}, True),
        (["eq", "$content-type", "image/png"], {}, False),
        (["in", "$content-type", ["image/png", "image/jpeg"]], {"content-type": "image/png"}, True),
        (["in", "$content-type", ["image/png", "image/jpeg"]], {"content-type": "text/html"}, False),
        (["not-in", "$cache-control", ["no-cache"]], {"cache-control": "no-cache"}, False),
        (["not-in", "$cache-control", ["no-cache"]], {}, True),
    ],
)
def test_conditions(condition: Any, fields: Fields, met: bool) -> None:
    answered = answer([condition], fields)
    if met:
        assert isinstance(answered, FormAuthorization)
    else:
        assert isinstance(answered, OSSError)
        assert refusal(answered) == (403, "AccessDenied", "0006-00000227")


def test_the_size_of_the_file() -> None:
    answered = answer([["content-length-range", 1, 1024], ["content-length-range", 10, 2048]])
    assert isinstance(answered, FormAuthorization)
    assert (answered.minimum, answered.maximum) == (10, 1024)
    for size in (10, 1024):
        answered.check_size(size)
    for size, code in ((9, "EntityTooSmall"), (1025, "EntityTooLarge")):
        with pytest.raises(OSSError) as caught:
            answered.check_size(size)
        assert caught.value.code == code


@pytest.mark.parametrize(
    "condition",
    [
        1,
        "eq",
        [],
        {},
        {"a": "b", "c": "d"},
        {"a": 1},
        ["eq", "$key"],
        ["eq", "$key", 1],
        ["eq", 1, "a"],
        ["in", "$key", "a"],
        ["like", "$key", "a"],
        ["content-length-range", "1", "2"],
        ["content-length-range", 2, 1],
        ["content-length-range", -1, 1],
        ["content-length-range", True, True],
        [["eq"], "$key", "a"],
    ],
)
def test_no_condition(condition: Any) -> None:
    answered = answer([condition])
    assert isinstance(answered, OSSError)
    assert (answered.status, answered.code) == (400, "InvalidPolicyDocument")


@pytest.mark.parametrize("conditions", [{}, None, "a"])
def test_no_list_of_conditions(conditions: Any) -> None:
    answered = answer(conditions)
    assert isinstance(answered, OSSError)
    assert (answered.status, answered.code) == (400, "InvalidPolicyDocument")


@pytest.mark.parametrize(
    "expiration",
    [None, 1, "", "2026-03-01", "2026-03-01T13:00:00+08:00", "2026-13-01T13:00:00Z", "٢026-03-01T13:00:00Z"],
)
def test_no_expiration(expiration: Any) -> None:
    answered = answer([], expiration=expiration)
    assert isinstance(answered, OSSError)
    assert (answered.status, answered.code) == (400, "InvalidPolicyDocument")


@pytest.mark.parametrize("policy", ["!", "e30", "e30=x", "AAAA", "bnVsbA==", "W10="])
def test_no_policy(policy: str) -> None:
    accounts, fields = signed([], {})
    signature = b64encode(hmac.digest(b"secretexample", policy.encode(), "sha1")).decode()
    with pytest.raises(OSSError) as caught:
        authenticate_form(
            fields | {"policy": policy, "signature": signature},
            bucket="examplebucket",
            accounts=accounts,
            now=datetime(2026, 3, 1, 12, tzinfo=UTC),
        )
    assert (caught.value.status, caught.value.code) == (400, "InvalidPolicyDocument")


def test_a_form_without_one_of_its_fields() -> None:
    for version in ("v4", "v1"):
        vector = vectors(f"{version}_post")[0]
        fields = form(vector, version)
        for missing in set(fields) - {"key", "bucket"}:
            rest = {name: value for name, value in fields.items() if name != missing}
            error = refused(vector, rest)
            assert (error.status, error.code) == (400, "InvalidArgument"), missing
            assert "must contain the specified" in error.message


def test_a_form_of_another_region_day_or_version() -> None:
    vector = vectors("v4_post")[0]
    fields = form(vector, "v4")
    for name, value, ec in (
        ("x-oss-credential", fields["x-oss-credential"].replace("hangzhou", "beijing"), "0002-00000715"),
        ("x-oss-credential", fields["x-oss-credential"].replace("2023", "2024"), "0002-00000709"),
        ("x-oss-credential", "LTAIexample", ""),
        ("x-oss-signature-version", "OSS2", ""),
        ("x-oss-date", "now", ""),
    ):
        assert refusal(refused(vector, fields | {name: value})) == (400, "InvalidArgument", ec)
    assert refused(vector, fields, late=-901).code == "RequestTimeTooSkewed"


def test_nobody_signed() -> None:
    vector = vectors("v4_post")[0]
    answered = judged(vector, {"key": "a", "success_action_status": "201"})
    assert answered.identity.anonymous
    assert (answered.minimum, answered.maximum) == (0, None)
