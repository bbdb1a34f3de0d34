"""Which files a browser may show, going by their names, and as what: anything else is saved.

The type stored with an object is the uploader's word. A link that shows one carries the type that is meant, so that
no picture turns out to be a script.
"""

from __future__ import annotations

from collections.abc import Mapping

#: By the ending of the name: the kind of the preview, and the content type to show it with.
_TYPES: Mapping[str, tuple[str, str]] = {
    **{ending: ("image", f"image/{ending}") for ending in ("png", "gif", "webp", "avif", "bmp")},
    **dict.fromkeys(("jpg", "jpeg", "jfif"), ("image", "image/jpeg")),
    "pdf": ("pdf", "application/pdf"),
    **dict.fromkeys(("mp4", "m4v"), ("video", "video/mp4")),
    "webm": ("video", "video/webm"),
    "ogv": ("video", "video/ogg"),
    "mov": ("video", "video/quicktime"),
    "mp3": ("audio", "audio/mpeg"),
    **dict.fromkeys(("m4a", "aac"), ("audio", "audio/mp4")),
    **dict.fromkeys(("ogg", "oga", "opus"), ("audio", "audio/ogg")),
    "wav": ("audio", "audio/wav"),
    "flac": ("audio", "audio/flac"),
    **dict.fromkeys(
        ("txt", "log", "md", "csv", "tsv", "ini", "toml", "yaml", "yml", "json", "srt"), ("text", "text/plain")
    ),
}


def preview_kind(filename: str) -> str | None:
    """``image``, ``pdf``, ``video``, ``audio`` or ``text``; None: it is to be saved."""
    return _type(filename)[0] or None


def inline_type(filename: str) -> str | None:
    """The content type to show it with, text without a charset; None: it is to be saved."""
    return _type(filename)[1] or None


def _type(filename: str) -> tuple[str, str]:
    _, dot, ending = filename.rpartition(".")
    return _TYPES.get(ending.lower() if dot else "", ("", ""))
