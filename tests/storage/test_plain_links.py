"""Links without a signature: the vendor's forms, one for each kind of domain."""

from __future__ import annotations

import pytest
import requests
from django.core.exceptions import SuspiciousFileOperation
from django.template import Context, Template

from django_oss_share.links import object_url
from django_oss_share.oss import InvalidArgument, InvalidKey
from django_oss_share.storage import OSSStorage

from .making import make

CDN = {"domain": "cdn.example.com", "key": "aliyuncdnexp1234"}


@pytest.mark.parametrize(
    ("options", "domain", "base"),
    [
        # The vendor's table, row by row.
        ({}, "public", "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/"),
        ({}, "internal", "https://examplebucket.oss-cn-hangzhou-internal.aliyuncs.com/"),
        ({"custom_domain": "example.com"}, "custom", "https://example.com/"),
        ({"cdn": CDN}, "cdn", "https://cdn.example.com/"),
        ({}, "accelerate", "https://examplebucket.oss-accelerate.aliyuncs.com/"),
        # What the storage has anyway.
        ({}, None, "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/"),
        ({"custom_domain": "example.com"}, None, "https://example.com/"),
        ({"custom_domain": "example.com", "url_protocol": "https"}, "public", "https://examplebucket.oss-cn-hangzhou."),
        ({"network": "internal"}, "public", "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/"),
        ({"network": "internal"}, None, "https://examplebucket.oss-cn-hangzhou-internal.aliyuncs.com/"),
        ({"network": "accelerate"}, "internal", "https://examplebucket.oss-cn-hangzhou-internal.aliyuncs.com/"),
        ({"endpoint_url": "https://oss-cn-beijing-internal.aliyuncs.com", "region_name": None}, "public",
         "https://examplebucket.oss-cn-beijing.aliyuncs.com/"),
        ({"endpoint_url": "http://127.0.0.1:9"}, "public", "http://127.0.0.1:9/examplebucket/"),
    ],
)  # fmt: skip
def test_by_domain(options, domain, base):
    assert make(**options).plain_url("example/季 1+%.jpg", domain=domain).startswith(base)
    assert make(**options).plain_url("a.jpg", domain=domain).endswith("/a.jpg")


def test_the_whole_key(tmp_path):
    storage = make(location="tenant")
    assert storage.plain_url("example/季 1+%.jpg").endswith("/tenant/example/%E5%AD%A3%201%2B%25.jpg")
    assert storage.plain_url("a.jpg", process={"resize": {"width": 3}}).endswith(
        "/tenant/a.jpg?x-oss-process=image%2Fresize%2Cw_3"
    )


@pytest.mark.parametrize(
    ("domain", "message"),
    [
        ("vpc", "'vpc' is unknown; allowed are public, internal, accelerate, custom, cdn"),
        ("custom", "'custom_domain' of the storage, which is not set"),
        ("cdn", "'cdn' of the storage, which is not set"),
    ],
)
def test_a_domain_that_there_is_not(domain, message):
    with pytest.raises(InvalidArgument, match=message):
        make().plain_url("a.jpg", domain=domain)


def test_v1_without_a_region():
    storage = make(endpoint_url="https://files.example.com", region_name=None, signature_version="v1")
    assert storage.plain_url("a", domain="public") == "https://examplebucket.files.example.com/a"
    with pytest.raises(InvalidArgument, match="'region_name'"):
        storage.plain_url("a", domain="internal")


def test_bad_names():
    with pytest.raises(InvalidKey):
        make().plain_url("")
    with pytest.raises(SuspiciousFileOperation):
        make(location="tenant").plain_url("../other")


def test_it_opens_what_is_public_and_nothing_else(oss_emulator):
    oss_emulator.put("a.txt", b"x")
    storage = OSSStorage(**oss_emulator.storage_options())
    assert requests.get(storage.plain_url("a.txt"), timeout=5).status_code == 403
    oss_emulator.add_bucket("public-bucket", acl="public-read")
    oss_emulator.put("a.txt", b"x", bucket="public-bucket")
    storage = OSSStorage(**oss_emulator.storage_options(bucket_name="public-bucket"))
    assert requests.get(storage.plain_url("a.txt"), timeout=5).content == b"x"


class TestInTemplates:
    @pytest.fixture(autouse=True)
    def storages(self, settings):
        options = {"bucket_name": "examplebucket", "region_name": "cn-hangzhou"}
        settings.STORAGES = {"default": {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": options}}

    def test_a_tag(self):
        text = '{% load oss_share %}{% oss_url "a.jpg" signed=False domain="internal" %}'
        expected = "https://examplebucket.oss-cn-hangzhou-internal.aliyuncs.com/a.jpg"
        assert Template(text).render(Context()) == expected

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"domain": "internal"}, "domain='internal' goes with signed=False"),
            ({"signed": False, "expires": 60}, "expire=60 needs a signed link"),
            ({"signed": False, "download": False}, "download=False needs a signed link"),
        ],
    )
    def test_what_does_not_go_together(self, options, message):
        with pytest.raises(InvalidArgument, match=message):
            object_url("a.jpg", **options)
