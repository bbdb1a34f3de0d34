"""PostObject: forms as browsers send them, with policies as applications sign them."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import alibabacloud_oss_v2 as oss
import pytest
import requests

from django_oss_share.testing.emulator.forms import FormReader

from .clients import sdk


def signed_fields(emulator, conditions=(), *, lives=timedelta(minutes=5), version="v4", keys=None, **fields):
    """The fields of a form, signed as the vendor's page "PostObject" has it."""
    access_key_id, secret, *token = keys or (emulator.access_key_id, emulator.access_key_secret)
    now = datetime.now(UTC)
    scope = f"{now:%Y%m%d}/{emulator.region}/oss/aliyun_v4_request"
    v4 = {
        "x-oss-signature-version": "OSS4-HMAC-SHA256",
        "x-oss-credential": f"{access_key_id}/{scope}",
        "x-oss-date": f"{now:%Y%m%dT%H%M%SZ}",
    }
    policy = {
        "expiration": f"{now + lives:%Y-%m-%dT%H:%M:%S.000Z}",
        "conditions": [{"bucket": emulator.bucket}, *conditions],
    }
    encoded = b64encode(json.dumps(policy).encode()).decode()
    if token:
        fields["x-oss-security-token"] = token[0]
    if version == "v1":
        signature = b64encode(hmac.digest(secret.encode(), encoded.encode(), "sha1")).decode()
        return {**fields, "policy": encoded, "OSSAccessKeyId": access_key_id, "Signature": signature}
    key = b"aliyun_v4" + secret.encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), hashlib.sha256)
    return {
        **fields,
        **v4,
        "policy": encoded,
        "x-oss-signature": hmac.new(key, encoded.encode(), hashlib.sha256).hexdigest(),
    }


def post(emulator, fields, content=b"hello", name="a.txt", kind="text/plain", **options):
    return requests.post(
        f"{emulator.endpoint}/{emulator.bucket}/",
        data=fields,
        files={"file": (name, content, kind)},
        timeout=10,
        allow_redirects=False,
        **options,
    )


def code(answer) -> str:
    return answer.text.partition("<Code>")[2].partition("</Code>")[0]


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_an_upload(oss_emulator, bucket, version):
    fields = signed_fields(oss_emulator, [["starts-with", "$key", "up/"]], version=version, key="up/季度 +.txt")

    answer = post(oss_emulator, fields)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["ETag"] == '"5D41402ABC4B2A76B9719D911017C592"'
    assert oss_emulator.get("up/季度 +.txt") == b"hello"
    head = sdk(oss_emulator).head_object(oss.HeadObjectRequest(bucket, "up/季度 +.txt"))
    assert head.content_type == "text/plain"


def test_what_goes_with_the_object(oss_emulator, bucket):
    fields = signed_fields(
        oss_emulator,
        key="a",
        **{
            "Content-Type": "text/html",
            "Cache-Control": "no-store",
            "x-oss-meta-name": "值",
            "x-oss-object-acl": "public-read",
            "x-oss-storage-class": "IA",
            "x-oss-tagging": "k=v",
        },
    )

    assert post(oss_emulator, fields).status_code == 204

    head = sdk(oss_emulator).head_object(oss.HeadObjectRequest(bucket, "a"))
    assert (head.content_type, head.cache_control, head.storage_class) == ("text/html", "no-store", "IA")
    assert head.tagging_count == 1
    answer = requests.get(f"{oss_emulator.endpoint}/{bucket}/a", timeout=10)
    assert answer.headers["x-oss-meta-name"].encode("latin-1").decode() == "值"


@pytest.mark.parametrize("sent", ["季度.txt", "C:\\Users\\me\\季度.txt", "dir/季度.txt"])
def test_the_name_of_the_file_in_the_key(oss_emulator, sent):
    fields = signed_fields(oss_emulator, [["starts-with", "$key", "up/"]], key="up/${filename}")

    assert post(oss_emulator, fields, name=sent).status_code == 204
    assert oss_emulator.keys() == ["up/季度.txt"]


class TestAnswers:
    def test_with_a_status(self, oss_emulator):
        assert post(oss_emulator, signed_fields(oss_emulator, key="a", success_action_status="200")).status_code == 200
        created = post(oss_emulator, signed_fields(oss_emulator, key="a b", success_action_status="201"))
        assert created.status_code == 201
        assert "<Key>a b</Key>" in created.text
        assert created.headers["Location"].endswith("/examplebucket/a%20b")
        other = post(oss_emulator, signed_fields(oss_emulator, key="a", success_action_status="418"))
        assert other.status_code == 204

    def test_with_a_redirect(self, oss_emulator):
        fields = signed_fields(oss_emulator, key="a b", success_action_redirect="https://app.example.com/done?x=1")

        answer = post(oss_emulator, fields)

        assert answer.status_code == 303
        assert answer.headers["Location"] == (
            "https://app.example.com/done?x=1&bucket=examplebucket&key=a+b&etag=%225D41402ABC4B2A76B9719D911017C592%22"
        )

    def test_not_with_a_redirect_to_a_script(self, oss_emulator):
        fields = signed_fields(oss_emulator, key="a", success_action_redirect="javascript:alert(1)")

        assert post(oss_emulator, fields).status_code == 204


class TestRefusals:
    def test_a_key_outside_the_policy(self, oss_emulator):
        fields = signed_fields(oss_emulator, [["starts-with", "$key", "up/"]], key="down/a")

        assert (post(oss_emulator, fields).status_code, oss_emulator.keys()) == (403, [])

    @pytest.mark.parametrize(("size", "expected"), [(9, "EntityTooSmall"), (21, "EntityTooLarge"), (10, ""), (20, "")])
    def test_the_size(self, oss_emulator, size, expected):
        fields = signed_fields(oss_emulator, [["content-length-range", 10, 20]], key="a")

        assert code(post(oss_emulator, fields, bytes(size))) == expected
        assert oss_emulator.keys() == ([] if expected else ["a"])

    def test_a_file_far_over_the_size_is_given_up(self, oss_emulator):
        fields = signed_fields(oss_emulator, [["content-length-range", 0, 1000]], key="a")

        assert code(post(oss_emulator, fields, bytes(5_000_000))) == "EntityTooLarge"
        assert list((oss_emulator.root / "incoming").iterdir()) == []

    def test_a_policy_that_is_over(self, oss_emulator):
        fields = signed_fields(oss_emulator, key="a", lives=timedelta(seconds=-5))

        assert (post(oss_emulator, fields).status_code, oss_emulator.keys()) == (403, [])

    @pytest.mark.parametrize("version", ["v4", "v1"])
    def test_a_wrong_signature(self, oss_emulator, version):
        keys = (oss_emulator.access_key_id, "wrong")
        fields = signed_fields(oss_emulator, key="a", version=version, keys=keys)

        answer = post(oss_emulator, fields)

        assert (answer.status_code, code(answer), oss_emulator.keys()) == (403, "SignatureDoesNotMatch", [])

    def test_nobodys_form_into_a_private_bucket(self, oss_emulator, client, bucket):
        assert code(post(oss_emulator, {"key": "a"})) == "AccessDenied"
        client.put_bucket_acl(oss.PutBucketAclRequest(bucket, acl="public-read-write"))
        assert post(oss_emulator, {"key": "a"}).status_code == 204

    def test_a_key_that_is_taken(self, oss_emulator):
        oss_emulator.put("a", b"old")
        fields = signed_fields(oss_emulator, key="a", **{"x-oss-forbid-overwrite": "true"})

        assert code(post(oss_emulator, fields)) == "FileAlreadyExists"
        assert oss_emulator.get("a") == b"old"

    @pytest.mark.parametrize("key", ["/a", "x" * 1024])
    def test_keys_that_oss_refuses(self, oss_emulator, key):
        assert code(post(oss_emulator, signed_fields(oss_emulator, key=key))) == "InvalidObjectName"

    def test_another_md5(self, oss_emulator):
        fields = signed_fields(oss_emulator, key="a", **{"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="})

        assert code(post(oss_emulator, fields)) == "InvalidDigest"
        assert oss_emulator.keys() == []

    def test_by_a_session_that_may_not(self, oss_emulator):
        role = oss_emulator.add_role("uploader")
        statement = {"Effect": "Allow", "Action": "oss:PutObject", "Resource": "acs:oss:*:*:examplebucket/mine/*"}
        session = oss_emulator.accounts.open_session(
            role,
            "me",
            datetime.now(UTC) + timedelta(minutes=15),
            json.dumps({"Version": "1", "Statement": [statement]}),
        )
        keys = (session.access_key_id, session.access_key_secret, session.security_token)

        assert post(oss_emulator, signed_fields(oss_emulator, keys=keys, key="mine/a")).status_code == 204
        assert code(post(oss_emulator, signed_fields(oss_emulator, keys=keys, key="yours/a"))) == "AccessDenied"


class TestBrokenForms:
    """Sent by hand, since no library makes them."""

    def send(self, oss_emulator, body: bytes, kind: str = "multipart/form-data; boundary=xyz"):
        connection = HTTPConnection(urlsplit(oss_emulator.endpoint).netloc, timeout=10)
        connection.request("POST", "/examplebucket/", body, {"Content-Type": kind})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text.partition("<Code>")[2].partition("</Code>")[0]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"nothing like a form",
            b"--xyz\r\n",
            b'--xyz\r\nContent-Disposition: form-data; name="key"\r\n\r\na',
            b"--xyz\r\nContent-Type: text/plain\r\n\r\na\r\n--xyz--\r\n",
            b"--xyz\r\n" + b"x" * 20_000,
            b'--xyz\r\nContent-Disposition: form-data; name="key"\r\n\r\n\xff\r\n--xyz--\r\n',
            b'--xyz\r\nContent-Disposition: form-data; name="key"\r\n\r\n' + b"x" * 1_100_000 + b"\r\n--xyz--\r\n",
        ],
    )
    def test_malformed(self, oss_emulator, body):
        assert self.send(oss_emulator, body) == (400, "MalformedPOSTRequest")

    @pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary="])
    def test_of_another_type(self, oss_emulator, kind):
        assert self.send(oss_emulator, b"--xyz--\r\n", kind) == (400, "MalformedPOSTRequest")

    def test_without_a_file_or_a_key(self, oss_emulator):
        field = b'--xyz\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
        file = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nb\r\n'

        assert self.send(oss_emulator, field + b"--xyz--\r\n") == (400, "IncorrectNumberOfFilesInPOSTRequest")
        assert self.send(oss_emulator, field + file + b"--xyz--\r\n") == (400, "InvalidArgument")

    @pytest.mark.parametrize("content", [b"", b"\r\n", b"\r\n--xy", b"--xyz", b"\r\n--xy\r\n--xy", b"\r" * 70_000])
    def test_what_looks_like_the_end_of_a_file(self, oss_emulator, client, bucket, content):
        client.put_bucket_acl(oss.PutBucketAclRequest(bucket, acl="public-read-write"))
        key = b'--xyz\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n'
        head = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'

        assert self.send(oss_emulator, key + head + content + b"\r\n--xyz--\r\n")[0] == 204
        assert oss_emulator.get("a") == content


@pytest.mark.parametrize("step", [1, 2, 5, 7, 64])
def test_a_form_that_arrives_in_drops(step):
    """However the network cuts it, also in the middle of a boundary."""
    content = b"\r\n--xy\r\n--xyzz\r\n-" * 3
    form = (
        b'--xy-z\r\nContent-Disposition: form-data; name="key"\r\n\r\n\r\n--xy\r\n'
        b'--xy-z\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: text/x\r\n\r\n'
        + content
        + b"\r\n--xy-z--\r\n"
    )

    class Drops(io.BytesIO):
        def read(self, size=-1):
            return super().read(step)

    reader = FormReader(Drops(form), 'multipart/form-data; boundary="xy-z"')

    assert reader.next_part() == ("key", None, None)
    assert reader.value() == "\r\n--xy"
    assert reader.next_part() == ("file", "a", "text/x")
    assert b"".join(iter(reader.read, b"")) == content
    assert reader.next_part() is None


def test_a_large_file(oss_emulator):
    content = bytes(range(256)) * 20_000

    assert post(oss_emulator, signed_fields(oss_emulator, key="big"), content).status_code == 204
    assert oss_emulator.get("big") == content
