"""The commands that the documentation shows: all are parsed, and those with an answer are run and answer so.

``…`` stands for anything within a line, and a line that is nothing else for any number of lines.
"""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands, load_command_class
from shares.factories import make_share, make_user

from docs.blocks import PAGES, blocks, page_id
from docs.test_code_blocks import site

__all__ = ["site"]

SHELL = re.compile(r" [<>|] ")
PROMPT = "$ python manage.py "


def shown(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Each command of ours on the page, with the lines that it answers."""
    for block in blocks(page, "console"):
        for part in re.split(r"^(?=\$ )", block.code, flags=re.MULTILINE):
            command, *answer = part.splitlines() or [""]
            if command.startswith(PROMPT + "oss_"):
                yield command.removeprefix(PROMPT), answer


def pattern(answer: list[str]) -> str:
    lines = [r"(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + r"\n" for line in answer]
    return "".join(lines)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_commands_are_parsed(page):
    for command, _ in shown(page):
        name, *arguments = shlex.split(SHELL.split(command)[0])
        assert name in get_commands()
        load_command_class("django_oss_share", name).create_parser("manage.py", name).parse_args(arguments)


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_commands_answer_as_shown(page, site, settings):
    settings.OSS_SHARE = {**settings.OSS_SHARE, "BASE_URL": "https://files.example.com"}
    ann = make_user("ann")
    make_share(id=17, created_by=ann, created_by_label="ann", downloads=2, max_downloads=5)
    for command, answer in shown(page):
        if answer:
            out = io.StringIO()
            call_command(*shlex.split(command), stdout=out)
            assert re.fullmatch(pattern(answer), out.getvalue()), f"{command}\n{out.getvalue()}"


def test_an_answer_that_differs_is_noticed():
    assert re.fullmatch(pattern(["id: …", "…", "end"]), "id: 5\nany\nlines\nend\n")
    assert not re.fullmatch(pattern(["id: …"]), "id: 5\nmore\n")
