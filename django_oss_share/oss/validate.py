"""What OSS, browsers and HTTP refuse, refused before anything is signed or sent.

The vendor's SDK signs most of it and lets the visitor find out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TypeVar

from .encoding import encode_path
from .errors import ExpiryTooLong, InvalidArgument, InvalidBucketName, InvalidExpiry, InvalidHeader, InvalidKey

#: Bytes of UTF-8 that an object key may have.
MAX_KEY_BYTES = 1023
#: Seconds that a V4 link may live (7 days); V1 has no limit of its own.
MAX_V4_SECONDS = 604_800
#: Methods that a link can be made for.
METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})

_BUCKET = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]").fullmatch
# Keys that are their own percent-encoding and need no closer look, except for dot segments.
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~/-]{0,1022}").fullmatch
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+").fullmatch
_LINE_BREAKERS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]").search


_Value = TypeVar("_Value")


def check_bucket(name: str) -> str:
    """``name``, if OSS accepts it as a bucket name.

    :raises InvalidBucketName: not 3 to 63 of ``a-z 0-9 -``, or a hyphen at an end.
    """
    if not isinstance(name, str) or _BUCKET(name) is None:
        raise InvalidBucketName(
            f"bucket {name!r} is not a bucket name: 3 to 63 characters of a-z, 0-9 and hyphen, "
            "with no hyphen at either end.",
            field="bucket",
            value=name,
        )
    return name


def encoded_key(key: str) -> str:
    """``key`` checked, and percent-encoded for a URL's path.

    :raises InvalidKey: empty, over 1,023 bytes, starting with ``/`` or a backslash, with a NUL, CR, LF or lone
        surrogate, or with a ``.`` or ``..`` segment (every browser folds those away before it sends the request).
    """
    return key if is_plain(key) else encode_path(check_key(key))


def encoded_listed_key(key: str) -> str:
    """As :func:`encoded_key`, for a key that OSS itself listed: it may hold a NUL, CR or LF, which nobody typed here.

    :raises InvalidKey: as :func:`encoded_key`, but for those.
    """
    if is_plain(key):
        return key
    _refuse(key, _key_problem(key))
    return encode_path(key)


def is_plain(key: str) -> bool:
    """Whether ``key`` needs neither encoding nor a closer look; most do not."""
    return type(key) is str and _PLAIN_KEY(key) is not None and "/." not in key


def check_key(key: str) -> str:
    """``key``, if OSS accepts it and a browser can ask for it unchanged; raises as :func:`encoded_key` does."""
    if not isinstance(key, str):
        raise InvalidKey(f"key must be a str; got {type(key).__name__}.", field="key", value=key)
    _refuse(key, _key_problem(key) or _typing_problem(key))
    return key


def _refuse(key: str, problem: str | None) -> None:
    if problem:
        shown = key if len(key) <= 80 else key[:77] + "..."
        raise InvalidKey(f"key {shown!r} {problem}", field="key", value=key)


def _key_problem(key: str) -> str | None:
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return "holds a lone surrogate, which UTF-8 cannot encode."
    if not 1 <= size <= MAX_KEY_BYTES:
        return f"has {size} bytes of UTF-8; allowed are 1 to {MAX_KEY_BYTES}."
    if key[0] in "/\\":
        return "starts with a slash or backslash; OSS keys start with the first name itself."
    if not {".", ".."}.isdisjoint(key.split("/")):
        return "has a '.' or '..' segment, which browsers fold away, so the link would open another object."
    return None


def _typing_problem(key: str) -> str | None:
    if any(character in key for character in "\0\r\n"):
        return "holds a NUL, CR or LF character."
    return None


def check_method(method: str) -> str:
    """``method`` in capitals.

    :raises InvalidArgument: not one of GET, HEAD, PUT, POST, DELETE.
    """
    if method in METHODS:
        return method
    if isinstance(method, str) and method.upper() in METHODS:
        return method.upper()
    raise InvalidArgument(
        f"method {method!r} cannot be presigned; allowed are {', '.join(sorted(METHODS))}.",
        field="method",
        value=method,
    )


def lifetime(expires_in: int | timedelta, *, maximum: int | None) -> int:
    """``expires_in`` as whole seconds.

    :param maximum: seconds, or None for no limit.
    :raises InvalidExpiry: not an int or timedelta of whole seconds, or under 1.
    :raises ExpiryTooLong: over ``maximum``.
    """
    if isinstance(expires_in, timedelta):
        if expires_in.microseconds:
            raise _bad_lifetime(expires_in, "is not a whole number of seconds", maximum)
        expires_in = expires_in.days * 86_400 + expires_in.seconds
    elif not isinstance(expires_in, int) or isinstance(expires_in, bool):
        raise _bad_lifetime(expires_in, "is neither an int of seconds nor a timedelta", maximum)
    if expires_in < 1:
        raise _bad_lifetime(expires_in, "is not in the future", maximum)
    if maximum is not None and expires_in > maximum:
        raise ExpiryTooLong(expires_in, maximum)
    return expires_in


def _bad_lifetime(value: object, problem: str, maximum: int | None) -> InvalidExpiry:
    allowed = f"1 to {maximum} seconds" if maximum else "1 second or more"
    return InvalidExpiry(f"expires_in={value!r} {problem}; allowed: {allowed}.", field="expires_in", value=value)


def check_header(name: str, value: str) -> tuple[str, str]:
    """``(name, value)`` with the name in lower case and the value stripped.

    :raises InvalidHeader: a name that is no token, or a value with a control character (CR and LF would start
        another header).
    """
    if not isinstance(name, str) or _HEADER_NAME(name) is None:
        raise InvalidHeader(f"header name {name!r} is not an HTTP token.", field="headers", value=name)
    if not isinstance(value, str):
        raise InvalidHeader(
            f"header {name!r} must have a str value; got {type(value).__name__}.", field="headers", value=name
        )
    check_line(f"header {name!r}", value)
    return name.lower(), value.strip()


def check_mapping(field: str, values: Mapping[str, _Value]) -> Mapping[str, _Value]:
    """``values``; :raises InvalidArgument: no dict, such as a list of names."""
    if not isinstance(values, Mapping):
        raise InvalidArgument(
            f"{field} must be a dict of names and values; got {type(values).__name__}.", field=field, value=values
        )
    return values


def check_several(field: str, values: Iterable[str]) -> Iterable[str]:
    """``values``; :raises InvalidArgument: one text, which would be taken for as many as it has characters."""
    if isinstance(values, str):
        raise InvalidArgument(f"{field}={values!r} is one text; pass a list, [{values!r}].", field=field, value=values)
    return values


def check_line(what: str, value: str) -> str:
    """``value``, if it stays on its line.

    :raises InvalidHeader: a control character or a lone surrogate in it.
    """
    if _LINE_BREAKERS(value) is not None:
        raise InvalidHeader(f"{what} holds a control character: {value!r}.", field=what, value=value)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidHeader(f"{what} holds a lone surrogate: {value!r}.", field=what, value=value) from None
    return value
