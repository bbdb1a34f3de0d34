"""STS: the vendor's clients are understood, and refused in its words."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import alibabacloud_oss_v2 as oss
import pytest
from alibabacloud_sts20150401 import models
from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config

from django_oss_share.testing import OSSEmulator
from django_oss_share.testing.emulator import Fault, Kind
from django_oss_share.testing.emulator.accounts import Accounts
from django_oss_share.testing.emulator.sts import handle_sts, is_sts, sts_operation
from emulator_auth.asking import asked
from emulator_auth.sdk import client, refused

# The vendor's client asks for the time by utcnow().
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

ACCOUNT = "1234567890123456"
ROLE = f"acs:ram::{ACCOUNT}:role/share"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GET_ONLY = {"Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:examplebucket/team/*"}


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "1", "Statement": statements})


ASSUME = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})


def sts(emulator: OSSEmulator, *key: str | None) -> Client:
    """The vendor's client, with the emulator's own key or another."""
    pair = key or (emulator.access_key_id, emulator.access_key_secret)
    return Client(
        Config(
            endpoint=urlsplit(emulator.sts_endpoint).netloc,
            protocol="HTTP",
            connect_timeout=2000,
            read_timeout=3000,
            access_key_id=pair[0],
            access_key_secret=pair[1],
            security_token=pair[2] if len(pair) > 2 else None,
        )
    )


def request(**options: Any) -> models.AssumeRoleRequest:
    return models.AssumeRoleRequest(**{"role_arn": ROLE, "role_session_name": "grant", **options})


def assumed(emulator: OSSEmulator, **options: Any) -> models.AssumeRoleResponseBodyCredentials:
    credentials = sts(emulator).assume_role(request(**options)).body.credentials
    assert credentials is not None
    return credentials


def refusal(caught: pytest.ExceptionInfo[AlibabaCloudException]) -> tuple[int, str]:
    return caught.value.status_code, caught.value.code


def triple(credentials: Any) -> tuple[str, str, str]:
    return credentials.access_key_id, credentials.access_key_secret, credentials.security_token


def test_assume_role(oss_emulator: OSSEmulator) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    body = sts(oss_emulator).assume_role(request(duration_seconds=900)).body
    assert body.assumed_role_user.arn == f"acs:ram::{ACCOUNT}:assumed-role/share/grant"
    assert body.assumed_role_user.assumed_role_id.endswith(":grant")
    assert body.request_id
    assert body.credentials.access_key_id.startswith("STS.")
    ends = datetime.fromisoformat(body.credentials.expiration)
    assert timedelta(0) <= ends - before - timedelta(seconds=900) < timedelta(seconds=30)
    assert oss_emulator.calls["AssumeRole"] == 1


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_what_was_assumed_opens_oss(version: str, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("team/a", b"in")
    visitor = client(oss_emulator, *triple(assumed(oss_emulator)), signature_version=version)
    assert visitor.get_object(oss.GetObjectRequest("examplebucket", "team/a")).body.content == b"in"
    visitor.put_object(oss.PutObjectRequest("examplebucket", "team/b", body=b"new"))
    assert oss_emulator.get("team/b") == b"new"


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_a_session_policy_limits(version: str, oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("team/a", b"in")
    oss_emulator.put("team2/a", b"out")
    session = triple(assumed(oss_emulator, policy=policy(GET_ONLY)))
    visitor = client(oss_emulator, *session, signature_version=version)
    assert visitor.get_object(oss.GetObjectRequest("examplebucket", "team/a")).body.content == b"in"
    for denied in (
        lambda: visitor.get_object(oss.GetObjectRequest("examplebucket", "team2/a")),
        lambda: visitor.put_object(oss.PutObjectRequest("examplebucket", "team/a", body=b"x")),
        lambda: visitor.list_objects_v2(oss.ListObjectsV2Request("examplebucket")),
    ):
        with pytest.raises(oss.exceptions.OperationError) as caught:
            denied()
        assert refused(caught.value) == (403, "AccessDenied", "0003-00000001")
    assert oss_emulator.get("team/a") == b"in"


def test_a_token_ends_by_the_emulators_clock(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"in")
    visitor = client(oss_emulator, *triple(assumed(oss_emulator, duration_seconds=900)))
    url = visitor.presign(oss.GetObjectRequest("examplebucket", "a"), expires=timedelta(hours=2)).url
    assert visitor.get_object(oss.GetObjectRequest("examplebucket", "a")).body.content == b"in"
    oss_emulator.clock_offset = 905
    with pytest.raises(oss.exceptions.OperationError) as caught:
        visitor.get_object(oss.GetObjectRequest("examplebucket", "a"))
    assert refused(caught.value) == (403, "SecurityTokenExpired", "0002-00000007")
    assert _fetched(url) == (403, "SecurityTokenExpired")


def _fetched(url: str) -> tuple[int, str | None]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    response = connection.getresponse()
    code = ElementTree.fromstring(response.read()).findtext("Code")
    connection.close()
    return response.status, code


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"duration_seconds": 899}, 400, "InvalidParameter.DurationSeconds"),
        ({"duration_seconds": 43_201}, 400, "InvalidParameter.DurationSeconds"),
        ({"duration_seconds": 0}, 400, "InvalidParameter.DurationSeconds"),
        ({"duration_seconds": -900}, 400, "InvalidParameter.DurationSeconds"),
        ({"role_arn": "share"}, 400, "InvalidParameter.RoleArn"),
        ({"role_arn": f"acs:ram::{ACCOUNT}:user/share"}, 400, "InvalidParameter.RoleArn"),
        ({"role_arn": None}, 400, "MissingRoleArn"),
        ({"role_session_name": None}, 400, "MissingRoleSessionName"),
        ({"role_session_name": "a"}, 400, "InvalidParameter.RoleSessionName"),
        ({"role_session_name": "忍者神龟"}, 400, "InvalidParameter.RoleSessionName"),
        ({"role_session_name": "a b"}, 400, "InvalidParameter.RoleSessionName"),
        ({"policy": "{"}, 400, "InvalidParameter.PolicyGrammar"),
        ({"policy": '{"Version":"2012-10-17","Statement":[]}'}, 400, "InvalidParameter.PolicyGrammar"),
        ({"policy": "x" * 2049}, 400, "InvalidParameter.PolicySize"),
    ],
)
def test_parameters(options: dict[str, Any], status: int, code: str, oss_emulator: OSSEmulator) -> None:
    with pytest.raises(AlibabaCloudException) as caught:
        sts(oss_emulator).assume_role(request(**options))
    assert refusal(caught) == (status, code)


def test_keys(oss_emulator: OSSEmulator) -> None:
    session, other = triple(assumed(oss_emulator)), triple(assumed(oss_emulator))
    for key, expected in (
        (("LTAIother", "secret"), (404, "InvalidAccessKeyId.NotFound")),
        ((oss_emulator.access_key_id, "wrong"), (400, "SignatureDoesNotMatch")),
        ((*session[:2], None), (400, "MissingSecurityToken")),
        ((*session[:2], "token"), (400, "InvalidSecurityToken.Malformed")),
        ((*session[:2], other[2]), (400, "InvalidSecurityToken.MismatchWithAccessKey")),
    ):
        with pytest.raises(AlibabaCloudException) as caught:
            sts(oss_emulator, *key).assume_role(request())
        assert refusal(caught) == expected


def test_clocks(oss_emulator: OSSEmulator) -> None:
    session = triple(assumed(oss_emulator, duration_seconds=900))
    oss_emulator.clock_offset = 3600
    with pytest.raises(AlibabaCloudException) as caught:
        sts(oss_emulator).assume_role(request())
    assert refusal(caught) == (400, "InvalidTimeStamp.Expired")
    oss_emulator.clock_offset = 840
    sts(oss_emulator, *session).get_caller_identity()


def test_an_expired_session_calls_sts(oss_emulator: OSSEmulator) -> None:
    oss_emulator.faults.add(Fault(Kind.STS_EXPIRED, times=1))
    session = triple(assumed(oss_emulator))
    with pytest.raises(AlibabaCloudException) as caught:
        sts(oss_emulator, *session).get_caller_identity()
    assert refusal(caught) == (400, "InvalidSecurityToken.Expired")


def test_a_role_that_nobody_added(oss_emulator: OSSEmulator) -> None:
    assumed(oss_emulator, role_arn="acs:ram::99:role/any")
    oss_emulator.add_role("other")
    with pytest.raises(AlibabaCloudException) as caught:
        assumed(oss_emulator)
    assert refusal(caught) == (404, "EntityNotExist.Role")


def test_a_roles_own_limit(oss_emulator: OSSEmulator) -> None:
    oss_emulator.add_role("share", max_session_duration=1800)
    assumed(oss_emulator, duration_seconds=1800)
    ends = datetime.fromisoformat(assumed(oss_emulator).expiration)
    assert ends - datetime.now(UTC) < timedelta(seconds=1801)
    with pytest.raises(AlibabaCloudException) as caught:
        assumed(oss_emulator, duration_seconds=1801)
    assert refusal(caught) == (400, "InvalidParameter.DurationSeconds")


def test_a_role_does_what_its_policy_says(oss_emulator: OSSEmulator) -> None:
    oss_emulator.add_role("share", policy(GET_ONLY))
    oss_emulator.put("team/a", b"in")
    visitor = client(oss_emulator, *triple(assumed(oss_emulator)))
    assert visitor.get_object(oss.GetObjectRequest("examplebucket", "team/a")).body.content == b"in"
    with pytest.raises(oss.exceptions.OperationError) as caught:
        visitor.delete_object(oss.DeleteObjectRequest("examplebucket", "team/a"))
    assert refused(caught.value) == (403, "AccessDenied", "0003-00000001")


def test_who_may_assume(oss_emulator: OSSEmulator) -> None:
    may = oss_emulator.add_user("may", ASSUME)
    may_not = oss_emulator.add_user("may-not", policy(GET_ONLY))
    another = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"acs:ram:*:{ACCOUNT}:role/other"})
    of_another = oss_emulator.add_user("of-another", another)
    oss_emulator.add_role("share")
    oss_emulator.add_role("closed", trusted=[may_not.arn])
    sts(oss_emulator, may.access_key_id, may.access_key_secret).assume_role(request())
    for user, role in ((may_not, "share"), (of_another, "share"), (may, "closed"), (may_not, "closed")):
        with pytest.raises(AlibabaCloudException) as caught:
            sts(oss_emulator, user.access_key_id, user.access_key_secret).assume_role(
                request(role_arn=f"acs:ram::{ACCOUNT}:role/{role}")
            )
        assert refusal(caught) == (403, "NoPermission")


def test_a_chained_session_lives_an_hour_at_most(oss_emulator: OSSEmulator) -> None:
    first = sts(oss_emulator, *triple(assumed(oss_emulator)))
    second = triple(first.assume_role(request(duration_seconds=3600)).body.credentials)
    assert sts(oss_emulator, *second).get_caller_identity().body.identity_type == "AssumedRoleUser"
    with pytest.raises(AlibabaCloudException) as caught:
        first.assume_role(request(duration_seconds=3601))
    assert refusal(caught) == (400, "InvalidParameter.DurationSeconds")
    limited = sts(oss_emulator, *triple(assumed(oss_emulator, policy=policy(GET_ONLY))))
    with pytest.raises(AlibabaCloudException) as caught:
        limited.assume_role(request())
    assert refusal(caught) == (403, "NoPermission")


def test_who_am_i(oss_emulator: OSSEmulator) -> None:
    owner = sts(oss_emulator).get_caller_identity().body
    assert (owner.account_id, owner.arn, owner.identity_type) == (ACCOUNT, f"acs:ram::{ACCOUNT}:root", "Account")
    ann = oss_emulator.add_user("ann", ASSUME)
    user = sts(oss_emulator, ann.access_key_id, ann.access_key_secret).get_caller_identity().body
    assert (user.arn, user.identity_type) == (f"acs:ram::{ACCOUNT}:user/ann", "RAMUser")
    role = sts(oss_emulator, *triple(assumed(oss_emulator))).get_caller_identity().body
    assert role.arn == f"acs:ram::{ACCOUNT}:assumed-role/share/grant"


def oidc_token(**claims: Any) -> str:
    parts = ({"alg": "RS256"}, {"sub": "ann", "iss": "https://issuer.test", "aud": "app", **claims})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


def with_oidc(emulator: OSSEmulator, token: str | None, **options: Any) -> models.AssumeRoleWithOIDCResponseBody:
    asking = {
        "oidcprovider_arn": f"acs:ram::{ACCOUNT}:oidc-provider/pods",
        "role_arn": ROLE,
        "role_session_name": "pod",
        "oidctoken": token,
        **options,
    }
    # Nobody's key takes part.
    nobody = Client(Config(endpoint=urlsplit(emulator.sts_endpoint).netloc, protocol="HTTP"))
    return nobody.assume_role_with_oidc(models.AssumeRoleWithOIDCRequest(**asking)).body


def soon() -> int:
    return int(datetime.now(UTC).timestamp()) + 600


def test_oidc(oss_emulator: OSSEmulator) -> None:
    oss_emulator.put("a", b"in")
    body = with_oidc(oss_emulator, oidc_token(exp=soon()))
    assert body.oidctoken_info.subject == "ann"
    visitor = client(oss_emulator, *triple(body.credentials))
    assert visitor.get_object(oss.GetObjectRequest("examplebucket", "a")).body.content == b"in"


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [
        (oidc_token(exp=1), 401, "AuthenticationFail.OIDCToken.Expired"),
        (oidc_token(), 401, "AuthenticationFail.OIDCToken.Invalid"),
        (oidc_token(exp="soon"), 401, "AuthenticationFail.OIDCToken.Invalid"),
        (oidc_token(exp=10**30), 401, "AuthenticationFail.OIDCToken.Invalid"),
        ("a.b", 401, "AuthenticationFail.OIDCToken.Invalid"),
        ("a.!.c", 401, "AuthenticationFail.OIDCToken.Invalid"),
        ("a.W10.c", 401, "AuthenticationFail.OIDCToken.Invalid"),
        (None, 400, "MissingOIDCToken"),
    ],
)
def test_oidc_tokens(token: str | None, status: int, code: str, oss_emulator: OSSEmulator) -> None:
    with pytest.raises(AlibabaCloudException) as caught:
        with_oidc(oss_emulator, token)
    assert refusal(caught) == (status, code)


def test_oidc_providers(oss_emulator: OSSEmulator) -> None:
    for options, code in (
        ({"oidcprovider_arn": "pods"}, "InvalidParameter.OIDCProviderArn"),
        ({"oidcprovider_arn": None}, "MissingOIDCProviderArn"),
        ({"role_arn": None}, "MissingRoleArn"),
    ):
        with pytest.raises(AlibabaCloudException) as caught:
            with_oidc(oss_emulator, oidc_token(exp=soon()), **options)
        assert refusal(caught) == (400, code)


# Literals: made by running aliyun-python-sdk-sts 3.1.3 (core 2.16.1), which signs by HMAC-SHA1 in the query, at
# 2026-03-01T12:00:00Z with the nonce "nonce-1".

RPC = (
    "/?RoleArn=acs%3Aram%3A%3A1234567890123456%3Arole%2Fshare&RoleSessionName=grant%401&DurationSeconds=900&Policy=%7B%22"
    "Version%22%3A%221%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22oss%3AGetObject%22"
    "%5D%2C%22Resource%22%3A%5B%22acs%3Aoss%3A%2A%3A%2A%3Aexamplebucket%2F%E5%AD%A3%E5%BA%A6%20a%2Bb%2A%22%5D%7D%5D%7D"
    "&Version=2015-04-01&Action=AssumeRole&Format={form}&RegionId=cn-hangzhou&Timestamp=2026-03-01T12%3A00%3A00Z"
    "&SignatureMethod=HMAC-SHA1&SignatureType=&SignatureVersion=1.0&SignatureNonce=nonce-1&AccessKeyId=LTAIexample"
    "&Signature={signature}"
)
POSTED = RPC.format(form="JSON", signature="GcgBGT%2Btnb%2FJmOpXlWdr19v8jLI%3D")
GOT = RPC.format(form="XML", signature="5jbOUIs1UgH8vZkg7fz4%2F9CWAM4%3D")


def answered(method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b"", late: int = 0) -> Any:
    accounts = Accounts("LTAIexample", "secretexample")
    asking = asked(method, f"http://127.0.0.1:1{target}", headers, body=body)
    assert is_sts(asking)
    return handle_sts(asking, accounts, NOW + timedelta(seconds=late), {})


def test_rpc_in_json() -> None:
    response = answered("POST", POSTED)
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/json;charset=utf-8"
    credentials = json.loads(response.body)["Credentials"]
    assert credentials["Expiration"] == "2026-03-01T12:15:00Z"
    assert set(credentials) == {"AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"}


def test_rpc_in_xml() -> None:
    response = answered("GET", GOT)
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/xml;charset=utf-8"
    root = ElementTree.fromstring(response.body)
    assert root.tag == "AssumeRoleResponse"
    assert root.findtext("AssumedRoleUser/Arn") == f"acs:ram::{ACCOUNT}:assumed-role/share/grant@1"
    assert root.findtext("Credentials/Expiration") == "2026-03-01T12:15:00Z"


def rpc_refusals() -> Iterator[tuple[str, str, str]]:
    yield "GET", POSTED, "SignatureDoesNotMatch"
    yield "POST", POSTED.replace("DurationSeconds=900", "DurationSeconds=901"), "SignatureDoesNotMatch"
    yield "POST", POSTED.replace("jLI%3D", "jLJ%3D"), "SignatureDoesNotMatch"
    yield "POST", POSTED.replace("LTAIexample", "LTAIother"), "InvalidAccessKeyId.NotFound"
    yield "POST", POSTED.replace("&AccessKeyId=LTAIexample", ""), "MissingAccessKeyId"
    yield "POST", POSTED.replace("2026-03-01T12%3A00%3A00Z", "2026-03-01"), "InvalidTimeStamp.Format"
    yield "POST", POSTED.replace("2026-03-01T12%3A00%3A00Z", "2026-03-01T13%3A00%3A00Z"), "InvalidTimeStamp.Expired"
    yield "POST", POSTED.replace("Action=AssumeRole", "Action=AssumeRoles"), "InvalidAction.NotFound"


@pytest.mark.parametrize(("method", "target", "code"), list(rpc_refusals()))
def test_rpc_refusals(method: str, target: str, code: str) -> None:
    response = answered(method, target)
    document = json.loads(response.body)
    assert document["Code"] == code
    assert document.keys() == {"RequestId", "HostId", "Code", "Message", "Recommend"}
    assert response.status >= 400


def test_rpc_parameters_in_the_body() -> None:
    # Where its parameters stand is not signed: a form in the body is the same call.
    query, _, form = POSTED.partition("&RoleSessionName")
    action = "&Action=AssumeRole"
    body = f"RoleSessionName{form}".replace(action, "")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert answered("POST", query + action, headers, body.encode()).status == 200


# Signed by alibabacloud-sts20150401 1.2.0, read off a socket.
ACS3 = {
    "host": "127.0.0.1:48879",
    "x-acs-version": "2015-04-01",
    "x-acs-action": "AssumeRole",
    "user-agent": "AlibabaCloud (Linux; x86_64) Python/3.13.0 Core/0.4.3 TeaDSL/2",
    "x-acs-date": "2026-11-24T22:22:06Z",
    "x-acs-signature-nonce": "7cd17e493871de38c1d662ed38329758",
    "accept": "application/json",
    "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-acs-credentials-provider": "static_ak",
    "authorization": "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=accept;host;user-agent;x-acs-action;"
    "x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,"
    "Signature=7e270b3f68f74314d758f6b50293eac64d3aca1e188dae7bba1b9356d6b42f50",
}
ACS3_TARGET = "/?DurationSeconds=900&RoleArn=acs%3Aram%3A%3A123456%3Arole%2Fdemo&RoleSessionName=sess"


def acs3(target: str = ACS3_TARGET, *, body: bytes = b"", **changed: str) -> tuple[int, str | None]:
    headers = ACS3 | {name.replace("_", "-"): value for name, value in changed.items()}
    asking = asked("POST", f"http://127.0.0.1:48879{target}", headers, body=body)
    when = datetime(2026, 11, 24, 22, 22, 10, tzinfo=UTC)
    response = handle_sts(asking, Accounts("a", "b"), when, {})
    return response.status, json.loads(response.body).get("Code")


def test_acs3() -> None:
    assert acs3() == (200, None)
    for refused_ in (
        acs3(ACS3_TARGET.replace("900", "901")),
        acs3(body=b"x"),
        acs3(accept="text/xml"),
        acs3(host="127.0.0.1:48880"),
        acs3(x_acs_signature_nonce="other"),
        acs3(authorization=ACS3["authorization"].replace("7e27", "7e28")),
        acs3(authorization=ACS3["authorization"].replace("accept;", "")),
    ):
        assert refused_ == (400, "SignatureDoesNotMatch")
    assert acs3(x_acs_date="2026-11-24T22:38:06Z") == (400, "InvalidTimeStamp.Expired")
    for none in ("Bearer x", "ACS3-HMAC-SHA256", "ACS3-HMAC-SHA256 Credential=a,Signature=b", ""):
        assert acs3(authorization=none) == (400, "MissingAccessKeyId")


def test_what_is_meant_for_sts() -> None:
    for url, headers, meant in (
        ("http://127.0.0.1/?Action=AssumeRole", {}, True),
        ("http://127.0.0.1/", {"x-acs-action": "AssumeRole"}, True),
        ("http://127.0.0.1/?max-keys=1", {}, False),
        ("http://127.0.0.1/bucket?Action=AssumeRole", {"x-acs-action": "AssumeRole"}, False),
        ("http://examplebucket.localhost/?Action=AssumeRole", {}, False),
    ):
        assert is_sts(asked("POST", url, headers)) is meant
    assert sts_operation(asked("POST", "http://127.0.0.1/?Action=DropTables")) == "Unknown"
