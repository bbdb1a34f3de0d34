"""What a file request may ask for; every error names the field, the value and what is allowed."""

from __future__ import annotations

from ...models.share import MAX_DOWNLOADS
from ...oss import InvalidArgument, InvalidKey
from .. import inputs
from ..uploads.promises import MAX_MULTIPART, checked_size

_MAX_PREFIX_BYTES = 800


def checked_prefix(prefix: str) -> str:
    """:raises InvalidKey: no folder, or so long that no name fits behind it."""
    checked = inputs.checked_prefix(prefix)
    if len(checked.encode()) > _MAX_PREFIX_BYTES:
        raise InvalidKey(
            f"prefix has {len(checked.encode())} bytes; allowed are {_MAX_PREFIX_BYTES}, so that names fit behind it.",
            field="prefix",
            value=prefix,
        )
    return checked


def checked_name(name: str) -> str:
    """:raises InvalidArgument: empty or too long."""
    text = inputs.checked_text("name", name, 200).strip()
    if not text:
        raise InvalidArgument("name is empty; say what the files are for.", field="name", value=name)
    return text


def checked_max_files(number: int | None) -> int | None:
    """:raises InvalidArgument: not a whole number of 1 to 2,147,483,647, and not None."""
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= MAX_DOWNLOADS:
        raise InvalidArgument(
            f"max_files={number!r} is out of range; allowed are 1 to {MAX_DOWNLOADS}, or None for no limit.",
            field="max_files",
            value=number,
        )
    return number


def checked_max_size(size: int) -> int:
    """:raises InvalidArgument: not 1 to 48.8 TB."""
    return checked_size(size, MAX_MULTIPART, "max_size")
