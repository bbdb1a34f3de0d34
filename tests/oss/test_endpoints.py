"""Endpoints: every kind of OSS host, custom domains, the emulator's; and the hosts that are never signed for."""

from __future__ import annotations

import pytest

from django_oss_share.oss import Credentials, Endpoint, InvalidArgument, InvalidBucketName, InvalidEndpoint, Presigner


@pytest.mark.parametrize(
    ("network", "host"),
    [
        ("public", "oss-cn-hangzhou.aliyuncs.com"),
        ("internal", "oss-cn-hangzhou-internal.aliyuncs.com"),
        ("accelerate", "oss-accelerate.aliyuncs.com"),
        ("accelerate-overseas", "oss-accelerate-overseas.aliyuncs.com"),
        ("dualstack", "cn-hangzhou.oss.aliyuncs.com"),
    ],
)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_networks(network: str, host: str, scheme: str) -> None:
    endpoint = Endpoint.for_region("cn-hangzhou", network=network, scheme=scheme)
    assert endpoint.url == f"{scheme}://{host}"
    assert endpoint.region == "cn-hangzhou"
    assert endpoint.base_url("examplebucket") == f"{scheme}://examplebucket.{host}/"


@pytest.mark.parametrize("region", ["cn-hangzhou", "us-west-1", "cn-shanghai-finance-1", "ap-southeast-1"])
@pytest.mark.parametrize("network", ["public", "internal", "dualstack"])
def test_the_region_is_read_off_osss_own_hosts(region: str, network: str) -> None:
    url = Endpoint.for_region(region, network=network).url
    assert Endpoint(url).region == region


def test_https_is_assumed() -> None:
    assert Endpoint("oss-cn-hangzhou.aliyuncs.com").url == "https://oss-cn-hangzhou.aliyuncs.com"


@pytest.mark.parametrize(
    ("url", "addressing", "base"),
    [
        ("https://static.example.com", "cname", "https://static.example.com/"),
        ("https://static.example.com/", "cname", "https://static.example.com/"),
        ("http://static.example.com:8080", "cname", "http://static.example.com:8080/"),
        ("HTTPS://Static.Example.COM", "cname", "https://static.example.com/"),
        ("https://xn--fiq228c.example", "cname", "https://xn--fiq228c.example/"),
        ("https://oss-cn-hangzhou.aliyuncs.com", "path", "https://oss-cn-hangzhou.aliyuncs.com/examplebucket/"),
        ("http://127.0.0.1:9000", "", "http://127.0.0.1:9000/examplebucket/"),
        ("http://[::1]:9000", "", "http://[::1]:9000/examplebucket/"),
        ("http://localhost:9000", "", "http://localhost:9000/examplebucket/"),
        ("http://localhost:9000", "virtual", "http://examplebucket.localhost:9000/"),
        ("http://8.8.8.8", "", "http://8.8.8.8/examplebucket/"),
        ("https://minio.example.com", "", "https://examplebucket.minio.example.com/"),
    ],
)
def test_addressing(url: str, addressing: str, base: str) -> None:
    assert Endpoint(url, region="cn-hangzhou", addressing=addressing).base_url("examplebucket") == base


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:1", True),
        ("http://[::1]", True),
        ("http://localhost", True),
        ("http://bucket.localhost", True),
        ("http://localhost.example.com", False),
        ("https://oss-cn-hangzhou.aliyuncs.com", False),
        ("http://8.8.8.8", False),
    ],
)
def test_loopback_is_known(url: str, local: bool) -> None:
    assert Endpoint(url, region="cn-hangzhou").is_loopback is local


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.0.1",
        "100.100.100.200",
        "192.0.0.192",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "198.18.0.1",
        "[::]",
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "[::1%251]",
        "[fd00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[::ffff:169.254.169.254]",
        "[::ffff:10.0.0.1]",
        "[::a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "[2001::1]",
        "[2001:db8::1]",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "169.254.169.254.",
        "１２７.0.0.1",
    ],
)
def test_hosts_that_are_never_signed_for(host: str) -> None:
    with pytest.raises(InvalidEndpoint):
        Endpoint(f"http://{host}", region="cn-hangzhou")


@pytest.mark.parametrize("host", ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "[fd00::1]"])
def test_a_private_host_can_be_allowed(host: str) -> None:
    assert Endpoint(f"http://{host}", region="cn-hangzhou", allow_private=True).base_url("examplebucket")


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "100.100.100.200", "[fd00:ec2::254]", "[fe80::1]", "[::ffff:169.254.169.254]", "0.0.0.0"],
)
def test_metadata_and_link_local_never_are(host: str) -> None:
    with pytest.raises(InvalidEndpoint, match="metadata"):
        Endpoint(f"http://{host}", region="cn-hangzhou", allow_private=True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://",
        "ftp://oss-cn-hangzhou.aliyuncs.com",
        "javascript:alert(1)",
        "//oss-cn-hangzhou.aliyuncs.com",
        "https:/oss-cn-hangzhou.aliyuncs.com",
        "https://oss-cn-hangzhou.aliyuncs.com/path",
        "https://oss-cn-hangzhou.aliyuncs.com?x=1",
        "https://oss-cn-hangzhou.aliyuncs.com#f",
        "https://a b.example.com",
        "https://example.com\r\nX-Evil: 1",
        "https://example.com\\@evil.com",
        "https://example.com:99999",
        "https://example.com:port",
        "https://[::1",
        "https://exa%6dple.com",
        "https://-example.com",
        "https://example..com",
        "https://example.com.",
        "https://中文.com",
        "https://user@example.com",
        None,
        5,
    ],
    ids=repr,
)
def test_what_is_no_endpoint(url: str) -> None:
    with pytest.raises(InvalidEndpoint) as caught:
        Endpoint(url, region="cn-hangzhou")
    assert caught.value.field == "endpoint"


@pytest.mark.parametrize(
    "url",
    [
        "https://user:password-sentinel@example.com",
        "user:password-sentinel@example.com",
        "https://user:password-sentinel@example.com:99999",
        "https://user:password sentinel@example.com",
        "https://user:password-sentinel@[::1",
    ],
)
def test_a_password_in_an_endpoint_is_not_repeated(url: str) -> None:
    with pytest.raises(InvalidEndpoint) as caught:
        Endpoint(url, region="cn-hangzhou")
    assert "sentinel" not in f"{caught.value!s}{vars(caught.value)}"


@pytest.mark.parametrize(
    "region", ["hangzhou", "oss-cn-hangzhou", "CN-Hangzhou", "cn hangzhou", "cn-hangzhou/../x", "-"]
)
def test_malformed_regions(region: str) -> None:
    with pytest.raises(InvalidEndpoint, match="cn-hangzhou") as caught:
        Endpoint.for_region(region)
    assert caught.value.field == "region"


def test_a_region_that_is_not_the_hosts() -> None:
    with pytest.raises(InvalidEndpoint, match=r"'us-west-1'.*'cn-hangzhou'"):
        Endpoint("https://oss-cn-hangzhou.aliyuncs.com", region="us-west-1")


def test_v4_needs_a_region_and_v1_does_not(credentials: Credentials) -> None:
    endpoint = Endpoint("https://static.example.com", addressing="cname")
    with pytest.raises(InvalidEndpoint, match="region"):
        Presigner(credentials, endpoint, "examplebucket")
    assert Presigner(credentials, endpoint, "examplebucket", signature_version="v1").presign("a")


def test_unknown_networks_and_addressings_are_named() -> None:
    with pytest.raises(InvalidArgument, match="dualstack") as caught:
        Endpoint.for_region("cn-hangzhou", network="vpc")
    assert caught.value.field == "network"
    with pytest.raises(InvalidEndpoint, match="virtual, path, cname"):
        Endpoint("https://example.com", region="cn-hangzhou", addressing="host")


def test_an_address_cannot_have_a_bucket_in_front() -> None:
    with pytest.raises(InvalidEndpoint, match="path"):
        Endpoint("http://127.0.0.1:9000", region="cn-hangzhou", addressing="virtual")


@pytest.mark.parametrize("host", ["mybucket.oss-cn-hangzhou.aliyuncs.com", "mybucket.cn-hangzhou.oss.aliyuncs.com"])
def test_a_bucket_left_in_front_of_osss_host(host: str) -> None:
    with pytest.raises(InvalidEndpoint, match="bucket in front") as caught:
        Endpoint(f"https://{host}")
    assert host.removeprefix("mybucket.") in str(caught.value)


def test_oss_lookalikes_are_plain_hosts() -> None:
    endpoint = Endpoint("https://oss-cn-hangzhou.aliyuncs.com.example.org")
    assert endpoint.region == ""


@pytest.mark.parametrize(
    "bucket",
    ["", "ab", "a" * 64, "-abc", "abc-", "Bad_Bucket", "a.b.c", "abc/def", "桶桶桶", "abc\n", None, 5],
    ids=repr,
)
def test_bucket_names(bucket: str, credentials: Credentials, endpoint: Endpoint) -> None:
    with pytest.raises(InvalidBucketName, match="3 to 63") as caught:
        Presigner(credentials, endpoint, bucket)
    assert caught.value.value == bucket


@pytest.mark.parametrize("bucket", ["abc", "a" * 63, "0-9", "a--b"])
def test_good_bucket_names(bucket: str, credentials: Credentials, endpoint: Endpoint) -> None:
    assert f"//{bucket}." in Presigner(credentials, endpoint, bucket).presign("a").url
