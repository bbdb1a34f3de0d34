"""What is exported: shares, chosen objects and folders, all below a prefix, or what an OSS inventory names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from ...oss import InvalidArgument
from ...oss.credentials import as_utc
from ..inputs import checked_key, checked_text
from . import patterns
from .patterns import Rule, Rules

#: Shares, or objects and folders, that are chosen one by one.
MAX_CHOSEN = 10_000
_MAX_RULES = 500
_MAX_PATTERN = 2000
_MAX_KEY = 1023
# What databases and OSS count up to.
_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Filters:
    """Which of the listed objects are wanted; None and "" ask nothing.

    :ivar rules: pairs of ``include``, ``exclude`` or ``filter`` and a pattern, such as ``("include", "*.txt")`` or
        ``("filter", "- *.tmp")``; the first that matches a name decides.
    :ivar min_size: bytes, as is ``max_size``; both are allowed themselves.
    :ivar modified_from: aware, as is ``modified_until``; both are allowed themselves.
    :ivar start_after: only keys later than that. :ivar end_with: none later than that.
    :ivar limit: of rows.
    """

    rules: tuple[tuple[str, str], ...] = ()
    min_size: int | None = None
    max_size: int | None = None
    modified_from: datetime | None = None
    modified_until: datetime | None = None
    start_after: str = ""
    end_with: str = ""
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """:ivar ids: of shares that there are; their links are written, and none is made."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Objects:
    """:ivar keys: names in the storage; one that ends in a slash is a folder with all below it."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """:ivar prefix: what names in the storage begin with; ``""``: all.
    :ivar recursive: False: only those directly in the folder.
    :ivar versions: each version of an object, not only the latest.
    """

    prefix: str = ""
    recursive: bool = True
    versions: bool = False
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class Inventory:
    """:ivar manifest: the name of the ``manifest.json`` that OSS wrote.
    :ivar storage: the alias of the storage that it is in; "": the exported one.
    """

    manifest: str
    storage: str = ""
    filters: Filters = field(default_factory=Filters)


Source = Shares | Objects | Prefix | Inventory

_KINDS: Mapping[str, type[Any]] = {"shares": Shares, "objects": Objects, "prefix": Prefix, "inventory": Inventory}


def as_json(source: Source) -> dict[str, Any]:
    """``source`` for the database; :func:`from_json` reads it."""
    kind = next(name for name, made in _KINDS.items() if isinstance(source, made))
    facts = {"kind": kind, **asdict(source)}
    if "filters" in facts:
        facts["filters"] = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in facts["filters"].items()
        }
    return facts


def from_json(facts: Mapping[str, Any]) -> Source:
    """What :func:`as_json` was given."""
    given = {name: value for name, value in facts.items() if name != "kind"}
    if "filters" in given:
        given["filters"] = _filters(given["filters"])
    for name in {"ids", "keys"} & given.keys():
        given[name] = tuple(given[name])
    source: Source = _KINDS[facts["kind"]](**given)
    return source


def summary(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What :func:`as_json` made, short: chosen ones are counted rather than named."""
    return {name: len(value) if name in ("ids", "keys") else value for name, value in facts.items()}


def checked(source: Source) -> Source:
    """``source`` as it is exported: nothing twice.

    :raises InvalidArgument: nothing or too much is chosen; a filter is malformed, or contradicts another.
    :raises InvalidKey: no object can have such a name.
    """
    if isinstance(source, Shares):
        return Shares(tuple(dict.fromkeys(_checked_id(each) for each in _chosen("shares", source.ids))))
    if isinstance(source, Objects):
        return Objects(tuple(_without_inner([checked_key(key, "keys") for key in _chosen("objects", source.keys)])))
    _check_filters(source.filters)
    if isinstance(source, Inventory):
        checked_key(source.manifest, "manifest")
    elif source.prefix:
        _check_prefix(source.prefix)
    return source


def rules_of(filters: Filters) -> Rules | None:
    """:raises InvalidArgument: a malformed pattern."""
    if not filters.rules:
        return None
    # Whoever names what to include wants nothing else, unless by the rules of "filter", which say all themselves.
    only = any(kind == "include" for kind, _ in filters.rules)
    return Rules([_rule(kind, pattern) for kind, pattern in filters.rules], otherwise=not only)


def _rule(kind: str, pattern: str) -> Rule:
    makers = {"include": patterns.include, "exclude": patterns.exclude, "filter": patterns.signed}
    if kind not in makers:
        raise InvalidArgument(f"rule {kind!r} is unknown; known are {', '.join(makers)}.", field="rules", value=kind)
    return makers[kind](checked_text("pattern", pattern, _MAX_PATTERN))


def _chosen(what: str, chosen: tuple[Any, ...]) -> tuple[Any, ...]:
    if not 1 <= len(chosen) <= MAX_CHOSEN:
        raise InvalidArgument(
            f"{len(chosen)} {what} are chosen; allowed are 1 to {MAX_CHOSEN:,}. Export their folder for more.",
            field="source",
        )
    return chosen


def _checked_id(number: Any) -> int:
    if type(number) is not int or not 1 <= number <= _MOST:
        raise InvalidArgument(f"{number!r} is no number of a share.", field="source", value=number)
    return number


def _without_inner(keys: Iterable[str]) -> Iterable[str]:
    """``keys``, each once, without what a chosen folder holds anyway."""
    each_once = dict.fromkeys(keys)
    folders = {key for key in each_once if key.endswith("/")}
    for key in each_once:
        above = (key[: end + 1] for end, character in enumerate(key[:-1]) if character == "/")
        if not any(folder in folders for folder in above):
            yield key


def _check_prefix(prefix: str) -> None:
    # It may end anywhere in a name.
    checked_key(prefix.rstrip("/") or prefix, "prefix")


def _check_filters(filters: Filters) -> None:
    if len(filters.rules) > _MAX_RULES:
        raise InvalidArgument(f"{len(filters.rules)} rules are too many; {_MAX_RULES} are allowed.", field="rules")
    rules_of(filters)
    for name in ("min_size", "max_size"):
        _check_number(name, getattr(filters, name), 0)
    _check_number("limit", filters.limit, 1)
    for name in ("start_after", "end_with"):
        checked_text(name, getattr(filters, name), _MAX_KEY)
    for name in ("modified_from", "modified_until"):
        if getattr(filters, name) is not None:
            as_utc(name, getattr(filters, name))
    _check_order("size", filters.min_size, filters.max_size)
    _check_order("modified", filters.modified_from, filters.modified_until)
    _check_order("keys", filters.start_after or None, filters.end_with or None)


def _check_number(field: str, value: Any, least: int) -> None:
    if value is not None and (type(value) is not int or not least <= value <= _MOST):
        raise InvalidArgument(
            f"{field}={value!r} must be a whole number of {least} to {_MOST}.", field=field, value=value
        )


def _check_order(what: str, least: Any, most: Any) -> None:
    if least is not None and most is not None and least > most:
        raise InvalidArgument(
            f"The filters on {what} leave nothing: from {least} on, but only up to {most}.", field="filters"
        )


def _filters(facts: Mapping[str, Any]) -> Filters:
    moments = {
        name: datetime.fromisoformat(facts[name]) if facts[name] else None
        for name in ("modified_from", "modified_until")
    }
    rules = tuple((kind, pattern) for kind, pattern in facts["rules"])
    return Filters(**{**facts, **moments, "rules": rules})
