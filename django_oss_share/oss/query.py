"""What may stand in the query of a link, by OSS's names."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import InvalidArgument
from .signing import v1, v4
from .validate import check_line, check_mapping

#: bit/s that ``x-oss-traffic-limit`` takes (100 KB/s to 100 MB/s).
TRAFFIC_LIMITS = range(819_200, 838_860_801)
# Of either version: OSS takes a link that carries names of both for one or the other.
_RESERVED = v4.RESERVED | v1.RESERVED


def check_query(query: Mapping[str, str | int | None]) -> dict[str, str]:
    """``query`` as text, with None as the empty value that stands for a bare name.

    :raises InvalidArgument: no dict, a name that the signature brings itself, a value of another type, a traffic limit
        that OSS does not take. :raises InvalidHeader: a control character or a lone surrogate.
    """
    return {_name(name): _text(name, value) for name, value in check_mapping("query", query).items()}


def _name(name: str) -> str:
    if not isinstance(name, str) or not name or name in _RESERVED:
        raise InvalidArgument(
            f"query parameter {name!r} cannot be given: the signature brings it.", field="query", value=name
        )
    return check_line("the name of a query parameter", name)


def _text(name: str, value: str | int | None) -> str:
    if not isinstance(value, str | int | None) or isinstance(value, bool):
        raise InvalidArgument(
            f"query parameter {name!r} must be a str, an int or None; got {value!r}.", field=name, value=value
        )
    text = check_line(f"query parameter {name!r}", "" if value is None else str(value))
    if name == "x-oss-traffic-limit":
        _check_traffic_limit(text)
    return text


def _check_traffic_limit(text: str) -> None:
    if not (text.isascii() and text.isdecimal()) or int(text) not in TRAFFIC_LIMITS:
        raise InvalidArgument(
            f"x-oss-traffic-limit={text} is out of range; allowed are 819200 to 838860800 bit/s.",
            field="x-oss-traffic-limit",
            value=text,
        )
