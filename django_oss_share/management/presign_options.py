"""What the flags of ``oss_presign`` mean together, and which do not go together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..oss import InvalidArgument
from ..oss.validate import check_key
from ..services.exports.buckets import Place
from ..services.exports.patterns import Rules
from ..services.exports.selection import Selection

_LIFETIME = timedelta(minutes=15)
#: All that asks for something of what a list says.
CHOOSING = (
    "rules",
    "start_after",
    "end_with",
    "min_size",
    "max_size",
    "min_age",
    "max_age",
    "min_mtime",
    "max_mtime",
    "limited_num",
)


def check(place: Place, options: Mapping[str, Any]) -> None:
    """:raises InvalidArgument: flags that contradict each other, or that nothing would come of."""
    many = [name for name in ("recursive", "dirs", "files_from", "files_from_raw") if options[name]]
    if len(many) > 1:
        raise _conflict(many[0], f"contradicts {_flag(many[1])}; keep one")
    chosen = [name for name in CHOOSING if options[name] not in (None, "")]
    if chosen and not (options["recursive"] or options["dirs"]):
        raise _conflict(chosen[0], "chooses among listed objects; add -r, and no --files-from")
    if many and options["version_id"]:
        raise _conflict("version_id", "is of one object; give that alone")
    if options["page_size"] > 1000:
        raise InvalidArgument(
            f"--page-size {options['page_size']} is out of range; allowed are 1 to 1000.", field="page_size"
        )
    if not many:
        _check_one(place)


def _check_one(place: Place) -> None:
    if not place.path or place.path.endswith("/"):
        raise InvalidArgument(f"{place} names no object; add -r for all that begins with it.", field="url")
    check_key(place.path)


def _conflict(name: str, problem: str) -> InvalidArgument:
    return InvalidArgument(f"{_flag(name)} {problem}.", field=name)


def _flag(name: str) -> str:
    return "--include, --exclude or --filter" if name == "rules" else "--" + name.replace("_", "-")


def selection(place: Place, options: Mapping[str, Any], now: datetime) -> Selection:
    """What ``-r`` or ``-d`` and the flags beside it choose.

    :param now: aware, from which ages are counted.
    """
    modified_from, modified_until = modified(options, now)
    return Selection(
        prefix=place.path,
        recursive=not options["dirs"],
        start_after=options["start_after"],
        end_with=options["end_with"],
        rules=_rules(options["rules"]),
        min_size=options["min_size"],
        max_size=options["max_size"],
        modified_from=modified_from,
        modified_until=modified_until,
        limit=options["limited_num"],
    )


def modified(options: Mapping[str, Any], now: datetime) -> tuple[datetime | None, datetime | None]:
    """The first and the last moment at which a wanted object was modified; None: any."""
    ages = {name: _before(now, name, options[name]) for name in ("min_age", "max_age") if options[name] is not None}
    from_ = [moment for moment in (options["min_mtime"], ages.get("max_age")) if moment is not None]
    until = [moment for moment in (options["max_mtime"], ages.get("min_age")) if moment is not None]
    return max(from_, default=None), min(until, default=None)


def _before(now: datetime, name: str, age: timedelta) -> datetime:
    try:
        return now - age
    except OverflowError:
        raise InvalidArgument(
            f"{_flag(name)} of {age.days:,} days begins before the calendar does.", field=name
        ) from None


def _rules(given: Any) -> Rules | None:
    if not given:
        return None
    # Whoever names what to include wants nothing else, unless by the rules of --filter, which say all themselves.
    only = any(each.flag.startswith("--include") for each in given)
    return Rules([each.rule for each in given], otherwise=not only)


def query(options: Mapping[str, Any]) -> dict[str, str | None]:
    """What the links carry; :raises InvalidArgument: a name given twice."""
    found: dict[str, str | None] = {}
    named = [text.partition("=") for text in options["query_param"]]
    if options["version_id"]:
        named.append(("versionId", "=", options["version_id"]))
    if options["traffic_limit"] is not None:
        named.append(("x-oss-traffic-limit", "=", str(options["traffic_limit"])))
    for name, sign, value in named:
        if name in found:
            raise InvalidArgument(f"The query parameter {name!r} is given twice; keep one.", field="query_param")
        found[name] = value if sign else None
    return found


def lifetime(options: Mapping[str, Any]) -> int:
    """Seconds that a link lives which is made now; :raises InvalidArgument: none, or two ways of saying how many."""
    length, end = options["expires_duration"], options["expires_date"]
    if end is None:
        return int((_LIFETIME if length is None else length).total_seconds())
    if length is not None:
        raise _conflict("expires_date", "contradicts --expires-duration; keep one")
    left = int((end - datetime.now(UTC)).total_seconds())
    if left < 1:
        raise InvalidArgument(f"--expires-date {end:%Y-%m-%dT%H:%M:%SZ} is over.", field="expires_date", value=end)
    return left
