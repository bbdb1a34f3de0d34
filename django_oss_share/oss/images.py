"""``x-oss-process`` for pictures: what OSS does to an image on its way out.

Source of the names and ranges: the vendor's pages "Image processing". Operations run in the order in which they are
given, as OSS runs them.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .errors import InvalidArgument
from .suggestions import advice

_COLOR = re.compile(r"[0-9A-Fa-f]{6}").fullmatch
_STYLE = re.compile(r"[A-Za-z0-9_.-]{1,63}").fullmatch
_GRAVITIES = ("nw", "north", "ne", "west", "center", "east", "sw", "south", "se")

#: Writes one value as OSS reads it, or raises ValueError with what is allowed.
Writer = Callable[[Any], str]


def whole(low: int, high: int) -> Writer:
    def write(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number, {low} to {high}")
        return str(value)

    return write


def one_of(*allowed: str) -> Writer:
    def write(value: Any) -> str:
        if value not in allowed:
            raise ValueError(", ".join(allowed))
        return str(value)

    return write


def flag(value: Any) -> str:
    if not isinstance(value, int) or value not in (0, 1):
        raise ValueError("True or False")
    return str(int(value))


def color(value: Any) -> str:
    if not isinstance(value, str) or _COLOR(value) is None:
        raise ValueError("six hexadecimal digits, such as FFFFFF")
    return value.upper()


def base64(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("text that is not empty")
    try:
        return urlsafe_b64encode(value.encode()).decode().rstrip("=")
    except UnicodeEncodeError:
        raise ValueError("text without a lone surrogate") from None


_SIZE = whole(1, 16_384)
_OFFSET = whole(0, 4096)
_GRAVITY = one_of(*_GRAVITIES)
#: Readable names beside OSS's letters.
_LONG_NAMES = {
    "width": "w",
    "height": "h",
    "mode": "m",
    "longest": "l",
    "shortest": "s",
    "percent": "p",
    "gravity": "g",
    "radius": "r",
    "opacity": "t",
    "font": "type",
}
_LONG_NAMES_OF = {letter: name for name, letter in _LONG_NAMES.items()}
#: Operations with named parameters.
_NAMED: Mapping[str, Mapping[str, Writer]] = {
    "resize": {
        "m": one_of("lfit", "mfit", "fill", "pad", "fixed"),
        "w": _SIZE,
        "h": _SIZE,
        "l": _SIZE,
        "s": _SIZE,
        "p": whole(1, 1000),
        "limit": flag,
        "color": color,
    },
    "crop": {"x": whole(0, 30_000), "y": whole(0, 30_000), "w": _SIZE, "h": _SIZE, "g": _GRAVITY},
    "indexcrop": {"x": _SIZE, "y": _SIZE, "i": whole(0, 10_000)},
    "circle": {"r": whole(1, 4096)},
    "rounded-corners": {"r": whole(1, 4096)},
    "blur": {"r": whole(1, 50), "s": whole(1, 50)},
    "watermark": {
        "text": base64,
        "image": base64,
        "type": base64,
        "color": color,
        "size": whole(1, 1000),
        "shadow": whole(0, 100),
        "rotate": whole(0, 360),
        "fill": flag,
        "padx": _OFFSET,
        "pady": _OFFSET,
        "t": whole(0, 100),
        "g": _GRAVITY,
        "x": _OFFSET,
        "y": _OFFSET,
        "voffset": whole(-1000, 1000),
        "order": flag,
        "align": whole(0, 2),
        "interval": whole(0, 1000),
        "P": whole(1, 100),
    },
}
# OSS refuses those that have none of these.
_ONE_OF: Mapping[str, frozenset[str]] = {"resize": frozenset("whlsp"), "watermark": frozenset({"text", "image"})}
#: Operations with one bare value.
_BARE: Mapping[str, Writer] = {
    "rotate": whole(0, 360),
    "bright": whole(-100, 100),
    "contrast": whole(-100, 100),
    "sharpen": whole(50, 399),
    "format": one_of("jpg", "png", "webp", "bmp", "gif", "tiff", "heic", "avif"),
    "auto-orient": flag,
    "interlace": flag,
}


def image_process(*, style: str | None = None, **operations: Any) -> str:
    """The value of ``x-oss-process`` (or of the keyword ``process`` of a storage's ``url()``).

    ``image_process(resize={"width": 300, "mode": "lfit"}, format="webp", quality=80)`` gives
    ``image/resize,w_300,m_lfit/format,webp/quality,q_80``.

    :param style: the name of a style saved in the bucket, instead of operations.
    :param operations: by OSS's names, with ``_`` for its hyphen (``rounded_corners``), run in the order given:
        ``resize``, ``crop``, ``indexcrop``, ``circle``, ``rounded_corners``, ``blur`` and ``watermark`` take a dict of
        parameters, by OSS's letters or by ``width height mode longest shortest percent gravity radius opacity font``;
        ``rotate``, ``bright``, ``contrast``, ``sharpen``, ``format``, ``quality`` (percent; ``{"Q": 80}`` for
        absolute), ``auto_orient`` and ``interlace`` take a value. A watermark's ``text``, ``image`` (a key of the
        bucket) and ``font`` are given plainly and encoded here.
    :raises InvalidArgument: nothing to do; an unknown operation or parameter; a value out of its range.
    """
    if style is not None:
        if operations:
            raise InvalidArgument("style cannot be combined with operations; keep one.", field="style", value=style)
        return saved_style(style)
    if not operations:
        raise InvalidArgument("image_process() needs at least one operation, such as resize.", field="process")
    return "image/" + "/".join(operation(name, value) for name, value in operations.items())


def saved_style(name: str) -> str:
    """``style/NAME``; :raises InvalidArgument: no style can have that name."""
    if not isinstance(name, str) or _STYLE(name) is None:
        raise InvalidArgument(
            f"style {name!r} is not a style's name: 1 to 63 of letters, digits, '_', '-' and '.'.",
            field="style",
            value=name,
        )
    return f"style/{name}"


def operation(name: str, value: Any) -> str:
    """One operation as OSS reads it, such as ``resize,w_300``; see :func:`image_process`, which raises the same."""
    name = name.replace("_", "-")
    if name == "quality":
        return _quality(value)
    if name in _BARE:
        return f"{name},{_written(name, _BARE[name], value)}"
    if name not in _NAMED:
        raise _unknown("operation", name, [*_NAMED, *_BARE, "quality"])
    if not isinstance(value, Mapping) or not value:
        raise InvalidArgument(f"{name}={value!r} must be a dict of parameters.", field=name, value=value)
    return with_parameters(name, _NAMED[name], value)


def with_parameters(name: str, writers: Mapping[str, Writer], value: Mapping[str, Any]) -> str:
    """``NAME,a_1,b_2``, each parameter written by its writer."""
    written: dict[str, str] = {}
    for parameter, each in value.items():
        short = _letter(name, writers, parameter)
        if short in written:
            raise InvalidArgument(
                f"{name}.{parameter} is given twice, by two of its names; keep one.", field=name, value=parameter
            )
        written[short] = _written(f"{name}.{parameter}", writers[short], each)
    if name in _ONE_OF and _ONE_OF[name].isdisjoint(written):
        needed = " or ".join(_LONG_NAMES_OF.get(letter, letter) for letter in writers if letter in _ONE_OF[name])
        raise InvalidArgument(f"{name}={dict(value)!r} says too little; add {needed}.", field=name, value=value)
    return ",".join([name, *(f"{short}_{text}" for short, text in written.items())])


def _letter(operation: str, writers: Mapping[str, Writer], name: str) -> str:
    """OSS's own name of a parameter."""
    short = name if name in writers else _LONG_NAMES.get(name, name)
    if short not in writers:
        known = [*writers, *(long for long, letter in _LONG_NAMES.items() if letter in writers)]
        raise _unknown(f"parameter of {operation}", name, known)
    return short


def _quality(value: Any) -> str:
    kind, percent = next(iter(value.items())) if isinstance(value, Mapping) and len(value) == 1 else ("q", value)
    if kind not in ("q", "Q"):
        raise _unknown("parameter of quality", str(kind), ["q", "Q"])
    return f"quality,{kind}_{_written('quality', whole(1, 100), percent)}"


def _written(field: str, write: Writer, value: Any) -> str:
    try:
        return write(value)
    except ValueError as error:
        raise InvalidArgument(f"{field}={value!r} is not allowed; use {error}.", field=field, value=value) from None


def _unknown(what: str, name: str, known: Iterable[str]) -> InvalidArgument:
    return InvalidArgument(f"Unknown {what} {name!r}; {advice(name, known)}", field=name, value=name)
