"""``Content-Disposition`` for any file name (RFC 6266, with RFC 8187 for what is not ASCII)."""

from __future__ import annotations

import re
import unicodedata

from .errors import InvalidArgument
from .validate import check_line

# RFC 8187 attr-char: what `filename*` may hold without percent-encoding.
_ATTR_CHARS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~")
# Browsers replace controls in a name that they save under, tab included.
_CONTROL_RANGES = "\x00-\x1f\x7f-\x9f"
_CONTROLS = re.compile(f"[{_CONTROL_RANGES}]").search
# Marks that reorder the text around them: "annual\u202efdp.exe" is shown as "annualexe.pdf".
_BIDI_RANGES = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_BIDI_CONTROLS = re.compile(f"[{_BIDI_RANGES}]").search
_REFUSED = re.compile(f"[{_CONTROL_RANGES}{_BIDI_RANGES}/\\\\\ud800-\udfff]")
_TYPES = ("attachment", "inline")


def content_disposition(disposition: str = "attachment", filename: str | None = None) -> str:
    """The header value that makes a browser save under, or show with, ``filename``.

    ``content_disposition("attachment", "季度.pdf")`` gives
    ``attachment; filename="__.pdf"; filename*=UTF-8''%E5%AD%A3%E5%BA%A6.pdf``: clients of our century read the second
    form, the others the first.

    :param disposition: ``attachment`` (save) or ``inline`` (show).
    :raises InvalidArgument: another disposition; an empty name; a control or bidirectional control character or a
        lone surrogate in the name; a path separator, which browsers replace or cut at.
    """
    if disposition not in _TYPES:
        raise InvalidArgument(
            f"disposition {disposition!r} is unknown; allowed are 'attachment' and 'inline'.",
            field="disposition",
            value=disposition,
        )
    if filename is None:
        return disposition
    check_filename(filename)
    plain = _ascii_fallback(filename)
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    if plain == filename and '"' not in plain:
        return f'{disposition}; filename="{quoted}"'
    return f"{disposition}; filename=\"{quoted}\"; filename*=UTF-8''{_extended(filename)}"


def check_filename(filename: str) -> str:
    """``filename``, if a client reads it back from the header unchanged; raises as :func:`content_disposition` does."""
    if not isinstance(filename, str) or not filename.strip():
        raise InvalidArgument(f"filename {filename!r} is empty.", field="filename", value=filename)
    check_line("filename", filename)
    if _CONTROLS(filename) is not None:
        raise InvalidArgument(f"filename {filename!r} holds a control character.", field="filename", value=filename)
    if _BIDI_CONTROLS(filename) is not None:
        raise InvalidArgument(
            f"filename {filename!r} holds a bidirectional control character, which can disguise its ending.",
            field="filename",
            value=filename,
        )
    if "/" in filename or "\\" in filename:
        raise InvalidArgument(
            f"filename {filename!r} holds a path separator; pass the last part of the path alone.",
            field="filename",
            value=filename,
        )
    return filename


def fitted_filename(text: str) -> str:
    """``text`` with ``_`` for each character that :func:`check_filename` refuses, and ``_`` for a blank one."""
    fitted = _REFUSED.sub("_", text)
    return fitted if fitted.strip() else "_"


def _ascii_fallback(filename: str) -> str:
    decomposed = unicodedata.normalize("NFKD", filename)
    kept = "".join(character for character in decomposed if not unicodedata.combining(character))
    # Old clients decode a percent-escape in the plain form too, so it must not look like one.
    return "".join(c if " " <= c <= "~" and c not in "%\\" else "_" for c in kept)


def _extended(filename: str) -> str:
    return "".join(chr(byte) if byte in _ATTR_CHARS else f"%{byte:02X}" for byte in filename.encode())
