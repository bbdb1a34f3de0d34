from __future__ import annotations

import getpass
import io
import json
import sys

import pytest
from django.core.management.base import CommandError
from shares.factories import PASSWORD, VISITOR, make_share, make_user, visit

from django_oss_share.models import Share
from django_oss_share.services import access, tokens


def test_create_prints_a_link_that_opens(run_json, oss):
    known = run_json("oss_share", "create", "reports/q3.pdf", "--expires", "7d", "--max-downloads", "2")
    assert (known["state"], known["max_downloads"], known["keys"]) == ("active", 2, ["reports/q3.pdf"])
    assert known["url"].startswith("https://files.example.com/s/")
    token = known["url"].rstrip("/").rpartition("/")[2]
    assert access.open_share(token, VISITOR).share.pk == known["id"]


def test_create_for_people_has_a_fact_a_line(run, oss):
    printed = run("oss_share", "create", "reports/q3.pdf", "--name", "Third quarter")
    assert "label:            Third quarter\n" in printed
    assert "url:              https://files.example.com/s/" in printed


def test_several_keys_are_a_selection_and_a_prefix_a_folder(run_json, oss):
    oss.put("reports/q4.pdf", b"the fourth")
    selection = run_json("oss_share", "create", "reports/q3.pdf", "reports/q4.pdf")
    folder = run_json("oss_share", "create", "--prefix", "reports/")
    assert (selection["kind"], selection["keys"]) == ("selection", ["reports/q3.pdf", "reports/q4.pdf"])
    assert (folder["kind"], folder["keys"]) == ("prefix", ["reports/"])


def test_an_object_that_is_not_there_is_not_shared(run, oss):
    with pytest.raises(CommandError, match=r"reports/q9\.pdf"):
        run("oss_share", "create", "reports/q9.pdf")
    assert not Share.objects.exists()


def test_unless_told_not_to_ask(run_json):
    assert run_json("oss_share", "create", "reports/q9.pdf", "--no-check")["state"] == "active"


def test_a_password_comes_by_standard_input(run_json, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    known = run_json("oss_share", "create", "a.txt", "--no-check", "--password-stdin")
    assert known["password"] is True
    assert PASSWORD not in json.dumps(known)
    share = Share.objects.get(pk=known["id"])
    assert access.unlock(tokens.make(share), PASSWORD, VISITOR).visit.share == share


def test_a_password_that_is_mistyped_shares_nothing(run, monkeypatch):
    answers = iter([PASSWORD, PASSWORD + "!"])
    monkeypatch.setattr(getpass, "getpass", lambda _: next(answers))
    with pytest.raises(CommandError, match="differ"):
        run("oss_share", "create", "a.txt", "--no-check", "--password")
    assert not Share.objects.exists()


@pytest.mark.parametrize("typed", ["", "\n", "\r\n"])
def test_an_empty_standard_input_shares_nothing_without_a_password(run, monkeypatch, typed):
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    with pytest.raises(CommandError, match="nothing was shared"):
        run("oss_share", "create", "a.txt", "--no-check", "--password-stdin")
    assert not Share.objects.exists()


def test_a_password_in_another_encoding_shares_nothing(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("密码密码密码密码密码".encode("gb18030")), "utf-8"))
    with pytest.raises(CommandError, match="nothing was shared"):
        run("oss_share", "create", "a.txt", "--no-check", "--password-stdin")


def test_a_terminal_that_is_closed_shares_nothing(run, monkeypatch):
    def closed(_):
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", closed)
    with pytest.raises(CommandError, match="nothing was shared"):
        run("oss_share", "create", "a.txt", "--no-check", "--password")
    assert not Share.objects.exists()


def test_a_short_password_is_refused_without_being_repeated(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("hunter2\n"))
    with pytest.raises(CommandError, match="7 characters") as error:
        run("oss_share", "create", "a.txt", "--no-check", "--password-stdin")
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--expires", "tomorrow"], "30d or 12h"),
        (["--max-downloads", "0"], "1 to 2147483647"),
        (["--network", "10.0.0.5/8"], "meant 10.0.0.0/8"),
        (["--storage", "nowhere"], "nowhere"),
        (["--owner", "nobody"], "no user 'nobody'"),
        (["--filename", "a/b"], "path separator"),
        (["--expires", "never"], "never"),
        (["--expires", "2020-01-01"], "not after now"),
        (["--expires", "9999-12-31T23:59"], "calendar|too late"),
        (["--prefix", "team/"], "exactly one"),
        (["--owner", "gone"], "may not log in"),
    ],
)
def test_a_bad_argument_is_named_with_what_is_allowed(run, arguments, says):
    make_user("gone", is_active=False)
    with pytest.raises(CommandError, match=f"(?i){says}"):
        run("oss_share", "create", "a.txt", "--no-check", *arguments)
    assert not Share.objects.exists()


@pytest.mark.parametrize("verb", [["list"], ["create", "docs/a.txt"]])
def test_an_empty_name_is_nobodys(run, db, verb):
    with pytest.raises(CommandError, match=r"There is no user ''\."):
        run("oss_share", *verb, "--owner", "")
    assert not Share.objects.exists()


def test_list_filters_by_state_owner_and_object(run, db):
    ann = make_user("ann")
    mine, other = make_share(created_by=ann, name="mine"), make_share(key="b.txt", name="other")
    run("oss_share", "revoke", str(other.pk), "--reason", "left the team")
    assert "mine" in run("oss_share", "list") and "other" in run("oss_share", "list")
    assert "other" not in run("oss_share", "list", "--state", "active")
    assert "other" not in run("oss_share", "list", "--owner", "ann")
    assert "mine" not in run("oss_share", "list", "--key", "b.txt")
    assert run("oss_share", "list", "--state", "scheduled") == "No share matches.\n"
    lines = run("oss_share", "list", "--json").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [other.pk, mine.pk]


def test_no_list_and_no_detail_shows_a_link_unasked(run, db):
    share = make_share()
    token = tokens.make(share)
    assert token not in run("oss_share", "list", "--json")
    assert token not in run("oss_share", "show", str(share.pk))
    assert token in run("oss_share", "show", str(share.pk), "--link")


def test_show_tells_what_happened(run, oss):
    share = make_share()
    access.issue(visit(share))
    run("oss_share", "revoke", str(share.pk), "--reason", "sent to the wrong person")
    printed = run("oss_share", "show", str(share.pk), "--events")
    assert printed.index("issued") < printed.index("revoked  sent to the wrong person")


def test_the_life_of_a_share(run_json, db):
    share = make_share(max_downloads=1, downloads=1)
    assert run_json("oss_share", "show", str(share.pk))["state"] == "exhausted"
    assert run_json("oss_share", "revive", str(share.pk), "--max-downloads", "3")["state"] == "active"
    assert run_json("oss_share", "extend", str(share.pk), "--expires", "2d")["expires_at"]
    make_user("bob")
    assert run_json("oss_share", "hand-over", str(share.pk), "--to", "bob")["owner"] == "bob"
    old = tokens.make(share)
    assert old not in run_json("oss_share", "rotate", str(share.pk))["url"]
    assert run_json("oss_share", "revoke", str(share.pk))["state"] == "revoked"
    with pytest.raises(CommandError, match="was revoked"):
        run_json("oss_share", "extend", str(share.pk), "--expires", "2d")


def test_of_several_to_revoke_all_must_be_there(run, db):
    share = make_share()
    with pytest.raises(CommandError, match="number 999"):
        run("oss_share", "revoke", str(share.pk), "999")
    share.refresh_from_db()
    assert share.revoked_at is None


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_list_of_no_or_fewer_lines(run, limit):
    with pytest.raises(CommandError, match="from 1 to"):
        run("oss_share", "list", "--limit", limit)


def test_a_key_that_cannot_be(run):
    with pytest.raises(CommandError, match="lone surrogate"):
        run("oss_share", "list", "--key", "a\udcff")


def test_nothing_to_share(run):
    with pytest.raises(CommandError, match="what to share"):
        run("oss_share", "create")


HOSTILE = "q3\x1b[2J\x9b31m\n  1  active  forged\u202etxt"


def test_a_name_writes_no_line_of_its_own_and_moves_no_cursor(run, db):
    share = make_share(name=HOSTILE, note=HOSTILE)
    run("oss_share", "revoke", str(share.pk), "--reason", "a\x1b[2Jb\nc")
    for printed in (run("oss_share", "list"), run("oss_share", "show", str(share.pk), "--events")):
        assert all(line.isprintable() for line in printed.splitlines())
        assert not any(line.lstrip().startswith("1  active") for line in printed.splitlines())
        assert "q3" in printed


def test_json_keeps_a_name_as_it_is_and_shows_no_terminal_anything(run, db):
    share = make_share(name=HOSTILE)
    printed = run("oss_share", "show", str(share.pk), "--json")
    assert printed.rstrip("\n").isprintable()
    assert json.loads(printed)["label"] == HOSTILE


def test_a_name_in_any_script_is_shown(run, db):
    share = make_share(name="第三季度 ✓")
    assert "第三季度 ✓" in run("oss_share", "list")
    assert "第三季度 ✓" in run("oss_share", "show", str(share.pk), "--json")
