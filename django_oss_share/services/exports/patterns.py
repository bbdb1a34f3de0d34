"""Rules on names, as ossutil 2 has them: an ordered list, of which the first that matches a name decides.

A pattern is matched against the end of the name, from a slash on (``*.txt`` is any text file, ``b/*.txt`` any in any
folder ``b``), or against the whole name where it begins with a slash. ``*`` and ``?`` stop at slashes, ``**`` does not;
``[a-z]``, ``[!a-z]`` and ``{jpg,png}`` are one of several; a backslash takes the meaning of what follows. A pattern
that ends in a slash is a folder and all below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...oss import InvalidArgument

_WILDCARD = re.compile(r"\*\*|[*?{},]|\[[!^]?\]?[^\]]*\]|\\.|[^\\]", re.DOTALL)
_PLAIN = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True, slots=True)
class Rule:
    """:ivar includes: what the rule says of the names that it matches."""

    includes: bool
    pattern: re.Pattern[str]


class Rules:
    """:param rules: in order. :param otherwise: what becomes of a name that none of them matches."""

    def __init__(self, rules: Iterable[Rule], *, otherwise: bool) -> None:
        self._rules = [(rule.pattern.fullmatch, rule.includes) for rule in rules]
        self._otherwise = otherwise

    def allow(self, name: str) -> bool:
        """Whether ``name``, relative to where the list began, is wanted."""
        for matches, includes in self._rules:
            if matches(name):
                return includes
        return self._otherwise


def include(pattern: str) -> Rule:
    """:raises InvalidArgument: a malformed pattern."""
    return Rule(True, compiled(pattern))


def exclude(pattern: str) -> Rule:
    """:raises InvalidArgument: a malformed pattern."""
    return Rule(False, compiled(pattern))


def signed(text: str) -> Rule:
    """``+ pattern`` or ``- pattern``; :raises InvalidArgument: neither, or a malformed pattern."""
    sign, blank, pattern = text[:1], text[1:2], text[2:].strip()
    if sign not in ("+", "-") or blank != " " or not pattern:
        raise InvalidArgument(
            f"filter {text!r} must be '+ PATTERN' or '- PATTERN', such as '- *.tmp'.", field="filter", value=text
        )
    return Rule(sign == "+", compiled(pattern))


def compiled(pattern: str) -> re.Pattern[str]:
    """:raises InvalidArgument: empty, or with a bracket, brace or backslash that nothing answers."""
    whole = pattern + "**" if pattern.endswith("/") else pattern
    anchored = whole.startswith("/")
    body = "".join(_translated(pattern, whole[1:] if anchored else whole))
    if not body:
        raise _malformed(pattern, "is empty")
    try:
        return re.compile(body if anchored else f"(?:.*/)?{body}", re.DOTALL)
    except re.error as error:
        raise _malformed(pattern, f"is malformed: {error.msg}") from None


def _translated(pattern: str, whole: str) -> Iterator[str]:
    depth = 0
    for part in _parts(pattern, whole):
        if part == "{":
            depth += 1
            yield "(?:"
        elif part == "}" and depth:
            depth -= 1
            yield ")"
        elif part == "," and depth:
            yield "|"
        elif part.startswith("[") and len(part) > 1:
            yield _one_of(part)
        else:
            yield _PLAIN.get(part) or re.escape(part[-1])
    if depth:
        raise _malformed(pattern, "opens a brace that it does not close")


def _parts(pattern: str, whole: str) -> Iterator[str]:
    position = 0
    while position < len(whole):
        found = _WILDCARD.match(whole, position)
        if found is None:
            raise _malformed(pattern, "ends in a backslash")
        if found[0] == "[":
            raise _malformed(pattern, "opens a bracket that it does not close")
        yield found[0]
        position = found.end()


def _one_of(part: str) -> str:
    inner = part[1:-1]
    negated = inner[:1] in ("!", "^")
    # A hyphen keeps its meaning; nothing else has one, and a slash is never one of several.
    members = re.sub(r"([\\\[\]^&~|])", r"\\\1", inner[1:] if negated else inner)
    return f"[^/{members}]" if negated else f"(?!/)[{members}]"


def _malformed(pattern: str, problem: str) -> InvalidArgument:
    return InvalidArgument(f"pattern {pattern!r} {problem}.", field="pattern", value=pattern)
