"""Links that the official Python clients sign, opened by a client that knows nothing of OSS."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit, urlunsplit

import alibabacloud_oss_v2 as oss
import pytest
import requests
from PIL import Image

from .clients import OSS2_IS_OLD, oss2_bucket, sdk

VERSIONS = pytest.mark.parametrize("version", ["v4", "v1"])
KEY = "目录/a b+c%.txt"


def fetch(link: oss.PresignResult | str, method: str = "GET", **options) -> requests.Response:
    """What a browser or curl would get; with the headers that the link demands."""
    if isinstance(link, str):
        return requests.request(method, link, timeout=10, **options)
    return requests.request(link.method, link.url, headers=dict(link.signed_headers or {}), timeout=10, **options)


@pytest.fixture
def stored(oss_emulator) -> str:
    oss_emulator.put(KEY, b"hello", content_type="text/plain")
    return KEY


@pytest.fixture
def picture(oss_emulator) -> str:
    out = io.BytesIO()
    Image.new("RGB", (100, 50), "red").save(out, "PNG")
    oss_emulator.put("p.png", out.getvalue(), content_type="image/png")
    return "p.png"


@VERSIONS
class TestAlibabaCloudOSSv2:
    def test_reading(self, oss_emulator, bucket, stored, version):
        client = sdk(oss_emulator, signature_version=version)

        assert fetch(client.presign(oss.GetObjectRequest(bucket, stored))).content == b"hello"
        head = fetch(client.presign(oss.HeadObjectRequest(bucket, stored)))
        assert (head.status_code, head.headers["Content-Length"]) == (200, "5")

    def test_with_every_override_at_once(self, oss_emulator, bucket, stored, version):
        request = oss.GetObjectRequest(
            bucket,
            stored,
            response_content_type="text/html; charset=utf-8",
            response_content_language="zh",
            response_expires="Fri, 01 Jan 2100 00:00:00 GMT",
            response_cache_control="no-cache, max-age=0",
            response_content_disposition="attachment; filename=\"a b.txt\"; filename*=UTF-8''%E5%AD%A3%20%2B.txt",
            response_content_encoding="identity",
        )

        answer = fetch(sdk(oss_emulator, signature_version=version).presign(request))

        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == request.response_content_disposition
        assert answer.headers["Content-Type"] == request.response_content_type

    def test_writing(self, oss_emulator, bucket, version):
        client = sdk(oss_emulator, signature_version=version)
        link = client.presign(
            oss.PutObjectRequest(
                bucket, KEY, content_type="text/x", metadata={"Name": "wert"}, forbid_overwrite=True, acl="private"
            )
        )

        assert fetch(link, data=b"new").status_code == 200
        assert oss_emulator.get(KEY) == b"new"
        assert fetch(link, data=b"again").status_code == 409
        head = client.head_object(oss.HeadObjectRequest(bucket, KEY))
        assert (head.content_type, head.metadata) == ("text/x", {"name": "wert"})

    def test_a_signed_header_must_be_sent(self, oss_emulator, bucket, version):
        link = sdk(oss_emulator, signature_version=version).presign(
            oss.PutObjectRequest(bucket, KEY, content_type="text/x")
        )

        refusal = requests.put(link.url, data=b"x", headers={"Content-Type": "text/y"}, timeout=10)

        assert refusal.status_code == 403
        assert "<Code>SignatureDoesNotMatch</Code>" in refusal.text
        assert oss_emulator.keys() == []

    def test_a_whole_multipart_upload(self, oss_emulator, bucket, version):
        client = sdk(oss_emulator, signature_version=version)
        begun = fetch(client.presign(oss.InitiateMultipartUploadRequest(bucket, KEY)))
        upload_id = begun.text.partition("<UploadId>")[2].partition("<")[0]
        etags = [
            fetch(
                client.presign(oss.UploadPartRequest(bucket, KEY, part_number=number, upload_id=upload_id)), data=body
            ).headers["ETag"]
            for number, body in [(1, bytes(102_400)), (2, b"end")]
        ]
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>" for number, etag in enumerate(etags, 1)
        )
        joined = fetch(
            client.presign(oss.CompleteMultipartUploadRequest(bucket, KEY, upload_id=upload_id)),
            data=f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>",
        )

        assert joined.status_code == 200
        assert oss_emulator.get(KEY) == bytes(102_400) + b"end"
        other = client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket, KEY)).upload_id
        assert fetch(client.presign(oss.AbortMultipartUploadRequest(bucket, KEY, upload_id=other))).status_code == 204
        assert oss_emulator.uploads() == []

    def test_until_it_expires(self, oss_emulator, bucket, stored, version):
        client = sdk(oss_emulator, signature_version=version)
        link = client.presign(oss.GetObjectRequest(bucket, stored), expires=timedelta(seconds=1000))

        oss_emulator.clock_offset = 900
        assert fetch(link).status_code == 200
        oss_emulator.clock_offset = 1005
        refusal = fetch(link)
        assert refusal.status_code == 403
        assert "<Message>Request has expired.</Message>" in refusal.text
        assert refusal.headers["x-oss-ec"] == "0002-00000069"

    def test_at_a_named_time(self, oss_emulator, bucket, stored, version):
        at = datetime.now(UTC) + timedelta(hours=1)

        link = sdk(oss_emulator, signature_version=version).presign(oss.GetObjectRequest(bucket, stored), expiration=at)

        assert fetch(link).status_code == 200

    def test_by_a_session_of_sts(self, oss_emulator, bucket, stored, version):
        role = oss_emulator.add_role("reader")
        session = oss_emulator.accounts.open_session(role, "me", datetime.now(UTC) + timedelta(minutes=15))
        keys = (session.access_key_id, session.access_key_secret, session.security_token)

        link = sdk(oss_emulator, signature_version=version, keys=keys).presign(oss.GetObjectRequest(bucket, stored))

        assert fetch(link).content == b"hello"

    def test_of_a_version(self, oss_emulator, bucket, version):
        client = sdk(oss_emulator, signature_version=version)
        client.put_bucket_versioning(
            oss.PutBucketVersioningRequest(
                bucket, versioning_configuration=oss.VersioningConfiguration(status="Enabled")
            )
        )
        first = client.put_object(oss.PutObjectRequest(bucket, KEY, body=b"first")).version_id
        client.put_object(oss.PutObjectRequest(bucket, KEY, body=b"second"))

        assert fetch(client.presign(oss.GetObjectRequest(bucket, KEY, version_id=first))).content == b"first"

    def test_of_a_processed_image(self, oss_emulator, bucket, picture, version):
        """OSS signs ``x-oss-process`` by V1, too; this client leaves it out, unlike oss2, and is refused."""
        link = sdk(oss_emulator, signature_version=version).presign(
            oss.GetObjectRequest(bucket, picture, process="image/resize,w_20/format,jpg")
        )

        answer = fetch(link)

        if version == "v1":
            assert "<Code>SignatureDoesNotMatch</Code>" in answer.text
        else:
            assert Image.open(io.BytesIO(answer.content)).size == (20, 10)

    def test_limited_in_speed(self, oss_emulator, bucket, stored, version):
        link = sdk(oss_emulator, signature_version=version).presign(
            oss.GetObjectRequest(bucket, stored, traffic_limit=819_200)
        )

        assert fetch(link).content == b"hello"

    def test_by_virtual_host(self, oss_emulator, bucket, stored, version, virtual_hosts):
        link = sdk(oss_emulator, signature_version=version, virtual=True).presign(oss.GetObjectRequest(bucket, stored))

        assert urlsplit(link.url).hostname == f"{bucket}.localhost"
        assert fetch(link).content == b"hello"

    def test_by_a_custom_domain(self, oss_emulator, bucket, stored, version):
        oss_emulator.add_cname("files.example.com", bucket)
        url = urlsplit(sdk(oss_emulator, signature_version=version).presign(oss.GetObjectRequest(bucket, stored)).url)
        path = url.path.removeprefix(f"/{bucket}")

        answer = requests.get(
            f"{oss_emulator.endpoint}{path}?{url.query}", headers={"Host": "files.example.com"}, timeout=10
        )

        assert answer.content == b"hello"

    def test_changed_by_one_character_anywhere(self, oss_emulator, bucket, stored, version):
        url = sdk(oss_emulator, signature_version=version).presign(oss.GetObjectRequest(bucket, stored)).url
        scheme, host, path, query, _ = urlsplit(url)
        changed = [urlunsplit((scheme, host, f"/{each}", query, "")) for each in changes(path[1:])]
        changed += [urlunsplit((scheme, host, path, each, "")) for each in changes(query)]

        codes = {}
        with requests.Session() as session:
            for each in changed:
                answer = session.get(each, timeout=10)
                codes[each] = answer.status_code, answer.text.partition("<Code>")[2].partition("</Code>")[0]

        assert {code for code in codes.values() if code not in REFUSALS} == set()
        assert len(codes) > 140


#: OSS's own words for a changed path, query, key, scope, date or signature.
REFUSALS = {
    (403, "AccessDenied"),
    (403, "InvalidAccessKeyId"),
    (403, "SignatureDoesNotMatch"),
    (400, "InvalidArgument"),
    (400, "InvalidBucketName"),
    (400, "InvalidURI"),
    (400, "InvalidObjectName"),
    (404, "NoSuchBucket"),
}


def changes(text: str):
    """``text`` with one character changed, for every place."""
    for place, character in enumerate(text):
        yield text[:place] + ("B" if character != "B" else "C") + text[place + 1 :]


@OSS2_IS_OLD
@pytest.mark.parametrize("v4", [True, False], ids=["v4", "v1"])
class TestOSS2:
    @pytest.mark.parametrize("slash_safe", [True, False])
    def test_reading(self, oss_emulator, stored, v4, slash_safe):
        url = oss2_bucket(oss_emulator, v4=v4).sign_url("GET", stored, 60, slash_safe=slash_safe)

        assert fetch(url).content == b"hello"

    def test_with_parameters(self, oss_emulator, stored, v4):
        params = {
            "response-content-disposition": f"attachment; filename*=UTF-8''{quote('季度 +.txt')}",
            "response-content-type": "text/html",
            "x-oss-traffic-limit": "819200",
            "foreign": "a/b c",
        }

        answer = fetch(oss2_bucket(oss_emulator, v4=v4).sign_url("GET", stored, 60, params=params, slash_safe=True))

        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == params["response-content-disposition"]

    def test_of_a_processed_image(self, oss_emulator, picture, v4):
        url = oss2_bucket(oss_emulator, v4=v4).sign_url(
            "GET", picture, 60, params={"x-oss-process": "image/resize,w_20"}
        )

        assert Image.open(io.BytesIO(fetch(url).content)).size == (20, 10)

    def test_writing(self, oss_emulator, v4):
        headers = {"Content-Type": "text/x", "x-oss-meta-a": "b", "x-oss-object-acl": "private"}
        url = oss2_bucket(oss_emulator, v4=v4).sign_url("PUT", KEY, 60, headers=headers, slash_safe=True)

        assert fetch(url, "PUT", data=b"new", headers=headers).status_code == 200
        assert oss_emulator.get(KEY) == b"new"

    def test_deleting(self, oss_emulator, stored, v4):
        url = oss2_bucket(oss_emulator, v4=v4).sign_url("DELETE", stored, 60, slash_safe=True)

        assert fetch(url, "DELETE").status_code == 204
        assert oss_emulator.keys() == []

    def test_with_the_host_signed(self, oss_emulator, stored, v4):
        additional = {"additional_headers": ["host"]} if v4 else {}

        url = oss2_bucket(oss_emulator, v4=v4).sign_url(
            "GET", stored, 60, headers={"Host": urlsplit(oss_emulator.endpoint).netloc}, slash_safe=True, **additional
        )

        assert fetch(url).content == b"hello"
        if v4:
            assert requests.get(url, headers={"Host": "127.0.0.1:1"}, timeout=10).status_code == 403
