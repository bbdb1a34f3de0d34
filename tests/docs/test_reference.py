"""The documentation names what there is, and all of it."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from django_oss_share import checks
from django_oss_share.conf import KNOWN
from django_oss_share.models import Action
from django_oss_share.storage.options import DEFAULTS
from docs.blocks import PAGES, ROOT, blocks, page_id

SETTINGS, AUDIT, CHECKS = ((ROOT / "docs" / f"{name}.md").read_text() for name in ("settings", "audit", "checks"))
ROW = re.compile(r"^\| `(?P<option>\w+)` \| (?P<default>.*?) \|", re.MULTILINE)


def documented_defaults() -> dict[str, str]:
    options = SETTINGS[SETTINGS.index("## Storage options") : SETTINGS.index("### A CDN")]
    return {row["option"]: row["default"].strip("`") for row in ROW.finditer(options)}


def test_every_storage_option_is_in_the_reference_and_no_other():
    assert documented_defaults().keys() == DEFAULTS.keys()


@pytest.mark.parametrize("option", sorted(DEFAULTS.keys() - {"gzip_content_types"}))
def test_the_default_in_the_reference_is_the_real_one(option):
    assert documented_defaults()[option] == repr(DEFAULTS[option]).replace("'", '"')


def test_every_key_of_oss_share_is_in_the_reference_and_no_other():
    documented = re.findall(r"^`([A-Z_]+)`$", SETTINGS[SETTINGS.index("## OSS_SHARE") :], re.MULTILINE)
    assert sorted(documented) == sorted(KNOWN)


def test_every_check_is_in_the_reference_and_no_other():
    source = "".join(file.read_text() for file in Path(checks.__file__).parent.glob("*.py"))
    given = set(re.findall(r"\"(oss_share\.[EWI]\d+)\"", source))
    assert given
    assert sorted(re.findall(r"^\| `(oss_share\.\w+)` \|", CHECKS, re.MULTILINE)) == sorted(given)


def test_every_check_says_what_is_wrong_why_and_the_cure():
    rows = re.findall(r"^\| `oss_share\.\w+` \|.*$", CHECKS, re.MULTILINE)
    for row in rows:
        _, _, what, why, cure, _ = (cell.strip() for cell in row.split("|"))
        assert what and why and cure, row


def test_every_page_is_in_the_index():
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")} - {"index"}
    listed = re.findall(r"^([a-z0-9-]+)$", (ROOT / "docs" / "index.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(pages)


def test_every_command_is_shown_somewhere():
    ours = {name for name, app in get_commands().items() if app == "django_oss_share"}
    text = "".join(page.read_text() for page in PAGES)
    assert ours <= set(re.findall(r"manage\.py (oss_\w+)", text))


def test_every_action_of_the_audit_is_explained():
    table = AUDIT[AUDIT.index("| action |") : AUDIT.index("Each has the time")]
    assert set(re.findall(r"`(\w+)`", table)) - {"data", "reason"} == set(Action.values)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_make_targets_and_commands_exist(page):
    text = page.read_text()
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for target in re.findall(r"`(?:\w+=\d )?make ([a-z-]+)`|^\$ make ([a-z-]+)", text, re.MULTILINE):
        assert "".join(target) in targets
    for command in re.findall(r"manage\.py ([a-z_]+)", text):
        assert command in get_commands() or command == "collectstatic"


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_modules_named_on_the_command_line_exist(page):
    for block in blocks(page, "console"):
        for module in re.findall(r"-m (django_oss_share[\w.]*)", block.code):
            assert importlib.util.find_spec(module) is not None


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=page_id)
def test_links_to_files_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / Path(target)).exists(), target
