"""What people call a file, going by its name: an icon and a few words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

#: By icon, the endings of names.
_ENDINGS: Mapping[str, str] = {
    "image": "png jpg jpeg jfif gif webp avif bmp svg tif tiff heic heif ico raw psd ai eps",
    "pdf": "pdf",
    "video": "mp4 m4v mov webm ogv mkv avi wmv flv mpg mpeg 3gp",
    "audio": "mp3 m4a aac ogg oga opus wav flac wma aiff mid midi",
    "text": "txt log md rst srt ini toml yaml yml",
    "document": "doc docx odt rtf pages wps epub mobi",
    "sheet": "xls xlsx ods csv tsv numbers et parquet",
    "slides": "ppt pptx odp key dps",
    "archive": "zip gz tgz tar 7z rar bz2 xz zst iso dmg jar apk deb rpm",
    "code": "py js mjs ts tsx jsx json xml html htm css scss c h cc cpp go rs java kt swift rb php sh sql ipynb",
}
_ICONS = {ending: icon for icon, endings in _ENDINGS.items() for ending in endings.split()}
_LABELS: Mapping[str, str | Promise] = {
    "image": _("image"),
    "pdf": _("document"),
    "video": _("video"),
    "audio": _("audio"),
    "text": _("text file"),
    "document": _("document"),
    "sheet": _("table"),
    "slides": _("slides"),
    "archive": _("archive"),
    "code": _("source text"),
    "file": _("file"),
}
_ENDING = re.compile(r"[a-z0-9]{1,8}").fullmatch
# What would hide, or turn round, a part of a name where it is shown.
_HIDING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class FileKind:
    """:ivar icon: the name of a symbol in ``icons.svg``. :ivar label: such as "PNG image"."""

    icon: str
    label: str | Promise


def kind_of(name: str) -> FileKind:
    """By the ending of ``name``; nothing is asked."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    icon = _ICONS.get(ending, "file")
    if not _ENDING(ending):
        return FileKind(icon, _("File"))
    return FileKind(icon, format_lazy(_("{ending} {kind}"), ending=ending.upper(), kind=_LABELS[icon]))


def shown_name(name: str) -> str:
    """``name`` with a sign in place of each character that cannot be seen, or that disguises the others."""
    return _HIDING.sub("\N{REPLACEMENT CHARACTER}", name)
