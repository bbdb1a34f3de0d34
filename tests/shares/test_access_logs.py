"""Lines of OSS's access logs, real ones first."""

from __future__ import annotations

import gzip
import io
import os
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from django_oss_share.oss import InvalidArgument
from django_oss_share.services.audit import log_files, signature_digest, tallies
from django_oss_share.services.audit.access_logs import parse

#: Real lines, with names and addresses replaced.
REAL = (
    '58.19.7.52 - - [13/Sep/2026:15:47:19 +0800] "GET /app-icon.ico HTTP/1.1" 200 370070 15 "-" "curl/8.7.1" '
    '"downloads.oss-cn-hangzhou.aliyuncs.com" "6AA65507B46F7C37345E7179" "true" "-" "GetObject" "downloads" '
    '"app-icon.ico" 370070 13 "-" 119 "1487251194223355" - "-" "standard" "-" "-" "-" "-"'
)
BUCKET_ONLY = (
    ' 2.2.2.2 - - [11/Nov/2023:00:15:17 +0800] "GET /?bucketInfo HTTP/1.1" 200 1129 126 "-" '
    '"aliyun-sdk-java/1.1.8.3(Linux/4.19.91-007.ali4000.alios7.x86_64/amd64;1.8.0_332)" '
    '"example.oss-cn-shanghai-internal.aliyuncs.com" "654E5715DE97D439332E01EA" "true" "300024016803281053" '
    '"GetBucketInfo" "exampleBucket" "-" - - "-" 949 "1165947387648789" - "-" "standard" "-" "-" "STS.NTj3wVJJGW"'
)
#: The vendor's page, before fields were added.
OLD = (
    '119.140.142.11 - - [02/May/2012:00:00:04 +0800] "GET /aliyun-logo.png HTTP/1.1" 404 5576 71 '
    '"http://www.aliyun.com/product/oss" "curl/7.15.5" "oss-example.oss-cn-hangzhou.aliyuncs.com" '
    '"505B01695037C2AF032593A4" "true" "1657136103983691" "GetObject" "oss-example" "/aliyun-logo.png" 5576 17 '
    '"NoSuchBucket" 302 "1657136103983691" 280 "cdn"'
)


def made(uri="/a", *, agent="Firefox", status=200, sent=10, size="10", method="GET", bucket="b-1", key="a", sync="-"):
    return (
        f'203.0.113.7 - - [01/Mar/2026:20:00:00 +0800] "{method} {uri} HTTP/1.1" {status} {sent} 3 "-" "{agent}" "h" '
        f'"{"A" * 24}" "true" "-" "GetObject" "{bucket}" "{key}" {size} 2 "-" 100 "1" - "{sync}" "standard" "-" "-" "-"'
    )


def test_a_real_line():
    line = parse(REAL)
    assert (line.at, line.address) == (datetime(2026, 9, 13, 7, 47, 19, tzinfo=UTC), "58.19.7.52")
    assert (line.bucket, line.key, line.status, line.sent, line.size) == (
        "downloads",
        "app-icon.ico",
        200,
        370070,
        370070,
    )
    assert (line.is_anonymous, line.is_cdn, line.error, line.link) == (True, False, "", None)


def test_a_real_line_about_a_bucket():
    line = parse(BUCKET_ONLY)
    assert (line.bucket, line.key, line.size, line.is_anonymous) == ("exampleBucket", "", None, False)


def test_an_old_line():
    line = parse(OLD)
    assert (line.key, line.error, line.is_cdn) == ("aliyun-logo.png", "NoSuchBucket", True)


@pytest.mark.parametrize("more", [' "a b" -', " 12", ' - "-" 0'])
def test_fields_that_are_added_at_the_end(more):
    assert parse(REAL + more) == parse(REAL)


V4 = (
    "/a?x-oss-date=20260301T115900Z&x-oss-expires=60&x-oss-signature-version=OSS4-HMAC-SHA256"
    "&x-oss-credential=LTAIx%2F20260301%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-signature=00ff"
)


@pytest.mark.parametrize(
    ("uri", "signature", "signed_at"),
    [
        (V4, "00ff", datetime(2026, 3, 1, 11, 59, tzinfo=UTC)),
        ("/a?OSSAccessKeyId=LTAIx&Expires=1&Signature=aB%2Bc%2Fd%3D", "aB+c/d=", None),
        ("/a?OSSAccessKeyId=LTAIx&Expires=1&Signature=aB%252Bc%252Fd%253D", "aB+c/d=", None),
        ("/a?OSSAccessKeyId=LTAIx&Expires=1&Signature=aB+c/d=", "aB+c/d=", None),
        ("/a?OSSAccessKeyId=LTAIx&Expires=1&x-oss-date=no&Signature=x", "x", None),
        ("/a?OSSAccessKeyId=LTAIx&x-oss-date=00010101T000000Z&x-oss-signature=x", "x", None),
        ("/a?OSSAccessKeyId=LTAIx&Expires=1&Signatur%65=x", "x", None),
        ("/a b?OSSAccessKeyId=LTAIx&Expires=1&Signature=x", "x", None),
        ("/a?OSSAccessKeyId=LTAIx&Expires=1&Signature=x&y=?Signature=z&Signature=z", "x", None),
        ("/a?OSSAccessKeyId=LTAIx&x-oss-date=20261341T000000Z&x-oss-signature=%ff%00", "\ufffd\0", None),
    ],
)
def test_a_link(uri, signature, signed_at):
    link = parse(made(uri)).link
    assert link == (sha256(signature.encode()).hexdigest(), "LTAIx", signed_at, False)
    if not any(strange in uri for strange in ("%25", "%65", "%ff", "+", "?Signature=z")):
        assert link.digest == signature_digest(f"https://b-1.example.com{uri}")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\x00\xff",
        "x" * 70_000,
        REAL[:-200],
        REAL.replace("Sep", "Foo"),
        REAL.replace("13/Sep", "31/Sep"),
        REAL.replace("2026:", "0001:"),
        REAL.replace("2026:", "9999:"),
        REAL.replace(" 370070 13 ", f" {'9' * 5000} 13 "),
        REAL.replace(" 200 ", " ok "),
    ],
)
def test_no_line(line):
    assert parse(line) is None


def test_a_key_that_is_none():
    assert parse(made(key="a%00%ffb")).key == "a\ufffd\ufffdb"


def test_a_browser_name_cannot_pass_for_the_fields_after_it():
    forged = 'x" "h" "BBBBBBBBBBBBBBBBBBBBBBBB" "true" "-" "GetObject" "other" "k" 5 5 "-" 1 "1" - "cdn" "standard'
    line = parse(made(V4, agent=forged))
    assert (line.bucket, line.key, line.is_cdn, line.size) == ("b-1", "a", False, 10)


@pytest.mark.parametrize(
    ("how", "counted"),
    [
        ({}, "downloads"),
        ({"sent": 9}, "partial"),
        ({"status": 206, "sent": 10}, "partial"),
        ({"size": "-"}, "downloads"),
        ({"uri": V4 + "&x-oss-process=image%2Fresize%2Cw_3", "sent": 3}, "downloads"),
        ({"status": 304, "sent": 0}, "other"),
        ({"method": "HEAD", "sent": 0}, "other"),
        ({"method": "PUT", "sent": 0}, "other"),
        ({"status": 403}, "refused"),
        ({"status": 500}, "refused"),
    ],
)
def test_what_a_request_counts_as(how, counted):
    tally = tallies.Tally()
    tally.add(parse(made(**{"uri": V4, **how})))
    assert (getattr(tally, counted), tally.requests, tally.addresses) == (1, 1, {"203.0.113.7": 1})


@pytest.mark.parametrize(
    ("privacy", "kept"), [("full", ["203.0.113.7"]), ("truncated", ["203.0.113.0/24"]), ("none", [])]
)
def test_addresses_are_kept_as_the_audit_keeps_them(settings, privacy, kept):
    settings.OSS_SHARE = {"IP_PRIVACY": privacy}
    tally = tallies.Tally()
    tally.add(parse(made(V4)))
    assert list(tally.addresses) == kept


def test_of_many_addresses_some_are_told_apart():
    tally = tallies.Tally()
    for number in range(tallies.MAX_ADDRESSES + 5):
        tally.add(parse(made(V4).replace("203.0.113.7", f"2001:db8::{number:x}")))
    assert (tally.downloads, len(tally.addresses)) == (tallies.MAX_ADDRESSES + 5, tallies.MAX_ADDRESSES)


class TestFiles:
    def test_a_folder_of_plain_and_packed_ones(self, tmp_path):
        (tmp_path / "b.gz").write_bytes(gzip.compress(b"two\n"))
        (tmp_path / "a").write_bytes(b"one\nand more")
        (tmp_path / "empty").touch()
        (tmp_path / "folder").mkdir()
        found = list(log_files.find(str(tmp_path)))
        assert [list(file.lines()) for file in found] == [[b"one\n", b"and more"], [b"two\n"], []]

    def test_a_packed_one_that_breaks_off(self, tmp_path):
        (tmp_path / "a.gz").write_bytes(gzip.compress(b"x" * 1000)[:-12])
        (file,) = log_files.find(str(tmp_path / "a.gz"))
        with pytest.raises(EOFError):
            list(file.lines())

    def test_a_pipe(self):
        read_end, write_end = os.pipe()
        with os.fdopen(read_end), os.fdopen(write_end, "wb") as pipe:
            pipe.write(b"one\n")
            pipe.close()
            (file,) = log_files.find(f"/dev/fd/{read_end}")
            assert list(file.lines()) == [b"one\n"]

    def test_a_line_without_an_end(self):
        file = log_files.LogFile("endless", lambda: io.BytesIO(b"x" * (3 * log_files.MAX_LINE)))
        assert [len(piece) for piece in file.lines()] == [log_files.MAX_LINE] * 3

    def test_none(self):
        with pytest.raises(InvalidArgument, match="neither a file nor a folder"):
            list(log_files.find("/no/such/place"))
