"""What the table of broken links has no place for."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import alibabacloud_oss_v2 as sdk
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shares.factories import make_share, make_user

from django_oss_share.models import FileRequest, Grant
from django_oss_share.oss import Credentials, Endpoint, InvalidHeader, Presigner, cdn
from django_oss_share.services import shares, tokens
from django_oss_share.services.doctor import NotALink, diagnose
from django_oss_share.services.objects import storage_of
from django_oss_share.testing import OSSEmulator

from .world import BACKEND, CDN_KEY, PAIR, SITE

HOUR = timedelta(hours=1)


def cause(text, **options):
    return diagnose(text, **options).cause.value


# Presigned links


def test_without_the_key_it_says_that_nothing_was_checked(world):
    diagnosis = diagnose(world.native())
    assert diagnosis.is_ok
    assert "not checked" in diagnosis.explanation
    assert diagnosis.link["signature"] == "not checked"
    assert "--fetch" in diagnosis.cure


@pytest.mark.parametrize("version", ["v4", "v1"])
@pytest.mark.parametrize("network", ["-internal", ""])
def test_every_host_of_a_bucket_is_known(world, version, network):
    world.knows_native()
    diagnosis = diagnose(world.native(version=version).replace("hangzhou.ali", f"hangzhou{network}.ali"))
    assert diagnosis.is_ok
    assert diagnosis.link["storage"] == "native"
    assert any("inside the same region" in note for note in diagnosis.link["notes"]) == bool(network)


def test_a_custom_domain_is_known_by_its_storage(world):
    world.knows_native(custom_domain="static.example.com")
    diagnosis = diagnose(world.native(host="static.example.com"))
    assert diagnosis.is_ok
    assert (diagnosis.link["endpoint"], diagnosis.link["bucket"]) == ("custom", "examplebucket")


def test_an_unknown_domain_is_known_by_who_signed(world):
    world.knows_native()
    diagnosis = diagnose(world.native(host="other.example.com"))
    assert diagnosis.link["bucket"] == "examplebucket"
    assert diagnosis.link["signed_by"] == "storage 'native'"


def test_of_two_storages_on_a_bucket_the_one_that_signed_is_told(world):
    world.knows_native()
    world.storage("second", access_key="LTAIsecond", secret_key="s2", custom_domain="static.example.com")
    link = diagnose(world.native(pair=("LTAIsecond", "s2"))).link
    assert (link["storage"], link["signed_by"]) == ("second", "storage 'second'")


def test_the_environments_key_is_known(world, monkeypatch):
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", "LTAIenvironment")
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "its-secret")
    url = world.link(pair=("LTAIenvironment", "its-secret"))
    assert diagnose(url).link["signed_by"] == "the environment's OSS_ACCESS_KEY_ID"
    assert cause(url.replace("q3.pdf", "q4.pdf")) == "tampered"


def test_the_unknown_end_of_a_token_is_a_note(world):
    diagnosis = diagnose(world.link(pair=world.session(3600), expires_in=7200), fetch=True)
    assert diagnosis.is_ok
    assert any("security token, whose end is not known" in note for note in diagnosis.link["notes"])


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_a_bucket_that_is_not_there_is_told_by_the_projects_own_endpoint(world, version):
    endpoint = Endpoint(world.emulator.endpoint, region=world.emulator.region)
    credentials = Credentials(world.emulator.access_key_id, world.emulator.access_key_secret)
    url = Presigner(credentials, endpoint, "nobucket", signature_version=version).presign("q3.pdf").url
    port = world.emulator.endpoint.rpartition(":")[2]
    for each in (url, url.replace(f"{world.emulator.endpoint}/nobucket", f"http://nobucket.localhost:{port}")):
        diagnosis = diagnose(each, fetch=True)
        assert diagnosis.cause == "not_found"
        assert "no bucket 'nobucket'" in diagnosis.explanation


def test_the_bucket_in_the_host_and_in_the_path(world):
    world.knows_native()
    url = world.native().replace("aliyuncs.com/", "aliyuncs.com/examplebucket/")
    diagnosis = diagnose(url)
    assert diagnosis.cause == "tampered"
    assert "the path names it once more" in diagnosis.explanation


@pytest.mark.parametrize(
    ("signed", "asked"),
    [("a b+c.txt", "a+b%2Bc.txt"), ("a b+c.txt", "a%20b%20c.txt"), ("a+b c.txt", "a%20b%20c.txt")],
)
@pytest.mark.parametrize("version", ["v4", "v1"])
def test_spaces_and_plus_signs_in_one_key(world, signed, asked, version):
    url = world.link(signed, version=version)
    diagnosis = diagnose(f"{world.emulator.endpoint}/{world.emulator.bucket}/{asked}?{url.partition('?')[2]}")
    assert diagnosis.cause == "key_encoding"
    assert repr(signed) in diagnosis.explanation


def test_a_key_with_escapes_of_its_own_is_found_by_path_too(world):
    world.emulator.put("x%20y.txt", b"plain", content_type="text/plain")
    diagnosis = diagnose(world.link("x y.txt"), fetch=True)
    assert diagnosis.cause == "key_encoding"
    assert "'x%20y.txt'" in diagnosis.explanation


#: What becomes of the signs of a query where links are escaped once too often, or by hand.
MISPLACED = [
    lambda url: url.replace("?", "%3F"),
    lambda url: url.replace("?", "#"),
    lambda url: url.replace("?", "&"),
    lambda url: url.replace("=", "%3D"),
    lambda url: url.replace("=", "%3D").replace("&", "%26"),
    lambda url: quote(url, safe=":/?%"),
    lambda url: url.replace("?", "%253F").replace("=", "%253D").replace("&", "%2526"),
]


@pytest.mark.parametrize("version", ["v4", "v1"])
@pytest.mark.parametrize("change", MISPLACED)
def test_a_signature_that_nobody_can_read_is_told_and_not_shown(world, version, change):
    key, secret, token = world.session(3600)
    url = world.link(pair=(key, secret, token), version=version)
    for fetch in (False, True):
        diagnosis = diagnose(change(url), fetch=fetch)
        assert diagnosis.cause == "tampered", diagnosis
        assert "not where a signature is read" in diagnosis.explanation
        told = json.dumps(diagnosis.as_dict())
        for hidden in (key, token, url.rpartition("ignature=")[2]):
            assert hidden not in told


@pytest.mark.parametrize("change", [lambda url: url.replace("&", "%26"), lambda url: url.replace("&", ";")])
def test_half_a_query_that_nobody_can_read_is_not_shown(world, change):
    key, secret, token = world.session(3600)
    url = world.link(pair=(key, secret, token))
    told = json.dumps(diagnose(change(url)).as_dict())
    for hidden in (key, token, url.rpartition("ignature=")[2]):
        assert hidden not in told


def test_a_signature_in_the_path_of_what_is_public_is_told_too(world):
    world.bucket.put_bucket_acl("public-read")
    assert cause(world.link().replace("?", "%3F"), fetch=True) == "tampered"


def test_an_address_without_a_key_names_no_object_whatever_oss_says(world):
    assert cause(f"{world.emulator.endpoint}/{world.emulator.bucket}/", fetch=True) == "not_found"


def test_who_sends_no_referer_is_told_of_the_rule_for_that(world):
    world.refuses_referers(empty=False)
    assert "empty Referer" in diagnose(world.link(), fetch=True).cure
    assert "empty Referer" not in diagnose(world.link(), fetch=True, referer="https://forum.example.net/").cure


def test_a_token_of_a_grant_ends_with_the_grant(world):
    Grant.objects.create(
        recipient="Ann",
        storage="default",
        bucket="examplebucket",
        duration=900,
        access_key_id="STS.granted",
        expires_at=world.now + timedelta(minutes=5),
    )
    url = world.native(pair=("STS.granted", "s", "token"), expires_in=3600)
    assert cause(url) == "link_outlives_token"
    assert cause(url, now=world.now + timedelta(minutes=10)) == "token_expired"
    assert cause(url, now=world.now + 2 * HOUR) == "link_expired"


def test_a_token_that_is_refreshed_is_known(world, settings):
    role = {
        "PROVIDER": "assume_role",
        "ROLE_ARN": "acs:ram::1234567890123456:role/reader",
        "STS_ENDPOINT": world.emulator.sts_endpoint,
        "ACCESS_KEY_ID": world.emulator.access_key_id,
        "ACCESS_KEY_SECRET": world.emulator.access_key_secret,
    }
    settings.OSS_SHARE = {**settings.OSS_SHARE, "CREDENTIALS": {"reader": role}}
    options = world.emulator.storage_options(credentials="reader", access_key=None, secret_key=None)
    settings.STORAGES = {"default": {"BACKEND": BACKEND, "OPTIONS": options}}

    diagnosis = diagnose(storage_of("default").url("q3.pdf"), fetch=True)
    assert diagnosis.is_ok, diagnosis
    assert diagnosis.link["token_expires_at"]
    assert diagnosis.link["signature"] == "right"


@pytest.mark.parametrize("error", [DatabaseError, ImproperlyConfigured])
def test_where_the_database_is_down_links_are_explained_all_the_same(world, monkeypatch, error):
    def down(*args, **kwargs):
        raise error("down, or none is set up")

    monkeypatch.setattr(Grant.objects, "filter", down)
    diagnosis = diagnose(world.native(pair=("STS.unknown", "s", "token")))
    assert diagnosis.is_ok
    assert any("database" in note for note in diagnosis.link["notes"])


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_a_project_without_time_zones(world, settings, version):
    settings.USE_TZ, settings.TIME_ZONE = False, "Asia/Shanghai"
    assert cause(world.link(version=version), fetch=True) == "ok"
    assert cause(world.link(version=version, now=world.now - HOUR, expires_in=900)) == "link_expired"
    Grant.objects.create(
        recipient="Ann",
        storage="default",
        bucket="examplebucket",
        duration=900,
        access_key_id="STS.granted",
        expires_at=timezone.now() + timedelta(minutes=5),
    )
    url = world.native(pair=("STS.granted", "s", "token"), expires_in=900, version=version)
    assert cause(url) == "link_outlives_token"
    assert cause(world.address(make_share(key="q3.pdf")), fetch=True) == "ok"
    assert cause(world.share(expires_at=timezone.now() - HOUR)) == "link_expired"


def test_an_upload_with_its_content_type_is_recognised(world):
    url = world.link("a.txt", method="PUT", headers={"content-type": "text/plain"})
    diagnosis = diagnose(url)
    assert diagnosis.is_ok
    assert "PUT with the header Content-Type: text/plain" in diagnosis.explanation


@pytest.mark.parametrize("seconds", [40, 80])
def test_a_clock_that_is_a_little_off_is_a_note(world, seconds):
    world.emulator.clock_offset = seconds
    diagnosis = diagnose(world.link(), fetch=True)
    assert diagnosis.is_ok
    assert bool(diagnosis.link["notes"]) == (seconds > 60)


def test_what_is_asked_to_be_saved_may_be_of_any_type(world):
    for key in ("logo.png", "notes.txt", "utf8.txt"):
        assert cause(world.link(key, query={"response-content-disposition": "attachment"}), fetch=True) == "ok"


@pytest.mark.parametrize("key", ["empty.txt", "declared.txt", "a b.txt"])
def test_texts_that_are_in_order(world, key):
    assert cause(world.link(key), fetch=True) == "ok"


def test_a_charset_that_is_not_true_is_told(world):
    url = world.link("notes.txt", query={"response-content-type": "text/plain;charset=utf-8"})
    assert "declared to be utf-8" in diagnose(url, fetch=True).explanation
    good = world.link("notes.txt", query={"response-content-type": "text/plain;charset=gb18030"})
    assert cause(good, fetch=True) == "ok"


def test_osss_own_domains_save_what_is_to_be_shown(world, settings):
    with OSSEmulator(buckets=["newbucket"], force_download=True) as emulator:
        emulator.put("q3.pdf", b"%PDF", content_type="application/pdf")
        emulator.put("q3.zip", b"PK", content_type="application/zip")
        settings.STORAGES = {"default": {"BACKEND": BACKEND, "OPTIONS": emulator.storage_options()}}
        world.emulator = emulator
        assert cause(world.link(), fetch=True) == "needs_custom_domain"
        assert cause(world.link("q3.zip"), fetch=True) == "ok"
        assert cause(world.link(query={"response-content-disposition": "attachment"}), fetch=True) == "ok"


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [
        ("a.html", "text/plain", "content_type"),
        ("a.txt", "text/html", "content_type"),
        ("a.pdf", "application/json", "content_type"),
        ("a.pdf", "application/zip", "content_type"),
        ("a.png", "application/zip", "content_type"),
        ("a.png", "image/jpeg", "ok"),
        ("a.json", "text/plain", "ok"),
        ("a.xml", "text/xml", "ok"),
        ("a.xml", "application/xml", "ok"),
        ("a.csv", "text/plain", "ok"),
        ("a.csv", "application/vnd.ms-excel", "ok"),
        ("a.js", "application/x-javascript", "ok"),
        ("a.mp4", "audio/mp4", "ok"),
        ("a.zip", "application/pdf", "content_type"),
        ("a.unheard-of", "application/octet-stream", "ok"),
    ],
)
def test_types_that_are_as_good_and_those_that_are_not(world, name, content_type, expected):
    world.emulator.put(name, b"plain", content_type=content_type)
    assert cause(world.link(name), fetch=True) == expected


def test_a_page_may_name_its_charset_itself(world):
    named = '<meta charset="gbk"><p>季度报告'.encode("gbk")
    utf8 = '<html><head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><p>季度报告'.encode()
    false = '<meta charset="utf-8"><p>季度报告'.encode("gbk")
    for data, expected in ((named, "ok"), (utf8, "ok"), (false, "content_type"), (b" " * 1024 + named, "content_type")):
        world.emulator.put("page.html", data, content_type="text/html")
        assert cause(world.link("page.html"), fetch=True) == expected, data
    world.emulator.put("page.txt", named, content_type="text/plain")
    assert cause(world.link("page.txt"), fetch=True) == "content_type"


def test_xml_is_utf8_unless_it_says_otherwise(world):
    for data, expected in (
        ("<a>季度报告</a>".encode(), "ok"),
        ('<?xml version="1.0" encoding="gb18030"?><a>季度报告</a>'.encode("gb18030"), "ok"),
        ("<a>季度报告</a>".encode("gb18030"), "content_type"),
    ):
        world.emulator.put("page.xml", data, content_type="text/xml")
        assert cause(world.link("page.xml"), fetch=True) == expected, data


def test_a_link_that_asks_for_no_type_itself_is_told(world):
    diagnosis = diagnose(world.link(query={"response-content-type": "application/octet-stream"}), fetch=True)
    assert diagnosis.cause == "content_type"
    assert "It asks for the type application/octet-stream itself" in diagnosis.explanation
    assert cause(world.link(query={"response-content-type": "text/html"}), fetch=True) == "ok"


def test_what_oss_does_not_do_is_not_called_broken(world):
    url = world.link("logo.png", query={"x-oss-process": "image/frobnicate"})
    diagnosis = diagnose(url, fetch=True)
    assert diagnosis.cause == "content_type"
    assert "cannot process" in diagnosis.explanation


def test_a_public_object_needs_no_signature(world):
    world.bucket.put_object_acl("q3.pdf", "public-read")
    url = world.link().partition("?")[0]
    assert cause(url) == "no_permission"
    assert cause(url, fetch=True) == "ok"
    world.settings.STORAGES["default"]["OPTIONS"]["querystring_auth"] = False
    world.settings.STORAGES = dict(world.settings.STORAGES)
    assert cause(url) == "ok"


def test_a_plain_link_of_somebody_else(world):
    diagnosis = diagnose("https://somebody.oss-cn-beijing.aliyuncs.com/a/b.jpg")
    assert diagnosis.is_ok
    assert (diagnosis.link["kind"], diagnosis.link["bucket"]) == ("plain", "somebody")


def test_no_bucket_of_that_name(world):
    diagnosis = diagnose(world.link().replace("/examplebucket/", "/otherbucket/"), fetch=True)
    assert diagnosis.cause == "tampered"
    assert "the bucket 'examplebucket'" in diagnosis.explanation


def test_the_vendors_own_example_has_expired(world):
    url = (
        "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/exampleobject.txt?x-oss-process=image%2Fresize%2Cp_10&"
        "x-oss-date=20241115T095058Z&x-oss-expires=3600&x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential="
        "LTAI****************%2F20241115%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&"
        "x-oss-signature=6e7a*********************************"
    )
    diagnosis = diagnose(url)
    assert diagnosis.cause == "link_expired"
    assert diagnosis.link["expires_at"] == "2024-11-15T10:50:58Z"
    now = datetime(2024, 11, 15, 10, tzinfo=UTC)
    assert cause(url, now=now) == "tampered"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-oss-date", "20261399T000000Z"),
        ("x-oss-date", "yesterday"),
        ("x-oss-expires", "0"),
        ("x-oss-expires", "-900"),
        ("x-oss-expires", "9" * 30),
        ("x-oss-expires", "15m"),
        ("x-oss-credential", "LTAI"),
        ("x-oss-credential", "LTAI/20230101/cn-hangzhou/oss/aliyun_v4_request"),
        ("x-oss-signature-version", "OSS5"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(world, name, value):
    pairs = [pair.partition("=") for pair in world.link().partition("?")[2].split("&")]
    query = "&".join(f"{given}={value if given == name else was}" for given, _, was in pairs)
    diagnosis = diagnose(f"{world.link().partition('?')[0]}?{query}")
    assert diagnosis.cause == "tampered"
    assert name in diagnosis.explanation


@pytest.mark.parametrize("end", ["0", "1730000000000", "9" * 18, "9" * 40, "-1", "x", ""])
def test_any_end_of_v1_is_an_answer(world, end):
    url = world.link(version="v1").replace("Expires=", f"Expires={end}&Old=")
    assert not diagnose(url).is_ok


def test_the_sdk_leaves_processing_out_by_v1(world):
    config = sdk.config.load_default()
    config.credentials_provider = sdk.credentials.StaticCredentialsProvider(*PAIR)
    config.region, config.signature_version = "cn-hangzhou", "v1"
    request = sdk.GetObjectRequest("examplebucket", "a.png", process="image/resize,w_10")
    world.knows_native()
    diagnosis = diagnose(sdk.Client(config).presign(request).url)
    assert diagnosis.cause == "tampered"
    assert "it leaves x-oss-process out" in diagnosis.explanation


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("examplebucket.oss-cn-hangzhou.aliyuncs.com", "no object"),
        ("https://example_bucket.oss-cn-hangzhou.aliyuncs.com/a.txt", "not a bucket name"),
        ("https://oss-cn-hangzhou.aliyuncs.com/", "no object"),
    ],
)
def test_an_address_that_lacks_something_is_explained(world, url, words):
    diagnosis = diagnose(url)
    assert diagnosis.cause == "not_found"
    assert words in diagnosis.explanation


@pytest.mark.parametrize("referer", ["https://www.example.com/\r\nX-Evil: 1", "\x00", "\ud83d"])
def test_a_referer_is_one_line(world, referer):
    with pytest.raises(InvalidHeader):
        diagnose(world.link(), fetch=True, referer=referer)
    assert diagnose(world.link(), fetch=True, referer="https://例子.example.com/页").is_ok


@pytest.mark.parametrize("key", ["STS.\0", "STS.🎉", "STS." + "x" * 500, "STS.'"])
def test_an_odd_access_key_is_asked_of_no_database(world, key, django_assert_num_queries):
    url = world.native(pair=("STS.key", "s", "token"))
    with django_assert_num_queries(0):
        assert diagnose(url.replace("STS.key", quote(key))).link["bucket"] == "examplebucket"


def test_what_runs_on_this_machine_is_no_link(world):
    for url in ("http://127.0.0.1:8000/admin/login/", "http://localhost/examplebucket/q3.pdf"):
        with pytest.raises(NotALink):
            diagnose(url)


def test_an_internal_host_that_is_not_used_here_cannot_be_reached(world):
    world.storage("native", access_key=PAIR[0], secret_key=PAIR[1])
    host = "examplebucket.oss-cn-hangzhou-internal.aliyuncs.com"
    world.resolves(host, to="100.118.28.1")
    url = world.native().replace("hangzhou.ali", "hangzhou-internal.ali")
    assert diagnose(url).is_ok
    diagnosis = diagnose(url, fetch=True)
    assert diagnosis.cause == "unreachable"
    assert "inside its region" in diagnosis.explanation


def test_a_link_that_ends_between_two_looks_has_expired(world):
    end = world.now.replace(microsecond=0)
    url = world.link(now=end - timedelta(seconds=60), expires_in=59)
    assert cause(url, fetch=True, now=end - timedelta(seconds=5)) == "link_expired"


def test_a_key_that_begins_like_our_pages_is_none_of_them(world):
    del world.settings.OSS_SHARE["BASE_URL"]
    world.knows_native(custom_domain="static.example.com")
    for url in (world.native("s/a.txt"), world.native("s/a.txt", host="static.example.com")):
        assert diagnose(url).link["key"] == "s/a.txt"
        assert diagnose(url.partition("?")[0]).link["kind"] == "plain"


# CDN


def test_a_cdn_that_is_not_set_up_here(world):
    diagnosis = diagnose(cdn.sign("https://cdn.example.net/q3.pdf", "another", "A", 3600).url)
    assert diagnosis.is_ok
    assert "not checked" in diagnosis.explanation
    assert (
        cause(cdn.sign("https://cdn.example.net/q3.pdf", "another", "C", 60, now=world.now - HOUR).url)
        == "link_expired"
    )


def test_a_plain_link_to_a_cdn_that_checks(world):
    world.storage("cdn", access_key=PAIR[0], secret_key=PAIR[1], cdn={"domain": "cdn.example.com", "key": CDN_KEY})
    assert cause("https://cdn.example.com/q3.pdf") == "no_permission"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("denied by req auth: expired timestamp", "link_expired"),
        ("denied by req auth: invalid md5hash=abc", "tampered"),
        ("denied by http_referer ACL", "referer_denied"),
    ],
)
def test_what_a_cdn_says_in_its_header(world, header, expected):
    place = world.behind(lambda target: (403, {"X-Tengine-Error": header}, b"<html>"))
    world.storage("cdn", **world.emulator.storage_options(cdn={"domain": place, "key": CDN_KEY}, url_protocol="http:"))
    assert cause(cdn.sign(f"http://{place}/q3.pdf", CDN_KEY).url, fetch=True) == expected


OLD = "Mon, 01 Jan 2024 00:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "body", "words"),
    [
        ({"Via": "cache13.l2nu16[0,200-0,H]"}, b"older text", "10 bytes instead of 5"),
        ({"X-Cache": "HIT", "Last-Modified": OLD}, b"plain", f"Last-Modified '{OLD}' instead"),
        ({"Age": "9"}, b"PLAIN", "another content"),
        ({"X-Cache": "HIT"}, b"plain", ""),
        ({"Via": "cache13.l2nu16[5,200-0,M]"}, b"older text", ""),
    ],
)
def test_a_cache_gives_itself_away(world, headers, body, words):
    diagnosis = diagnose(_kept(world, 200, {"Content-Type": "text/plain", **headers}, body), fetch=True)
    assert diagnosis.cause == ("stale_cache" if words else "ok")
    assert words in diagnosis.explanation


def test_a_cache_that_missed_a_change(world):
    assert cause(_kept(world, 404, {"X-Cache": "HIT"}, b"<html>"), fetch=True) == "stale_cache"
    assert cause(_kept(world, 404, {}, b"<html>"), fetch=True) == "not_found"
    url = _kept(world, 200, {"X-Cache": "HIT", "Content-Type": "text/plain"}, b"plain")
    world.bucket.delete_object("a b.txt")
    diagnosis = diagnose(url, fetch=True)
    assert diagnosis.cause == "stale_cache"
    assert "no longer in OSS" in diagnosis.explanation


def _kept(world, status, headers, body):
    """The address of an object, by a CDN that answers so."""
    place = world.behind(lambda target: (status, headers, body))
    world.storage("cdn", **world.emulator.storage_options(cdn={"domain": place, "key": CDN_KEY}, url_protocol="http:"))
    return cdn.sign(f"http://{place}/a%20b.txt", CDN_KEY).url


# Shares


def test_a_share_is_known_by_its_link_its_path_and_its_token(world):
    share = make_share(name="Q3")
    token = tokens.make(share)
    for text in (f"{SITE}/s/{token}/", f"{SITE}/s/{token}", f"see <{SITE}/s/{token}/>.", f"/s/{token}/", token):
        diagnosis = diagnose(text)
        assert diagnosis.is_ok
        assert diagnosis.link["id"] == share.pk
        assert token not in json.dumps(diagnosis.as_dict())


@pytest.mark.parametrize(
    "text", ["/s/abc/", f"{SITE}/s/abc", f"{SITE}/s/{'A' * 36}/", f"{SITE}/s/{'A' * 35}/download/"]
)
def test_what_only_looks_like_a_share_is_forged(world, text):
    assert cause(text) == "tampered"


def test_a_share_that_was_purged(world):
    share = make_share()
    url = world.address(share)
    type(share).objects.filter(pk=share.pk)._raw_delete("default")
    assert cause(url) == "not_found"


def test_states_of_shares(world):
    soon = world.now + HOUR
    assert cause(world.share(starts_at=soon)) == "policy_denied"
    assert cause(world.share(password="secret", allowed_networks=["10.0.0.0/8"])) == "ok"
    gone = make_user("gone", is_active=False)
    assert cause(world.share(created_by=gone, created_by_label="gone")) == "policy_denied"
    share = make_share()
    old = world.address(share)
    shares.rotate(share)
    assert cause(old) == "policy_denied"
    assert cause(world.address(share)) == "ok"


def test_what_a_share_leads_to_is_not_counted(world):
    share = make_share(key="q3.pdf", max_downloads=1)
    diagnosis = diagnose(world.address(share), fetch=True)
    assert diagnosis.is_ok
    assert diagnosis.link["leads_to"]["answer"]["status"] == 200
    share.refresh_from_db()
    assert share.downloads == 0
    assert not share.events.exists()


def test_file_requests(world):
    world.settings.ROOT_URLCONF = "views.urls"
    row = FileRequest.objects.create(
        public_id=os.urandom(9).hex(), prefix="in/", name="Plans", max_size=10, expires_at=world.now + HOUR
    )
    url = f"{SITE}/s/up/{tokens.make(row)}/"
    diagnosis = diagnose(url)
    assert diagnosis.is_ok
    assert (diagnosis.link["kind"], diagnosis.link["label"]) == ("file_request", "Plans")
    assert "label" not in diagnose(url, by=make_user("eve")).link
    assert cause(url, now=world.now + 2 * HOUR) == "link_expired"
    assert cause(f"{SITE}/s/up/{'A' * 36}/") == "tampered"
    FileRequest.objects.filter(pk=row.pk).update(revoked_at=world.now)
    assert cause(url) == "policy_denied"


# Anything


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_anything_is_explained_or_no_link(world, data):
    good = data.draw(st.sampled_from([world.link(), world.link(version="v1"), f"{SITE}/s/{'A' * 36}/", world.native()]))
    at = data.draw(st.integers(0, 400))
    text = good[:at] + data.draw(st.text(max_size=8)) + good[at + data.draw(st.integers(0, 100)) :]
    try:
        diagnosis = diagnose(text)
    except NotALink as error:
        assert str(error)
    else:
        assert json.dumps(diagnosis.as_dict())
