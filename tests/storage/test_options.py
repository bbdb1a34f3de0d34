"""Options: where they come from, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from django.core.exceptions import ImproperlyConfigured, SuspiciousFileOperation
from django.core.files.storage import storages
from django.test import override_settings

from django_oss_share.oss import Credentials, OSSShareError
from django_oss_share.storage import OSSManifestStaticStorage, OSSStaticStorage, OSSStorage, StorageMisconfigured

from .making import KEYS, PLACE, make, split

pytestmark = pytest.mark.usefixtures("no_network")


# Where they come from


def test_by_argument_over_attribute_over_environment(monkeypatch):
    monkeypatch.setenv("OSS_BUCKET", "environment-bucket")
    assert make(bucket_name="argument-bucket").bucket_name == "argument-bucket"

    class Archive(OSSStorage):
        bucket_name = "attribute-bucket"

    assert Archive(region_name="cn-hangzhou").bucket_name == "attribute-bucket"
    assert Archive(region_name="cn-hangzhou", bucket_name="argument-bucket").bucket_name == "argument-bucket"
    assert OSSStorage(region_name="cn-hangzhou").bucket_name == "environment-bucket"


def test_everything_by_environment(monkeypatch):
    monkeypatch.setenv("OSS_BUCKET", "environment-bucket")
    monkeypatch.setenv("OSS_REGION", "cn-beijing")
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", "LTAIenvironment")
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "secret")
    monkeypatch.setenv("OSS_SESSION_TOKEN", "token")
    base, query = split(OSSStorage().url("a"))
    assert base == "https://environment-bucket.oss-cn-beijing.aliyuncs.com/a"
    assert query["x-oss-credential"].startswith("LTAIenvironment/")
    assert query["x-oss-security-token"] == "token"


def test_the_endpoint_by_environment(monkeypatch):
    monkeypatch.setenv("OSS_ENDPOINT", "https://oss-cn-hangzhou-internal.aliyuncs.com")
    assert split(make(region_name=None).url("a"))[0].startswith("https://examplebucket.oss-cn-hangzhou-internal.")


def test_rotated_keys_in_the_environment_need_no_restart(monkeypatch):
    storage = OSSStorage(**PLACE)
    for key in ("LTAIfirst", "LTAIsecond"):
        monkeypatch.setenv("OSS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "secret")
        assert split(storage.url("a"))[1]["x-oss-credential"].startswith(f"{key}/")


def test_keys_given_win_over_those_around(monkeypatch):
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", "LTAIenvironment")
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "secret")
    monkeypatch.setenv("OSS_SESSION_TOKEN", "token")
    query = split(make().url("a"))[1]
    assert query["x-oss-credential"].startswith("LTAIexample/")
    assert "x-oss-security-token" not in query


def test_options_as_attributes():
    class Media(OSSStorage):
        bucket_name = "examplebucket"
        region_name = "cn-hangzhou"
        access_key = "LTAIexample"
        secret_key = "secret"
        location = "media"
        querystring_expire = 60
        custom_domain = "static.example.com"

    base, query = split(Media().url("a"))
    assert base == "https://static.example.com/media/a"
    assert query["x-oss-expires"] == "60"


def test_a_subclass_may_add_options():
    class Tenant(OSSStorage):
        def get_default_settings(self):
            return {**super().get_default_settings(), "tenant": "none"}

    assert make(Tenant, tenant="acme").tenant == "acme"
    assert make(Tenant).tenant == "none"
    with pytest.raises(StorageMisconfigured, match="Unknown option 'tenent' for Tenant"):
        make(Tenant, tenent="acme")


def test_from_django_settings():
    options = {**KEYS, **PLACE, "location": "media"}
    given = {"default": {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": options}}
    with override_settings(STORAGES=given):
        assert storages["default"].location == "media"
        assert split(storages["default"].url("a"))[0].endswith("/media/a")


@pytest.mark.parametrize("kind", [OSSStorage, OSSStaticStorage])
def test_defaults(kind):
    storage = make(kind)
    assert storage.querystring_auth is (kind is OSSStorage)
    assert storage.file_overwrite is True
    assert (storage.querystring_expire, storage.location, storage.default_acl) == (3600, "", None)
    assert make(kind, querystring_auth=True).querystring_auth is True


@pytest.mark.parametrize("value", ["", "media", "media/", "a/b", PurePosixPath("media")])
def test_location_stays_as_given(value):
    assert make(location=value).location == value


# Unknown names


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("bucket", "did you mean 'bucket_name'"),
        ("querystring_expiry", "did you mean 'querystring_expire'"),
        ("zzz", "known are access_key, secret_key"),
        ("session_profile", "set credentials to a key of OSS_SHARE"),
        ("cloudfront_key", "set cdn"),
        ("client_config", "set verify, proxies and transfer_config"),
        ("use_ssl", "write the scheme in endpoint_url"),
        ("use_threads", "set transfer_config={'parallel': 1}"),
        ("file_name_charset", "leave it out: keys are UTF-8"),
    ],
)
def test_an_unknown_option(name, advice):
    with pytest.raises(StorageMisconfigured, match=f"Unknown option '{name}' for OSSStorage; {advice}") as caught:
        make(**{name: "sentinel"})
    assert isinstance(caught.value, ImproperlyConfigured)
    assert isinstance(caught.value, OSSShareError)
    assert "sentinel" not in str(caught.value)


# Wrong values


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bucket_name": None}, "needs the option 'bucket_name' .or OSS_BUCKET"),
        ({"bucket_name": ""}, "needs the option 'bucket_name'"),
        ({"bucket_name": "Bad_Bucket"}, "bucket 'Bad_Bucket' is not a bucket name: 3 to 63"),
        ({"bucket_name": "ab"}, "bucket 'ab'"),
        ({"bucket_name": "a" * 64}, "3 to 63"),
        ({"bucket_name": "-abc"}, "hyphen"),
        ({"bucket_name": 7}, "bucket_name is 7; it must be str or None"),
        ({"region_name": None}, "needs the option 'region_name', such as 'cn-hangzhou' .or OSS_REGION"),
        ({"region_name": "oss-cn-hangzhou"}, "region 'oss-cn-hangzhou'.*without 'oss-'"),
        ({"region_name": "CN Hangzhou"}, "region 'CN Hangzhou'"),
        (
            {"endpoint_url": "https://oss-cn-beijing.aliyuncs.com"},
            "endpoint_url: region 'cn-hangzhou' is not that of the endpoint .*'cn-beijing'",
        ),
        (
            {"io_endpoint_url": "https://oss-cn-beijing-internal.aliyuncs.com"},
            "io_endpoint_url: region 'cn-hangzhou' is not that of the endpoint",
        ),
        ({"region_name": None, "endpoint_url": "https://oss.example.com"}, "does not tell its region"),
        ({"region_name": None, "custom_domain": "static.example.com"}, "needs the option 'region_name'"),
        ({"endpoint_url": "http://oss-cn-hangzhou.aliyuncs.com"}, "endpoint_url='http://.*' is plain http"),
        ({"io_endpoint_url": "http://oss-cn-hangzhou-internal.aliyuncs.com"}, "io_endpoint_url='http://.*' is plain"),
        ({"custom_domain": "static.example.com", "url_protocol": "http:"}, "custom_domain=.* is plain http"),
        ({"endpoint_url": "http://169.254.169.254"}, "169.254.169.254.* is a private, link-local or metadata"),
        ({"endpoint_url": "https://100.100.100.200"}, "100.100.100.200"),
        ({"endpoint_url": "https://10.0.0.5"}, "PRIVATE_ENDPOINT_HOSTS"),
        ({"endpoint_url": "https://[::1%25lo]"}, "endpoint_url"),
        ({"endpoint_url": "https://a@b.example.com"}, "holds a user name"),
        ({"endpoint_url": "ftp://oss.example.com"}, "must be http or https"),
        ({"endpoint_url": "https://oss.example.com/path"}, "holds more than scheme, host and port"),
        ({"endpoint_url": "https://examplebucket.oss-cn-hangzhou.aliyuncs.com"}, "has a bucket in front"),
        ({"endpoint_url": "https://oss.example.com:port"}, "is not a URL"),
        ({"endpoint_url": 80}, "endpoint_url is 80"),
        ({"network": "vpc"}, "network='vpc' is unknown; allowed are 'public', 'internal'"),
        (
            {"network": "internal", "endpoint_url": "https://oss-cn-hangzhou.aliyuncs.com"},
            "network='internal' and endpoint_url='https://oss-cn-hangzhou.aliyuncs.com'.*both name a host",
        ),
        ({"custom_domain": "https://static.example.com"}, "custom_domain='https://static.example.com' must be a host"),
        ({"custom_domain": "static.example.com/x"}, "custom_domain=.* must be a host alone"),
        ({"custom_domain": "user:pw@static.example.com"}, "custom_domain: .*holds a user name"),
        ({"custom_domain": "static_example"}, "custom_domain: .*no valid host name"),
        ({"url_protocol": "ftp:"}, "url_protocol='ftp:' is unknown; allowed are 'https:'"),
        ({"addressing_style": "dns"}, "addressing_style='dns' is unknown; allowed are None, 'auto', 'virtual'"),
        ({"addressing_style": "virtual", "endpoint_url": "http://127.0.0.1:1"}, "IP address.*no bucket can stand"),
        ({"signature_version": "s3v4"}, "signature_version='s3v4' is unknown; allowed are 'v4', 'v1'"),
        ({"querystring_auth": "False"}, "querystring_auth is 'False'; it must be bool"),
        ({"file_overwrite": 0}, "file_overwrite is 0; it must be bool"),
        ({"gzip": None}, "gzip is None; it must be bool"),
        ({"gzip_content_types": "text/css"}, "gzip_content_types is 'text/css'; it must be tuple or list"),
        ({"querystring_expire": 0}, "querystring_expire: expires_in=0 .*1 to 604800"),
        ({"querystring_expire": 604_801}, "querystring_expire: .*604801.*604800"),
        ({"querystring_expire": "3600"}, "querystring_expire is '3600'; it must be int or timedelta"),
        ({"querystring_expire": True}, "querystring_expire is True"),
        ({"url_window": -1}, "url_window=-1 must be 0"),
        ({"url_window": 0.5}, "url_window is 0.5; it must be int"),
        ({"url_window": 600, "querystring_expire": 604_800}, "add up to 605400 seconds.*at most 604800"),
        ({"location": None}, "location is None; it must be str or purepath"),
        ({"default_acl": "public"}, "default_acl='public' is unknown; allowed are None, 'default', 'private'"),
        ({"default_acl": "bucket-owner-full-control"}, "default_acl='bucket-owner-full-control' is unknown"),
        ({"max_memory_size": 1024}, "max_memory_size=1024 must be 0 .* or at least 102400"),
        ({"max_memory_size": -1}, "max_memory_size=-1"),
        ({"max_memory_size": True}, "max_memory_size is True"),
        ({"transfer_config": {"max_concurrency": 3}}, "transfer_config='max_concurrency' is unknown.*'part_size'"),
        ({"transfer_config": {"part_size": 1024}}, r"transfer_config\['part_size'\]=1024 must be .* at least 102400"),
        ({"transfer_config": {"parallel": 0}}, r"transfer_config\['parallel'\]=0 must be .* at least 1"),
        ({"transfer_config": {"parallel": True}}, r"transfer_config\['parallel'\]=True"),
        ({"transfer_config": {"threshold": "8MB"}}, r"transfer_config\['threshold'\]='8MB'"),
        ({"transfer_config": object}, "transfer_config is <class 'object'>; it must be mapping or None"),
        ({"verify": "/no/such/bundle.pem"}, "verify='/no/such/bundle.pem' is not there"),
        ({"verify": ""}, "verify='' is not there"),
        ({"verify": 1}, "verify is 1; it must be bool or str"),
        ({"object_parameters": None}, "object_parameters is None; it must be mapping"),
        ({"object_parameters": {"CacheControll": "x"}}, "'CacheControll'; did you mean 'CacheControl'"),
        ({"object_parameters": {"Wrong": "x"}}, "'Wrong'; known are ACL, CacheControl"),
        ({"object_parameters": {"CacheControl": None}}, "cache-control=None must be text"),
        ({"object_parameters": {"CacheControl": "a\r\nb"}}, "control character"),
        ({"object_parameters": {"Metadata": "x"}}, r"object_parameters\['Metadata'\]='x' must be a dict"),
        ({"object_parameters": {"Metadata": {"a b": "x"}}}, "'x-oss-meta-a b' is not an HTTP token"),
        ({"object_parameters": {"Metadata": {"作者": "x"}}}, "'x-oss-meta-作者' is not an HTTP token"),
        ({"object_parameters": {"Metadata": {"title": "季度"}}}, "x-oss-meta-title='季度' holds more than ASCII"),
        ({"object_parameters": {"ContentDisposition": "attachment; filename=é"}}, "content_disposition"),
        ({"object_parameters": {"ACL": "public"}}, "x-oss-object-acl='public'.*allowed are default"),
        ({"object_parameters": {"StorageClass": "STANDARD_IA"}}, "class='STANDARD_IA'.*allowed are Standard"),
        ({"object_parameters": {"ServerSideEncryption": "aws:kms"}}, "encryption='aws:kms'.*allowed are AES256, KMS"),
    ],
)  # fmt: skip
def test_a_wrong_value(options, message):
    with pytest.raises(StorageMisconfigured, match=f"OSSStorage.*{message}"):
        make(**options)


@pytest.mark.parametrize("location", ["..", "a/../b", "/media", "\\media", "//media"])
def test_a_location_that_leads_elsewhere(location):
    with pytest.raises(SuspiciousFileOperation, match="leave the storage's location"):
        make(location=location)


def test_the_class_is_named():
    class MediaStorage(OSSStorage):
        pass

    with pytest.raises(StorageMisconfigured, match="MediaStorage: gzip is 1"):
        make(MediaStorage, gzip=1)
    with pytest.raises(StorageMisconfigured, match="OSSManifestStaticStorage needs the option 'bucket_name'"):
        OSSManifestStaticStorage(region_name="cn-hangzhou")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"access_key": "id-sentinel", "secret_key": None}, "go together; only one of them is set"),
        ({"access_key": None, "secret_key": "secret-sentinel"}, "go together; only one of them is set"),
        ({"access_key": None, "secret_key": None, "security_token": "token-sentinel"}, "security_token goes with"),
        ({"credentials": "default", "access_key": "id-sentinel", "secret_key": "x"}, "exclude each other"),
        ({"credentials": Credentials("id-sentinel", "secret-sentinel")}, "pass a pair of keys as access_key"),
        ({"credentials": 7}, "credentials is of type int; it must be a key of OSS_SHARE"),
        ({"secret_key": b"secret-sentinel"}, "secret_key is of type bytes"),
        ({"proxies": "http://user:sentinel@proxy:3128"}, "proxies is of type"),
    ],
)
def test_wrong_keys_are_not_repeated(options, message):
    with pytest.raises(StorageMisconfigured, match=message) as caught:
        make(**options)
    assert "sentinel" not in str(caught.value)


def test_an_allowed_private_host():
    with override_settings(OSS_SHARE={"PRIVATE_ENDPOINT_HOSTS": ["10.0.0.5"]}):
        assert make(endpoint_url="https://10.0.0.5").url("a").startswith("https://10.0.0.5/examplebucket/a?")


@pytest.mark.parametrize("settings", [{"OSS_SHARE": {"ALLOW_HTTP": True}}, {"DEBUG": True}])
def test_plain_http_where_it_is_allowed(settings):
    with override_settings(**settings):
        storage = make(endpoint_url="http://oss-cn-hangzhou.aliyuncs.com")
    assert storage.url("a").startswith("http://examplebucket.oss-cn-hangzhou.aliyuncs.com/a?")


def test_links_by_http_leave_reading_and_writing_alone():
    """url_protocol is about links: no access key's signature, and no file, goes out in the clear for its sake."""
    with override_settings(OSS_SHARE={"ALLOW_HTTP": True}):
        storage = make(custom_domain="static.example.com", url_protocol="http:")
    assert storage.url("a").startswith("http://static.example.com/")
    assert storage.client.endpoint.url == "https://oss-cn-hangzhou.aliyuncs.com"
