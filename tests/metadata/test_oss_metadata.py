"""``manage.py oss_metadata``."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from django_oss_share.services import metadata
from django_oss_share.services.metadata import Outcome, Result
from django_oss_share.testing import Fault
from django_oss_share.testing import Kind as FaultKind
from metadata import texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(oss):
    """A function: what the command wrote on both streams, and its exit code."""

    def run(*arguments: str) -> tuple[str, str, int]:
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("oss_metadata", *arguments, stdout=out, stderr=err)
        except SystemExit as ended:
            return out.getvalue(), err.getvalue(), int(ended.code or 0)
        except CommandError as error:
            return out.getvalue(), str(error), error.returncode
        return out.getvalue(), err.getvalue(), 0

    return run


@pytest.fixture
def library(put):
    put("docs/季度.txt", texts.TABLE.encode("gb18030"), content_type="text/plain")
    put("docs/plain.txt", b"plain\n", content_type="text/plain")
    put("docs/photo.jpg", b"\xff\xd8\xff\xe0 a photo", content_type="application/octet-stream")
    put("docs/Größe.txt", texts.GERMAN.encode("windows-1252"), content_type="text/plain")
    put("other/季度.txt", texts.TABLE.encode("gb18030"), content_type="text/plain")


FIX = ("--prefix", "docs/", "--fix-types", "--fix-encoding")


def test_a_dry_run_first_then_the_same_in_earnest(run, library, head):
    looked, summary, code = run(*FIX, "--dry-run")
    assert "would change" in looked
    assert "content-type: text/plain -> text/plain; charset=gb18030" in looked
    assert "plain.txt" not in looked
    assert (summary.strip(), code) == ("4 objects: 2 would change, 1 unchanged, 1 skipped.", 1)
    assert head("docs/季度.txt")["content-type"] == "text/plain"
    done, summary, code = run(*FIX)
    assert done == looked.replace("would change", "changed     ")
    assert (summary.strip(), code) == ("4 objects: 2 changed, 1 unchanged, 1 skipped.", 1)
    assert head("docs/季度.txt")["content-type"] == "text/plain; charset=gb18030"
    assert head("docs/photo.jpg")["content-type"] == "image/jpeg"
    assert head("other/季度.txt")["content-type"] == "text/plain"
    assert run(*FIX)[1].strip() == "4 objects: 3 unchanged, 1 skipped."


def test_what_is_skipped_says_why(run, library):
    line = next(line for line in run(*FIX)[0].splitlines() if "Größe" in line)
    assert line.startswith("skipped")
    assert "not certain" in line
    assert run("docs/Größe.txt", "--fix-encoding", "--charset", "windows-1252")[2] == 0


def test_headers_of_named_objects(run, put, head):
    put("a.pdf")
    done, summary, code = run("a.pdf", "--disposition", "attachment", "--filename", "季度.pdf", "--cache-control", "x")
    assert code == 0
    assert "cache-control: - -> x" in done
    assert "%E5%AD%A3%E5%BA%A6.pdf" in head("a.pdf")["content-disposition"]
    assert run("a.pdf", "--cache-control", "", "--disposition", "")[2] == 0
    assert not {"cache-control", "content-disposition"} & head("a.pdf").keys()


def test_as_json_all_of_them(run, library):
    found = [json.loads(line) for line in run(*FIX, "--dry-run", "--json")[0].splitlines()]
    assert [each["result"] for each in found] == ["skipped", "would_change", "unchanged", "would_change"]
    assert found[3] == {
        "key": "docs/季度.txt",
        "result": "would_change",
        "before": {"content-type": "text/plain"},
        "after": {"content-type": "text/plain; charset=gb18030"},
        "reason": "",
    }


def test_a_key_writes_no_line_of_its_own(run, put):
    put("a\x1b[2J\u202e.txt", b"x", content_type="text/plain")
    assert not {"\x1b", "\u202e"} & set(run("--prefix", "a", "--cache-control", "x")[0])


def test_nothing_there(run):
    assert run("--prefix", "nowhere/", "--fix-types") == ("", "There is no such object; nothing was done.\n", 0)
    assert run("nowhere", "--cache-control", "x")[2] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fix-types"], "Name objects"),
        (["a", "--prefix", "b", "--fix-types"], "Name objects"),
        (["a"], "Nothing is to be changed"),
        (["a", "--content-type", "text"], "content_type"),
        (["a", "--disposition", "save"], "attachment"),
        (["--prefix", "a", "--disposition", "inline", "--filename", "x"], "single key"),
        (["--prefix", "a", "--fix-types", "--version-id", "x"], "single key"),
        (["a", "--fix-types", "--charset", "utf-8"], "fix_encoding"),
        (["a", "--fix-encoding", "--charset", "utf-9"], "did you mean 'utf-8'?"),
        (["../a", "--fix-types"], "segment"),
        (["a", "--fix-types", "--storage", "nowhere"], "no alias"),
    ],
)
def test_bad_arguments_exit_with_2(run, arguments, said):
    out, err, code = run(*arguments)
    assert (out, code) == ("", 2)
    assert said in err


def test_an_oss_that_is_down_exits_with_5(run, oss):
    oss.faults.add(Fault(operation="ListObjectsV2", kind=FaultKind.STATUS, status=503))
    _, err, code = run("--prefix", "", "--fix-types")
    assert (code, "(503)" in err) == (5, True)


def test_an_object_that_is_named_and_is_not_there_is_missed(run):
    told, summary, code = run("photos/typo", "--fix-types")
    assert "NoSuchKey" in told
    assert (summary.strip(), code) == ("1 objects: 1 failed.", 1)


def test_whoever_interrupts_it_is_told_how_far_it_came(run, monkeypatch):
    def interrupted(*args: object, **kwargs: object):
        yield Outcome("a.txt", Result.CHANGED)
        raise KeyboardInterrupt

    monkeypatch.setattr(metadata, "change_below", interrupted)
    assert run("--prefix", "docs/", "--fix-types")[1:] == ("Interrupted. 1 objects: 1 changed.", 130)


@pytest.mark.parametrize("name", ["gb2312", "GBK", "gb18030"])
def test_a_charset_by_another_of_its_names(run, library, head, name):
    assert run("docs/季度.txt", "--fix-encoding", "--charset", name)[2] == 0
    assert head("docs/季度.txt")["content-type"] == f"text/plain; charset={name.lower()}"


def test_a_charset_goes_with_what_it_is_for(run):
    assert run("docs/季度.txt", "--charset", "gbk")[1:] == ("charset='gbk': it goes with fix_encoding.", 2)
