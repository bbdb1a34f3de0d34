"""``manage.py oss_presign``: the examples of ossutil's manual, what is chosen, and how it ends."""

from __future__ import annotations

import io
import json
import os
import re
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core.management import CommandError, call_command
from shares.conftest import BACKEND

from django_oss_share.testing import Fault, Kind

from .conftest import fill

TREE = {
    "example.txt": 10,
    "folder/a.txt": 1000,
    "folder/b.jpg": 2000,
    "folder/sub/c.txt": 3000,
    "folder/sub/d.TXT": 4000,
    "folder2/e.txt": 5000,
}
#: A disk without room.
FULL = Path("/dev/full")
STRANGE = ["a b", "a+b&c=d", "100%", "季度/报告.pdf", "q?x#y", "'\"", "=1+1", "\x01\t", "a,b;c", "\u202etxt", "😀"]


@pytest.fixture
def tree(bucket):
    for key, size in TREE.items():
        bucket.put(key, bytes(size))
    return bucket


def keys_of(ran) -> list[str]:
    """Of links with the bucket in the path."""
    assert (ran.code, ran.err) == (0, "")
    return [unquote(urlsplit(line).path).removeprefix("/examplebucket/") for line in ran.lines]


def query_of(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query, keep_blank_values=True).items()}


def fetched(link: str) -> bytes:
    with urllib.request.urlopen(link, timeout=30) as answer:
        return answer.read()


# The examples of the manual


def test_one_object(tree, presign):
    (link,) = presign("oss://examplebucket/example.txt").lines
    assert fetched(link) == bytes(10)
    assert query_of(link)["x-oss-expires"] == "900"
    assert tree.calls["ListObjectsV2"] == tree.calls["HeadObject"] == 0


def test_expires_duration(tree, presign):
    (link,) = presign("oss://examplebucket/example.txt", "--expires-duration", "1h").lines
    assert query_of(link)["x-oss-expires"] == "3600"


def test_expires_date(tree, presign):
    end = datetime.now(UTC) + timedelta(hours=2)
    (link,) = presign("oss://examplebucket/example.txt", "--expires-date", f"{end:%Y-%m-%dT%H:%M:%S}").lines
    assert 7190 <= int(query_of(link)["x-oss-expires"]) <= 7200


def test_query_param_and_traffic_limit(tree, presign):
    process = "x-oss-process=image/resize,m_fixed,w_100,h_100/rotate,90"
    arguments = ["--query-param", process, "--query-param", "acl", "--traffic-limit", "819200"]
    (link,) = presign("oss://examplebucket/example.txt", *arguments).lines
    query = query_of(link)
    assert (query["x-oss-process"], query["acl"]) == ("image/resize,m_fixed,w_100,h_100/rotate,90", "")
    assert query["x-oss-traffic-limit"] == "819200"


def test_version_id(tree, presign):
    (link,) = presign("oss://examplebucket/example.txt", "--version-id", "123").lines
    assert query_of(link)["versionId"] == "123"


def test_a_folder(tree, presign):
    ran = presign("oss://examplebucket/folder/", "-r")
    assert keys_of(ran) == ["folder/a.txt", "folder/b.jpg", "folder/sub/c.txt", "folder/sub/d.TXT"]
    assert [len(fetched(link)) for link in ran.lines] == [1000, 2000, 3000, 4000]


def test_txt_files_of_a_folder(tree, presign):
    assert keys_of(presign("oss://examplebucket/folder/", "-r", "--include", "*.txt")) == [
        "folder/a.txt",
        "folder/sub/c.txt",
    ]


@pytest.mark.parametrize("url", ["oss://examplebucket", "oss://examplebucket/"])
def test_a_whole_bucket(url, tree, presign):
    assert keys_of(presign(url, "-r")) == list(TREE)


# What is chosen


@pytest.mark.parametrize(
    ("flags", "found"),
    [
        (["--exclude", "*.txt"], "b d"),
        (["--include", "*.txt", "--exclude", "sub/"], "a c e"),
        (["--exclude", "sub/", "--include", "*.txt"], "a e"),
        (["--filter", "- sub/", "--filter", "+ *.txt"], "a b e"),
        (["--filter", "+ *.txt", "--filter", "- **"], "a c e"),
        (["--include", "/folder/*.txt"], "a"),
        (["--include", "*.{jpg,TXT}"], "b d"),
        (["--min-size", "2000"], "b c d e"),
        (["--max-size", "2K"], "a b"),
        (["--min-size", "2.5K", "--max-size", "4000"], "c d"),
        (["--start-after", "folder/b.jpg"], "c d e"),
        (["--end-with", "folder/b.jpg"], "a b"),
        (["--start-after", "folder/a.txt", "--end-with", "folder/sub/c.txtx", "--page-size", "1"], "b c"),
        (["--limited-num", "3", "--page-size", "2"], "a b c"),
        (["--max-age", "1h"], "a b c d e"),
        (["--min-mtime", "2001-01-01T00:00:00", "--max-mtime", "2999-01-01T00:00:00"], "a b c d e"),
    ],
)
def test_flags_choose(flags, found, tree, presign):
    names = {"a": "folder/a.txt", "b": "folder/b.jpg", "c": "folder/sub/c.txt", "d": "folder/sub/d.TXT"}
    names["e"] = "folder2/e.txt"
    assert keys_of(presign("oss://examplebucket/fo", "-r", *flags)) == [names[each] for each in found.split()]


@pytest.mark.parametrize("flags", [["--min-age", "1h"], ["--max-mtime", "2001-01-01"], ["--include", "*.none"]])
def test_a_choice_that_nothing_meets_is_told(flags, tree, presign):
    ran = presign("oss://examplebucket/", "-r", *flags)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "Nothing in oss://examplebucket/ matches; no link was made.\n"


def test_rules_begin_at_the_prefixs_last_slash(tree, presign):
    assert keys_of(presign("oss://examplebucket/folder/su", "-r", "--include", "/sub/c*")) == ["folder/sub/c.txt"]


def test_only_what_is_directly_in_the_folder(tree, presign):
    assert keys_of(presign("oss://examplebucket/folder/", "-d")) == ["folder/a.txt", "folder/b.jpg"]


def test_no_more_pages_are_read_than_it_takes(bucket, presign):
    for number in range(6):
        bucket.put(f"{number}", b"x")
    assert keys_of(presign("oss://examplebucket", "-r", "--page-size", "2", "--limited-num", "2")) == ["0", "1"]
    assert bucket.calls["ListObjectsV2"] == 1
    assert keys_of(presign("oss://examplebucket", "-r", "--page-size", "2", "--end-with", "2")) == ["0", "1", "2"]
    assert bucket.calls["ListObjectsV2"] == 3


def test_rules_from_files(tree, presign, tmp_path):
    (tmp_path / "rules").write_text("# what is wanted\n\n; of all\n+ *.txt\r\n- **\n")
    assert keys_of(presign("oss://examplebucket/folder/", "-r", "--filter-from", str(tmp_path / "rules"))) == [
        "folder/a.txt",
        "folder/sub/c.txt",
    ]
    (tmp_path / "wanted").write_text("*.jpg\n")
    assert keys_of(presign("oss://examplebucket/", "-r", "--include-from", str(tmp_path / "wanted"))) == [
        "folder/b.jpg"
    ]


def test_names_from_a_file_are_signed_without_a_list(tree, presign, tmp_path):
    (tmp_path / "names").write_text("\ufeffa.txt\n# no\n\n sub/季.txt \n")
    ran = presign("oss://examplebucket/folder/", "--files-from", str(tmp_path / "names"))
    assert keys_of(ran) == ["folder/a.txt", "folder/sub/季.txt"]
    assert tree.calls["ListObjectsV2"] == 0
    (tmp_path / "raw").write_text("#1\n a \n")
    assert keys_of(presign("oss://examplebucket", "--files-from-raw", str(tmp_path / "raw"))) == ["#1", " a "]


def test_rules_from_standard_input(tree, presign, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("*.nothing\n"))
    assert presign("oss://examplebucket", "-r", "--include-from", "-").lines == []


def test_names_from_standard_input(tree, presign, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("example.txt\n" * 2500))
    assert keys_of(presign("oss://examplebucket/", "--files-from", "-")) == ["example.txt"] * 2500


# How links are written, and where they point


def test_strange_keys_open_by_their_links_and_come_back_from_json(bucket, presign):
    for key in STRANGE:
        bucket.put(key, key.encode())
    ordered = sorted(STRANGE, key=str.encode)
    assert [fetched(link).decode() for link in presign("oss://examplebucket", "-r").lines] == ordered
    rows = [json.loads(line) for line in presign("oss://examplebucket", "-r", "--output-format", "jsonl").lines]
    assert [row["key"] for row in rows] == ordered
    assert [fetched(row["url"]).decode() for row in rows] == ordered


@pytest.mark.parametrize(("flags", "count"), [(["--page-size", "2"], 6), (["--include", "none"], 0)])
def test_json_is_one_document(flags, count, tree, presign):
    before = datetime.now(UTC).replace(microsecond=0)
    rows = json.loads(presign("oss://examplebucket", "-r", "--output-format", "json", *flags).out)
    assert [row["key"] for row in rows] == list(TREE)[:count]
    for row in rows:
        assert before <= datetime.fromisoformat(row["expires_at"]) - timedelta(minutes=15) <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("flags", "start"),
    [
        (["-e", "https://oss-cn-hangzhou-internal.aliyuncs.com"], "https://examplebucket.oss-cn-hangzhou-internal."),
        (["-e", "static.example.com", "--addressing-style", "cname"], "https://static.example.com/a?"),
        (
            ["-e", "oss-cn-hangzhou.aliyuncs.com", "--addressing-style", "path"],
            "https://oss-cn-hangzhou.aliyuncs.com/e",
        ),
    ],
)
def test_links_point_elsewhere(flags, start, bucket, presign):
    (link,) = presign("oss://examplebucket/a", *flags).lines
    assert link.startswith(start)


def test_whole_keys_whatever_the_location(oss_emulator, settings, presign):
    options = oss_emulator.storage_options(location="media", querystring_auth=False)
    settings.STORAGES = {"media": {"BACKEND": BACKEND, "OPTIONS": options}}
    oss_emulator.put("outside.txt", b"x")
    (link,) = presign("oss://examplebucket", "-r").lines
    assert fetched(link) == b"x"


def test_the_storage_is_that_of_the_bucket_or_the_one_named(oss_emulator, settings, presign):
    oss_emulator.add_bucket("otherbucket")
    backends = {
        alias: {"BACKEND": BACKEND, "OPTIONS": oss_emulator.storage_options(bucket_name=bucket)}
        for alias, bucket in {"default": "examplebucket", "second": "examplebucket", "other": "otherbucket"}.items()
    }
    settings.STORAGES = {**backends, "local": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    assert presign("oss://otherbucket/a").code == 0
    twice = presign("oss://examplebucket/a")
    assert twice.code == 2
    assert "--storage default" in twice.err
    assert presign("oss://examplebucket/a", "--storage", "second").code == 0
    assert presign("oss://examplebucket/a", "--storage", "other").code == 2
    assert presign("oss://examplebucket/a", "--storage", "local").code == 3


# How it ends


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["examplebucket/a"], 2, "write oss://bucket[/prefix]"),
        (["oss://Bad_Bucket/a"], 2, "is not a bucket name"),
        (["oss://examplebucket/\udcff"], 2, "not UTF-8"),
        (["oss://examplebucket"], 2, "names no object; add -r"),
        (["oss://examplebucket/a/../b"], 2, "'..' segment"),
        (["oss://examplebucket/a", "--include", "*"], 2, "add -r"),
        (["oss://examplebucket/a", "-r", "-d"], 2, "--recursive contradicts --dirs"),
        (["oss://examplebucket/a", "-r", "--version-id", "1"], 2, "--version-id is of one object"),
        (["oss://examplebucket/a", "-r", "--page-size", "1001"], 2, "1 to 1000"),
        (["oss://examplebucket/a", "--expires-duration", "0"], 2, "is not in the future"),
        (["oss://examplebucket/a", "--expires-duration", "8d"], 2, "7 days"),
        (["oss://examplebucket/a", "--expires-date", "2001-01-01T00:00:00"], 2, "2001-01-01T00:00:00Z is over"),
        (["oss://examplebucket/a", "--expires-date", "2999-01-01", "--expires-duration", "1h"], 2, "keep one"),
        (["oss://examplebucket/a", "--query-param", "a=1", "--query-param", "a=2"], 2, "'a' is given twice"),
        (["oss://examplebucket/a", "--query-param", "x-oss-date=1"], 2, "x-oss-date"),
        (["oss://examplebucket/a", "--traffic-limit", "1"], 2, "819200"),
        (["oss://examplebucket/a", "-e", "http://oss-cn-hangzhou.aliyuncs.com"], 3, "plain http"),
        (["oss://examplebucket/a", "-e", "http://169.254.169.254"], 2, "metadata"),
        (["oss://examplebucket/a", "--files-from", "/nowhere"], 2, "/nowhere cannot be read: No such file"),
        (["oss://nobodysbucket/a"], 3, "known: oss://examplebucket"),
        (["oss://examplebucket/a", "--storage", "nobodys"], 3, "'nobodys'"),
        (["oss://examplebucket", "-r", "--max-age", "999999w"], 2, "--max-age of 6,999,993 days begins before"),
    ],
)
def test_an_error_is_one_sentence_and_a_code(arguments, code, says, bucket, presign):
    ran = presign(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    "flags",
    [
        ["--filter", "*.txt"],
        ["--include", "[a"],
        ["--min-size", "1X"],
        ["--min-size", "9" * 400],
        ["--min-age", "x"],
        ["--min-mtime", "0001-01-01T00:00:00+05:00"],
        ["--expires-date", "9999-12-31T23:59:59-05:00"],
        ["--start-after", "\udcff"],
        ["--limited-num", "9" * 30],
        ["--nonsense"],
    ],
)
def test_a_bad_flag(flags, bucket):
    with pytest.raises(CommandError, match=re.escape(flags[0])):
        call_command("oss_presign", "oss://examplebucket", "-r", *flags)


def test_keys_that_no_link_can_open_are_named_and_passed_over(bucket, presign):
    for number in range(12):
        bucket.put(f"a/../{number:02}", b"x")
    bucket.put("b", b"x")
    ran = presign("oss://examplebucket", "-r")
    assert (ran.code, len(ran.lines)) == (1, 1)
    *named, last = ran.err.splitlines()
    assert len(named) == 10
    assert all("'a/../0" in line for line in named)
    assert last == "12 of 13 objects have no link."


def test_no_permission(oss_emulator, settings, presign):
    options = oss_emulator.storage_options(access_key="LTAInobody")
    settings.STORAGES = {"default": {"BACKEND": BACKEND, "OPTIONS": options}}
    ran = presign("oss://examplebucket", "-r")
    assert (ran.code, ran.out) == (4, "")
    assert "InvalidAccessKeyId (403)" in ran.err


def test_no_credentials(oss_emulator, settings, presign, monkeypatch):
    for name in ("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET"):
        monkeypatch.delenv(name, raising=False)
    options = oss_emulator.storage_options(access_key=None, secret_key=None)
    settings.STORAGES = {"default": {"BACKEND": BACKEND, "OPTIONS": options}}
    assert presign("oss://examplebucket/a").code == presign("oss://examplebucket", "-r").code == 3


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(Kind.STATUS, status=503, after=1), 5),
        (Fault(Kind.REPEAT_TOKEN, after=1), 5),
        (Fault(Kind.DROP_TOKEN, after=1), 5),
        (Fault(Kind.CORRUPT, after=1), 5),
        (Fault(Kind.RESET, after=1), 5),
    ],
    ids=lambda value: str(getattr(value, "kind", value)),
)
def test_a_list_that_breaks_off_is_never_called_whole(fault, code, tree, presign):
    tree.faults.add(fault)
    ran = presign("oss://examplebucket", "-r", "--page-size", "2", "--output-format", "json")
    assert ran.code == code
    assert re.search(r"Only \d links were made\.$", ran.err)
    with pytest.raises(json.JSONDecodeError):
        json.loads(ran.out)


@pytest.fixture
def role(oss_emulator, settings, transactional_db):
    """The storage ``default`` signs by a role, whose tokens live an hour."""
    role = {
        "PROVIDER": "assume_role",
        "ROLE_ARN": "acs:ram::1234567890123456:role/links",
        "STS_ENDPOINT": oss_emulator.sts_endpoint,
        "ACCESS_KEY_ID": oss_emulator.access_key_id,
        "ACCESS_KEY_SECRET": oss_emulator.access_key_secret,
    }
    settings.OSS_SHARE = {"CREDENTIALS": {"default": role}}
    options = oss_emulator.storage_options(access_key=None, secret_key=None, credentials="default")
    settings.STORAGES = {"default": {"BACKEND": BACKEND, "OPTIONS": options}}


@pytest.mark.usefixtures("role")
def test_links_that_would_outlive_every_token_are_refused(presign):
    ran = presign("oss://examplebucket/a", "--expires-duration", "1d")
    assert (ran.code, ran.out) == (2, "")
    assert "expires_in=86400 seconds is over the" in ran.err


@pytest.mark.usefixtures("role")
def test_links_that_end_with_their_token_are_told_of(settings, presign):
    settings.OSS_SHARE = {**settings.OSS_SHARE, "ON_CLIP": "clip"}
    ran = presign("oss://examplebucket/a", "--expires-duration", "1d")
    assert (ran.code, len(ran.lines)) == (0, 1)
    assert "with the security token that signed them" in ran.err


@pytest.mark.usefixtures("role")
def test_a_role_lists_and_signs(oss_emulator, presign):
    oss_emulator.put("a", b"x")
    (link,) = presign("oss://examplebucket", "-r").lines
    assert fetched(link) == b"x"


# By the shell


def test_100_000_keys_in_flat_memory(bucket, shell, tmp_path):
    fill(bucket, 100_000)
    few = shell("oss://examplebucket/many/", "-r", "--limited-num", "2000")
    with (tmp_path / "links").open("w") as file:
        many = shell("oss://examplebucket/many/", "-r", stdout=file)
    assert few.code == many.code == 0
    with (tmp_path / "links").open() as file:
        keys = [urlsplit(line).path.rpartition("/")[2] for line in file]
    assert keys == ["", *(f"{number:07}" for number in range(100_000))]
    assert many.peak - few.peak <= 5
    assert many.err.startswith("peak")


def test_head_has_seen_enough(bucket, shell):
    fill(bucket, 5000)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = shell("oss://examplebucket", "-r", stdout=writing)
    finally:
        os.close(writing)
    assert ran.code == 1
    assert ran.err.startswith("peak")


@pytest.mark.skipif(not FULL.exists(), reason="Linux has it")
def test_a_full_disk(bucket, shell):
    fill(bucket, 100)
    with FULL.open("w") as full:
        ran = shell("oss://examplebucket", "-r", stdout=full)
    assert ran.code == 1
    assert "could not be written: No space left on device." in ran.err
    assert "Traceback" not in ran.err


def test_a_mistyped_flag_and_the_help(shell):
    assert shell("oss://examplebucket", "--recursiv3").code == 2
    shown = shell("--help")
    assert shown.code == 0
    assert shown.out.startswith("Usage: manage.py oss_presign oss://bucket[/prefix] [flags]\n")
    for flag in (
        "-r, --recursive ",
        "--include stringArray ",
        "--expires-duration Duration ",
        "--min-size SizeSuffix ",
    ):
        assert f"  {flag}" in shown.out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_for_those_who_look_on(tree, monkeypatch):
    monkeypatch.setattr("django_oss_share.management.progress._EVERY", 0)
    out, err = io.StringIO(), Terminal()
    call_command("oss_presign", "oss://examplebucket", "-r", "--page-size", "4", stdout=out, stderr=err, no_color=True)
    assert re.search(r"\r4 links of 4 objects, [\d,]+ a second \r6 links of 6 objects", err.getvalue())
    assert err.getvalue().endswith("\r\x1b[K")
    assert len(out.getvalue().splitlines()) == 6
