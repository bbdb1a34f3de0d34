"""The catalogs hold all that the package says to people, translated, and are compiled as they are written."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.utils.translation.template import templatize

import django_oss_share

pytestmark = pytest.mark.once

PACKAGE = Path(django_oss_share.__file__).parent
CATALOGS = sorted(PACKAGE.glob("locale/*/LC_MESSAGES/django.po"))
TEMPLATES = sorted(path for path in PACKAGE.glob("templates/**/*") if path.suffix in (".html", ".txt"))
_ENTRY = re.compile(r'^(msgctxt|msgid(?:_plural)?|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)
_PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
_CALL = re.compile(r"\bn?p?gettext\((?:u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|\w+|, )+\)")
#: What is translated, what is no text (a name of a class), and the other tags.
_TAGS = re.compile(
    r"{% blocktranslate\b.*?{% endblocktranslate %}|{% block (?:bodyclass|width) %}.*?{% endblock %}|{[{%#].*?[}%#]}",
    re.DOTALL,
)
_SPOKEN = re.compile(r'\b(?:aria-label|title|alt|placeholder|value)="([^"]*)"')
#: Names that are the same in every language.
_NAMES = {"B", "ETag", "CRC-64", "x-oss-meta-"}


class Text(NamedTuple):
    """What the code says; ``plural`` is "" where there is but one form."""

    singular: str
    plural: str = ""
    context: str = ""


def catalogued(catalog: Path) -> dict[Text, list[str]]:
    """The translations of each text, one a plural form; the head of the catalog aside."""
    found: dict[Text, list[str]] = {}
    context, text = "", Text("")
    for keyword, quoted in _ENTRY.findall(catalog.read_text(encoding="utf-8")):
        said = "".join(ast.literal_eval(line) for line in quoted.splitlines())
        if keyword == "msgctxt":
            context = said
        elif keyword == "msgid":
            text, context = Text(said, context=context), ""
        elif keyword == "msgid_plural":
            text = text._replace(plural=said)
        else:
            found.setdefault(text, []).append(said)
    del found[Text("")]
    return found


def said(tree: ast.AST) -> Iterator[Text]:
    """The texts that calls of gettext's functions, by whatever name, translate."""
    names = {
        alias.asname or alias.name: alias.name.removesuffix("_lazy")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from _of_call(names.get(node.func.id, node.func.id), node.args)


def _of_call(function: str, arguments: list[ast.expr]) -> Iterator[Text]:
    texts = [node.value for node in arguments if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    match function, texts:
        case "gettext", [singular]:
            yield Text(singular)
        case "ngettext", [singular, plural]:
            yield Text(singular, plural)
        case "pgettext", [context, singular]:
            yield Text(singular, context=context)
        case "npgettext", [context, singular, plural]:
            yield Text(singular, plural, context)


def all_said() -> set[Text]:
    """By the code and by the templates, which Django reads as makemessages has it read them."""
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    sources += ["\n".join(_CALL.findall(templatize(path.read_text(encoding="utf-8")))) for path in TEMPLATES]
    return {text for source in sources for text in said(ast.parse(source))}


def untranslated(template: str) -> set[str]:
    """Words between the tags, or in what browsers read out or show, that no tag translates."""
    bare = re.sub(r"<(style|script|svg)\b.*?</\1>", "", _TAGS.sub("", template), flags=re.DOTALL)
    shown = " ".join([re.sub(r"<[^>]*>", " ", bare), *_SPOKEN.findall(bare)])
    return {word for word in shown.split() if re.search(r"[A-Za-z]", word)}


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.parts[-3])
def test_it_holds_all_that_is_said_and_nothing_else(catalog):
    assert set(catalogued(catalog)) == all_said()


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.parts[-3])
def test_all_is_translated_with_its_places_and_compiled(catalog):
    with catalog.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert "fuzzy" not in catalog.read_text(encoding="utf-8")
    for text, translations in catalogued(catalog).items():
        key = f"{text.context}\x04{text.singular}" if text.context else text.singular
        for form, translation in enumerate(translations):
            assert translation, text
            assert sorted(_PLACES.findall(translation)) == sorted(_PLACES.findall(text.plural or text.singular)), text
            assert compiled._catalog[(key, form) if text.plural else key] == translation


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.parts[-3])
def test_it_names_no_place_of_whoever_wrote_it(catalog):
    assert not re.search(r"^#:|Last-Translator", catalog.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE / "templates")))
def test_a_template_says_nothing_that_cannot_be_translated(template):
    words = untranslated(template.read_text(encoding="utf-8"))
    assert {word.strip("():") for word in words} <= _NAMES
