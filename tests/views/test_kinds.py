"""What people call a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import django_oss_share
from django_oss_share.services.previews import preview_kind
from django_oss_share.views.kinds import _ENDINGS, kind_of, shown_name

TEMPLATES = Path(django_oss_share.__file__).parent / "templates" / "oss_share"


@pytest.mark.parametrize(
    ("name", "icon", "label"),
    [
        ("a.PNG", "image", "PNG image"),
        ("季度.pdf", "pdf", "PDF document"),
        ("a.docx", "document", "DOCX document"),
        ("a.tar.gz", "archive", "GZ archive"),
        ("notes.txt", "text", "TXT text file"),
        ("a.bin", "file", "BIN file"),
        ("README", "file", "File"),
        ("a.", "file", "File"),
        ("a.<b>", "file", "File"),
        ("a.averylongending", "file", "File"),
    ],
)
def test_label_and_icon(name, icon, label):
    assert (kind_of(name).icon, str(kind_of(name).label)) == (icon, label)


def test_no_ending_means_two_things():
    endings = " ".join(_ENDINGS.values()).split()
    assert len(endings) == len(set(endings))


def test_what_can_be_shown_has_the_icon_of_what_is_shown():
    for icon in ("image", "pdf", "video", "audio"):
        for ending in _ENDINGS[icon].split():
            assert preview_kind(f"a.{ending}") in (icon, None)


def test_there_is_a_symbol_for_every_icon_that_templates_use():
    symbols = set(re.findall(r'id="i-(\w+)"', (TEMPLATES / "icons.svg").read_text()))
    used = {icon for page in TEMPLATES.glob("*.html") for icon in re.findall(r'href="#i-(\w+)"', page.read_text())}
    assert used <= symbols
    assert {*_ENDINGS, "file", "folder"} <= symbols


@pytest.mark.parametrize("hidden", ["\x00", "\n", "\r", "\x7f", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028"])
def test_what_cannot_be_seen_is_seen(hidden):
    assert shown_name(f"a{hidden}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_names_of_all_scripts_stay():
    name = "季度 отчёт تقرير \N{GRINNING FACE} ñ.pdf"
    assert shown_name(name) == name
