"""Which types of files are taken: ``image/*``, ``application/pdf``, ``.docx``, as an input's attribute ``accept``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from ...oss import InvalidArgument

_MAX_TYPES = 50
_WORD = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,99}"
_PATTERN = re.compile(rf"\.[a-z0-9][a-z0-9.+-]{{0,15}}|{_WORD}/(\*|{_WORD})").fullmatch


def checked_patterns(types: Iterable[str]) -> list[str]:
    """:raises InvalidArgument: one is neither a media type, as ``image/*``, nor an ending, as ``.docx``."""
    if isinstance(types, str):
        raise InvalidArgument(
            f"content_types={types!r} is one text; pass a list, [{types!r}].", field="content_types", value=types
        )
    patterns = [str(each).strip().lower() for each in types]
    for pattern in patterns:
        if _PATTERN(pattern) is None:
            raise InvalidArgument(
                f"content_types: {pattern!r} is neither a media type, such as 'image/*', nor an ending, such as "
                "'.docx'.",
                field="content_types",
                value=pattern,
            )
    if len(patterns) > _MAX_TYPES:
        raise InvalidArgument(
            f"content_types has {len(patterns)} entries; allowed are {_MAX_TYPES}.", field="content_types"
        )
    return list(dict.fromkeys(patterns))


def is_taken(patterns: Sequence[str], filename: str, content_type: str) -> bool:
    """Whether a file of that name and type is one of those asked for; without patterns, any is."""
    name, kind = filename.lower(), content_type.partition(";")[0].strip().lower()
    return not patterns or any(
        name.endswith(pattern) if pattern.startswith(".") else fnmatchcase(kind, pattern) for pattern in patterns
    )
