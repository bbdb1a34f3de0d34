"""Links of ``url()``, opened by a client that knows nothing else: OSS's rules as the emulator reads them for itself."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import alibabacloud_oss_v2 as sdk
import pytest
from django.core.files.base import ContentFile
from PIL import Image

from django_oss_share.oss import Credentials, content_disposition

from .making import fetch

NAMES = [
    "a.txt",
    "季度 报告.pdf",
    "a+b.txt",
    "a b.txt",
    "100%.txt",
    "a%20b%2F.txt",
    "a&b=c;d.txt",
    "a?b#c.txt",
    "😀🇨🇳.txt",
    "quotes'\"`.txt",
    "~!@$^*()_-={}[]|:,<>.txt",
    "dir.with.dots/..hidden/x..y",
    "é",
    "é",
    "\u200bzero-width",
    "k" * 1017,
    "季" * 339,
]


@pytest.fixture(params=["v4", "v1"])
def version(request):
    return request.param


@pytest.fixture
def media(on_emulator, version):
    return on_emulator(location="media", signature_version=version)


@pytest.fixture
def versions(oss_emulator):
    """``versions(key, *bodies)`` stores one after the other under one key of a bucket with versioning; their ids."""
    config = sdk.config.load_default()
    config.region, config.endpoint, config.use_path_style = oss_emulator.region, oss_emulator.endpoint, True
    config.credentials_provider = sdk.credentials.StaticCredentialsProvider(
        oss_emulator.access_key_id, oss_emulator.access_key_secret
    )
    client = sdk.Client(config)
    enabled = sdk.VersioningConfiguration(status="Enabled")
    client.put_bucket_versioning(sdk.PutBucketVersioningRequest("examplebucket", versioning_configuration=enabled))

    def store(key, *bodies):
        requests = [sdk.PutObjectRequest("examplebucket", key, body=body) for body in bodies]
        return [client.put_object(request).version_id for request in requests]

    return store


@pytest.mark.parametrize("name", NAMES)
def test_every_name(media, oss_emulator, name):
    oss_emulator.put(f"media/{name}", b"data")
    answer = fetch(media.url(name))
    assert (answer.status, answer.body) == (200, b"data")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_every_method(media, oss_emulator, method):
    if method != "PUT":
        oss_emulator.put("media/a", b"data")
    answer = fetch(media.url("a", http_method=method), method, b"new" if method == "PUT" else None)
    assert answer.status in (200, 204)
    assert [oss_emulator.get(key) for key in oss_emulator.keys()] == {
        "GET": [b"data"],
        "HEAD": [b"data"],
        "PUT": [b"new"],
        "DELETE": [],
    }[method]


def test_a_link_is_good_for_its_method_alone(media, oss_emulator):
    oss_emulator.put("media/a", b"data")
    for method in ("PUT", "DELETE"):
        assert fetch(media.url("a"), method, b"").status == 403
    assert fetch(media.url("a", http_method="PUT")).status == 403
    assert oss_emulator.get("media/a") == b"data"


def test_a_link_is_good_for_its_object_alone(media, oss_emulator):
    oss_emulator.put("media/a", b"data")
    oss_emulator.put("media/b", b"secret")
    assert fetch(media.url("a").replace("/a?", "/b?")).status == 403


@pytest.mark.parametrize(
    ("keywords", "header", "value"),
    [
        ({"download": True}, "Content-Disposition", "attachment"),
        ({"download": False}, "Content-Disposition", "inline"),
        ({"filename": "q3.pdf"}, "Content-Disposition", 'attachment; filename="q3.pdf"'),
        ({"content_type": "text/plain;charset=utf-8"}, "Content-Type", "text/plain;charset=utf-8"),
        ({"parameters": {"ResponseCacheControl": "no-store"}}, "Cache-Control", "no-store"),
        ({"parameters": {"ResponseContentEncoding": "br"}}, "Content-Encoding", "br"),
        ({"parameters": {"ResponseContentLanguage": "zh-CN"}}, "Content-Language", "zh-CN"),
        (
            {"parameters": {"ResponseExpires": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)}},
            "Expires",
            "Wed, 02 Jan 2030 03:04:05 GMT",
        ),
    ],
)
def test_what_the_answer_is_to_say(media, oss_emulator, keywords, header, value):
    oss_emulator.put("media/a", b"data", content_type="application/octet-stream")
    answer = fetch(media.url("a", **keywords))
    assert (answer.status, answer.headers[header]) == (200, value)


def test_what_a_link_says_goes_before_what_is_stored(media, oss_emulator):
    oss_emulator.put("media/a", b"data", content_disposition='attachment; filename="old.txt"')
    assert "old.txt" in fetch(media.url("a")).headers["Content-Disposition"]
    assert fetch(media.url("a", filename="new.txt")).headers["Content-Disposition"] == 'attachment; filename="new.txt"'
    assert fetch(media.url("a", download=False)).headers["Content-Disposition"] == "inline"


@pytest.mark.parametrize("filename", ["季度 报告.pdf", 'a"b.txt', "a%20b.txt", "it's; here=1.txt", "😀.txt"])
def test_the_name_of_a_download(media, oss_emulator, filename):
    oss_emulator.put("media/a", b"data")
    sent = fetch(media.url("a", filename=filename)).headers["Content-Disposition"]
    assert sent == content_disposition("attachment", filename)


def test_a_version_by_its_id(media, oss_emulator, versions):
    old, new = versions("media/a", b"old", b"new")
    assert fetch(media.url("a")).body == b"new"
    assert fetch(media.url("a", version_id=old)).body == b"old"
    assert fetch(media.url("a", parameters={"VersionId": new})).body == b"new"
    assert fetch(media.url("a", version_id=old).replace(old, new)).status == 403


def test_after_its_end(media, oss_emulator):
    oss_emulator.put("media/a", b"data")
    link = media.url("a", expire=60)
    assert fetch(link).status == 200
    oss_emulator.clock_offset = 62
    answer = fetch(link)
    assert answer.status == 403
    assert b"Request has expired." in answer.body


def test_a_link_of_a_window_lives_as_long_as_was_asked(on_emulator, oss_emulator, version):
    storage = on_emulator(url_window=600, querystring_expire=60, signature_version=version)
    oss_emulator.put("a", b"data")
    link = storage.url("a")
    assert fetch(link).status == 200
    oss_emulator.clock_offset = 59
    assert fetch(link).status == 200


def test_with_a_security_token(on_emulator, oss_emulator, version):
    role = oss_emulator.add_role("reader")
    ends = datetime.now(UTC) + timedelta(minutes=15)
    session = oss_emulator.accounts.open_session(role, "me", ends)
    credentials = Credentials(session.access_key_id, session.access_key_secret, session.security_token, ends)
    storage = on_emulator(access_key=None, secret_key=None, credentials=lambda: credentials, signature_version=version)
    storage.save("季度.txt", ContentFile(b"data"))
    link = storage.presign("季度.txt", expires_in=3600)
    assert link.clipped
    assert fetch(link).body == fetch(storage.url("季度.txt", download=True)).body == b"data"
    assert fetch(link.url.replace("token=", "token=x")).status == 403
    oss_emulator.clock_offset = 15 * 60 + 2
    assert fetch(link).status == 403


def test_an_upload_by_link(media, oss_emulator):
    link = media.presign("a", method="PUT", headers={"Content-Type": "text/css", "x-oss-forbid-overwrite": "true"})
    assert fetch(link, "PUT", b"data").status == 403, "the signed headers are missing"
    assert fetch(link, "PUT", b"data", link.signed_headers).status == 200
    assert fetch(link, "PUT", b"more", link.signed_headers).status == 409
    assert oss_emulator.get("media/a") == b"data"
    assert fetch(media.url("a")).headers["Content-Type"] == "text/css"


def test_ranges(media, oss_emulator):
    oss_emulator.put("media/a.mp4", bytes(range(100)))
    answer = fetch(media.url("a.mp4"), headers={"Range": "bytes=10-19"})
    assert (answer.status, answer.body) == (206, bytes(range(10, 20)))


@pytest.fixture
def domain(oss_emulator, settings):
    """A custom domain of the bucket, by plain http."""
    settings.OSS_SHARE = {"ALLOW_HTTP": True}
    oss_emulator.add_cname("files.example.com", "examplebucket")
    return f"files.example.com:{oss_emulator.endpoint.rpartition(':')[2]}"


@pytest.mark.parametrize("location", ["", "季度"])
def test_a_custom_domain(on_emulator, domain, version, location):
    storage = on_emulator(custom_domain=domain, url_protocol="http:", signature_version=version, location=location)
    storage.save("a b.txt", ContentFile(b"data"))
    link = storage.url("a b.txt", filename="季.txt")
    assert link.startswith(f"http://{domain}/")
    assert fetch(link).body == b"data"


def test_a_custom_domain_does_not_make_public(on_emulator, domain):
    """As it would with S3Storage, whose custom domains do not sign."""
    storage = on_emulator(custom_domain=domain, url_protocol="http:")
    storage.save("a", ContentFile(b"data"))
    assert fetch(storage.url("a").split("?")[0]).status == 403


def test_a_virtual_host(on_emulator, oss_emulator, version):
    oss_emulator.put("a b.txt", b"data")
    endpoint = oss_emulator.virtual_endpoint
    storage = on_emulator(endpoint_url=endpoint, addressing_style="virtual", signature_version=version)
    assert storage.url("a b.txt").startswith("http://examplebucket.localhost:")
    assert fetch(storage.url("a b.txt")).body == b"data"


def test_plain_links_open_public_objects_alone(on_emulator):
    storage = on_emulator(querystring_auth=False)
    storage.save("private", ContentFile(b"data"))
    assert fetch(storage.url("private")).status == 403
    public = on_emulator(querystring_auth=False, default_acl="public-read")
    public.save("public", ContentFile(b"data"))
    assert fetch(public.url("public")).body == b"data"


def test_a_process(media, oss_emulator, tmp_path):
    picture = io.BytesIO()
    Image.new("RGB", (400, 200), "red").save(picture, "PNG")
    media.save("图.png", ContentFile(picture.getvalue()))
    answer = fetch(media.url("图.png", process={"resize": {"width": 100}, "format": "jpg"}))
    assert answer.status == 200
    small = Image.open(io.BytesIO(answer.body))
    assert (small.size, small.format) == ((100, 50), "JPEG")
