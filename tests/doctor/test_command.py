"""``manage.py oss_doctor URL``: what it prints, and its exit codes."""

from __future__ import annotations

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

from django_oss_share.management.commands import oss_doctor

CONTRACT = {"cause", "explanation", "cure", "link"}


def run(*arguments: str) -> tuple[int, str]:
    """The exit code, and what was printed."""
    out = io.StringIO()
    with pytest.raises((SystemExit, CommandError)) as ended:
        call_command("oss_doctor", *arguments, stdout=out)
    code = ended.value.code if isinstance(ended.value, SystemExit) else ended.value.returncode
    return code, out.getvalue()


def run_json(*arguments: str) -> tuple[int, dict]:
    code, printed = run("--json", *arguments)
    [line] = printed.splitlines()
    return code, json.loads(line)


def test_a_good_link(world):
    code, told = run_json(world.link())
    assert (code, told["cause"], told.keys()) == (0, "ok", CONTRACT)
    assert told["link"]["bucket"] == world.emulator.bucket
    assert told["link"]["key"] == "q3.pdf"
    assert told["link"]["signature"] == "right"


def test_a_broken_link(world):
    code, told = run_json(world.link() + "&utm_source=chat")
    assert (code, told["cause"], told.keys()) == (1, "tampered", CONTRACT)


@pytest.mark.parametrize("text", ["garbage", "https://b.s3.amazonaws.com/q3.pdf", "https://www.example.com/", ""])
def test_no_link(world, text):
    code, told = run_json(text)
    assert (code, told["cause"], told.keys()) == (2, None, CONTRACT)
    assert told["explanation"]
    assert run(text) == (2, "")


def test_people_read_it_line_by_line(world):
    code, printed = run("--fetch", world.link("notes.txt"))
    assert code == 1
    lines = printed.splitlines()
    assert lines[0] == "cause:                  content_type"
    assert lines[2].startswith("cure:  ")
    assert any(line.startswith("  x-oss-expires=900: ") for line in lines)
    assert any(line.startswith("  status:  ") for line in lines)


def test_a_link_from_standard_input(world, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{world.link()}\n"))
    assert run_json("-")[0] == 0


def test_the_page_that_it_is_opened_from(world):
    world.refuses_referers(empty=False)
    link = world.link()
    assert run_json("--fetch", link)[1]["cause"] == "referer_denied"
    assert run_json("--fetch", "--referer", "https://www.example.com/page", link)[1]["cause"] == "ok"


def test_a_host_more(world):
    url = world.link().replace(world.emulator.endpoint, world.proxied(lambda target: target))
    host = url.removeprefix("http://").partition("/")[0]
    code, told = run_json("--fetch", url)
    assert told["link"]["answer"] == {"fetched": False}
    assert any("--allow-host" in note for note in told["link"]["notes"])
    code, told = run_json("--fetch", "--allow-host", host, url)
    assert (code, told["link"]["answer"]["status"]) == (0, 200)


def test_no_secret_is_printed(world):
    key, secret, token = world.session(3600)
    proxy = world.proxied(lambda target: f"{target}&via=proxy")
    host = proxy.removeprefix("http://")
    for version in ("v4", "v1"):
        url = world.link(pair=(key, secret, token), version=version)
        signature = url.rpartition("ignature=")[2]
        for link in (url, url.replace("q3.pdf", "q4.pdf"), url.replace(world.emulator.endpoint, proxy)):
            for form in ((), ("--json",)):
                _code, printed = run(*form, "--fetch", "--allow-host", host, link)
                for hidden in (key, secret, token, token[:40], signature, world.emulator.access_key_secret):
                    assert hidden not in printed, link


def test_what_a_terminal_obeys_is_not_printed(world):
    _code, printed = run(world.link("a\x1b[2Jb\u202e.txt"))
    assert "\x1b" not in printed
    assert "\u202e" not in printed


def test_a_misconfigured_project_is_told_in_a_sentence(world, settings):
    settings.STORAGES = {"default": {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": {"bukket": "x"}}}
    with pytest.raises(CommandError, match="cannot be looked at") as refused:
        call_command("oss_doctor", "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/q3.pdf")
    assert refused.value.returncode == 2
    code, told = run_json("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/q3.pdf")
    assert (code, told["cause"], told.keys()) == (2, None, CONTRACT)
    assert "cannot be looked at" in told["explanation"]


def test_an_interrupted_one_ends_in_one_line(monkeypatch):
    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(oss_doctor, "examine", interrupted)
    with pytest.raises(CommandError, match=r"^Interrupted\.$") as caught:
        call_command("oss_doctor", bucket="default")
    assert caught.value.returncode == 130
