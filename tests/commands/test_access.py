"""``oss_acl`` and ``oss_referer``."""

from __future__ import annotations

import json

import pytest
import requests
from django.core.management.base import CommandError

pytestmark = pytest.mark.django_db

KEY = "reports/q3.pdf"


class TestACL:
    def test_shown(self, oss, run, run_json):
        assert run("oss_acl", KEY).splitlines() == [
            "bucket:           examplebucket",
            f"key:              {KEY}",
            "acl:              default",
            "bucket_acl:       private",
            "public:           no",
        ]
        assert run_json("oss_acl")["acl"] == "private"

    def test_opened_only_with_a_yes_and_then_told_where(self, oss, run, run_json):
        with pytest.raises(CommandError, match=r"(?s)reads the object.*no signature.*Nothing was changed.*--yes"):
            run("oss_acl", KEY, "--set", "public-read")
        assert run_json("oss_acl", KEY)["public"] is False
        assert f"/{KEY}" in run("oss_acl", KEY, "--set", "public-read", "--yes")
        assert requests.get(run_json("oss_acl", KEY)["url"], timeout=5).content == b"the third quarter"
        assert run_json("oss_acl", KEY, "--set", "private")["url"] is None

    def test_the_bucket(self, oss, run, run_json):
        with pytest.raises(CommandError, match="every object of the bucket"):
            run("oss_acl", "--set", "public-read")
        assert run_json("oss_acl", "--set", "public-read", "--yes")["bucket_acl"] == "public-read"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("none",), "NoSuchKey"),
            (("", "--set", "public-read", "--yes"), "The key is empty; leave it out for the bucket"),
            (("--set", "private", "--version-id", "x"), "version_id='x' is of no object"),
            (("--set", "default"), "allowed are 'private'"),
            ((KEY, "--set", "open"), "invalid choice"),
            (("a//b",), "doubled slash"),
            (("--storage", "nowhere"), "'nowhere' is no alias"),
        ],
    )
    def test_bad_arguments(self, oss, run, arguments, message):
        with pytest.raises(CommandError, match=message):
            run("oss_acl", *arguments)


class TestReferer:
    def test_none(self, oss, run, run_json):
        assert run_json("oss_referer", "show") == {
            "set": False,
            "allowed": [],
            "denied": [],
            "allow_empty": True,
            "truncate_query": True,
            "truncate_path": False,
        }
        assert "set:              no" in run("oss_referer", "show")

    def test_set_tried_and_cleared(self, oss, run, run_json, capsys):
        run("oss_referer", "set", "--allow", "https://*.example.com", "--allow", "*.example.org", "--deny", "*bad*")
        assert run_json("oss_referer", "show")["allowed"] == ["https://*.example.com", "*.example.org"]
        assert run_json("oss_referer", "test", "https://www.example.com/page")["allowed"] is True
        assert run_json("oss_referer", "test", "")["allowed"] is True
        for page in ("https://bad.example.com", "https://a.test"):
            with pytest.raises(SystemExit) as end:
                run_json("oss_referer", "test", page)
            assert end.value.code == 1
            with pytest.raises(SystemExit):
                run("oss_referer", "test", page)
        run("oss_referer", "clear")
        assert run_json("oss_referer", "show")["set"] is False

    def test_shutting_visitors_out_needs_a_yes(self, oss, run, run_json):
        strict = ("set", "--allow", "https://www.example.com", "--no-allow-empty", "--truncate-path")
        with pytest.raises(CommandError, match=r"(?s)every visitor of a share.*--yes"):
            run("oss_referer", *strict)
        answer = run("oss_referer", *strict, "--yes", "--no-truncate-query", "--json")
        assert json.loads(answer) == {
            "set": True,
            "allowed": ["https://www.example.com"],
            "denied": [],
            "allow_empty": False,
            "truncate_query": False,
            "truncate_path": True,
        }

    def test_a_rule_is_not_cleared_by_one_that_says_nothing(self, oss, run, run_json):
        run("oss_referer", "set", "--allow", "https://www.example.com/")
        with pytest.raises(CommandError, match="refuses nobody.*use clear"):
            run("oss_referer", "set", "--no-allow-empty", "--yes")
        assert run_json("oss_referer", "show")["allowed"] == ["https://www.example.com/"]

    @pytest.mark.parametrize("pattern", ["", "a b", "https://季度.com", "a,b"])
    def test_bad_patterns(self, oss, run, pattern):
        with pytest.raises(CommandError, match="is no pattern"):
            run("oss_referer", "set", "--allow", pattern)
