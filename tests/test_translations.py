"""The catalogs are whole, and compiled as they are written."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest

import django_oss_share

CATALOGS = sorted(Path(django_oss_share.__file__).parent.glob("locale/*/LC_MESSAGES/django.po"))
_ENTRY = re.compile(r'^(msgid(?:_plural)?|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)
_PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


def pairs(catalog: Path) -> list[tuple[str, str]]:
    """Each text (of a plural, its singular), and its translation; the head of the catalog aside."""
    found: list[tuple[str, str]] = []
    for keyword, quoted in _ENTRY.findall(catalog.read_text()):
        text = "".join(ast.literal_eval(line) for line in quoted.splitlines())
        if keyword == "msgid":
            found.append((text, ""))
        elif keyword.startswith("msgstr"):
            found[-1] = (found[-1][0], text)
    return found[1:]


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.parts[-3])
def test_all_is_translated_with_its_places_and_compiled(catalog):
    with catalog.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    read = pairs(catalog)
    assert len(read) > 150
    assert "fuzzy" not in catalog.read_text()
    for text, translation in read:
        assert translation, text
        assert sorted(_PLACES.findall(translation)) == sorted(_PLACES.findall(text)), text
        assert translation in (compiled.gettext(text), compiled.ngettext(text, text, 1))
