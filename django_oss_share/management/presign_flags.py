"""The flags of ``oss_presign``, in the words of ossutil 2's ``presign``."""

from __future__ import annotations

import re
import sys
from argparse import Action, ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import DjangoHelpFormatter
from django.utils.dateparse import parse_datetime

from ..oss import InvalidArgument
from ..services.exports import patterns
from ..services.exports.formats import FORMATS
from .arguments import count, duration

EXAMPLES = """\
Examples:
  oss_presign oss://examplebucket/example.txt
  oss_presign oss://examplebucket/example.txt --expires-duration 1h
  oss_presign oss://examplebucket/example.txt --version-id 123
  oss_presign oss://examplebucket/photo.jpg --query-param x-oss-process=image/resize,w_100
  oss_presign oss://examplebucket/folder/ -r
  oss_presign oss://examplebucket/folder/ -r --include "*.txt"
  oss_presign oss://examplebucket -r --output-format jsonl

Exit codes:
  0  every link was written, also where nothing matched
  1  not every link was written: keys that no link can open, or nowhere to write to
  2  a flag, its value or a pattern is wrong
  3  no storage for the bucket, or no credentials
  4  OSS refused: no such bucket, no permission
  5  OSS was not reached, failed, or broke its list off
"""

_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)([BKMGTP]?)(?:i?B?)", re.IGNORECASE).fullmatch
_POWERS = {"": 0, "B": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}


class FlagsFormatter(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """A line a flag, and the lines of the examples as they are."""

    def __init__(self, prog: str, **kwargs: Any) -> None:
        super().__init__(prog, **{**kwargs, "max_help_position": 40})

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, prefix or "Usage: ")

    def start_section(self, heading: str | None) -> None:
        titles = {"positional arguments": "Arguments", "options": "Flags"}
        super().start_section(titles.get(heading or "", heading))


def add_flags(parser: ArgumentParser) -> None:
    """The bucket and all flags."""
    parser.usage = "%(prog)s oss://bucket[/prefix] [flags]"
    parser.epilog = EXAMPLES
    parser.formatter_class = FlagsFormatter
    parser.add_argument("url", metavar="oss://bucket[/prefix]", help="an object; with -r, what keys begin with")
    _add_choosing(parser.add_argument)
    _add_linking(parser.add_argument)


def _add_choosing(add: Callable[..., Any]) -> None:
    add("-r", "--recursive", action="store_true", help="all objects that begin with the prefix")
    add("-d", "--dirs", action="store_true", help="only those directly in the folder")
    add_rules(add)
    add("--files-from", metavar="string", help="names below the prefix, from a file (-: stdin); # and ; are comments")
    add("--files-from-raw", metavar="string", help="the same, but every line is a name")
    add_bounds(add)
    add("--page-size", type=count, default=1000, metavar="int", help="keys to ask OSS for at once (default 1000)")


def add_rules(add: Callable[..., Any]) -> None:
    """What names are to be like."""
    for name, make, help_ in _RULES:
        add(f"--{name}", action=_RuleAction, make=make, dest="rules", metavar="stringArray", help=help_)
    for name, take, help_ in _RULE_FILES:
        add(f"--{name}-from", action=_RuleFileAction, make=take, dest="rules", metavar="stringArray", help=help_)


def add_bounds(add: Callable[..., Any]) -> None:
    """What else is asked of objects."""
    add(
        "--start-after",
        type=key,
        default="",
        metavar="string",
        help="only keys after this one, in order of bytes",
    )
    add("--end-with", type=key, default="", metavar="string", help="only keys up to this one, itself too")
    add("--min-size", type=size, metavar="SizeSuffix", help="only objects of at least so many bytes, or B|K|M|G|T|P")
    add("--max-size", type=size, metavar="SizeSuffix", help="only objects of at most so many")
    add("--min-age", type=duration, metavar="Duration", help="only objects modified so long ago or earlier: s|m|h|d|w")
    add("--max-age", type=duration, metavar="Duration", help="only objects modified since then")
    add("--min-mtime", type=utc, metavar="Time", help="only objects modified then or later: 2006-01-02T15:04:05 UTC")
    add("--max-mtime", type=utc, metavar="Time", help="only objects modified then or earlier")
    add("--limited-num", type=count, metavar="int", help="so many links at most")


def _add_linking(add: Callable[..., Any]) -> None:
    add("--expires-duration", type=duration, metavar="Duration", help="1s to 1w (default 15m)")
    add("--expires-date", type=utc, metavar="Time", help="when they end instead: 2006-01-02T15:04:05, in UTC")
    add("--version-id", default="", metavar="string", help="of the one object")
    add("--query-param", action="append", default=[], metavar="stringArray", help="name=value to sign along")
    add("--traffic-limit", type=int, metavar="int", help="bit/s that a download may take, 819200 to 838860800")
    add("-e", "--endpoint", default="", metavar="string", help="where they point (default: as the storage has it)")
    add("--addressing-style", default="", choices=("virtual", "path", "cname"), help="how they name the bucket there")
    add("--storage", default="", metavar="string", help="alias in STORAGES (default: the only one on the bucket)")
    add("--output-format", default="raw", choices=tuple(FORMATS), help="a URL a line, or with key and end as JSON")


def size(text: str) -> int:
    """``10K`` in bytes; 1K is 1,024. :raises ArgumentTypeError: it is none."""
    if (found := _SIZE(text)) is None:
        raise ArgumentTypeError(f"{text!r} is no size; write it as 500, 10K, 1.5M or 2G.")
    return int(float(found[1]) * 1024 ** _POWERS[found[2].upper()])


def key(text: str) -> str:
    """:raises ArgumentTypeError: it was typed in another encoding."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ArgumentTypeError(f"{text!r} is not UTF-8, in which all keys are.")
    return text


def utc(text: str) -> datetime:
    """A time, in UTC unless it names another zone. :raises ArgumentTypeError: it is none."""
    try:
        found = parse_datetime(text)
        found = found and (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        # The latter from the calendar's first and last day, which are beyond it in another time zone.
        found = None
    if found is None:
        raise ArgumentTypeError(f"{text!r} is no time; write 2006-01-02T15:04:05, in UTC.")
    return found


def lines_of(path: str, *, raw: bool = False) -> Iterator[str]:
    """Lines of a file, or of standard input for ``-``; without empty lines and comments, unless ``raw``.

    :raises InvalidArgument: it cannot be read, or is not UTF-8.
    """
    try:
        if path == "-":
            yield from _lines(sys.stdin, raw=raw)
        else:
            with Path(path).open(encoding="utf-8-sig", newline="") as file:
                yield from _lines(file, raw=raw)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidArgument(f"{path} cannot be read: {why}.", field="files_from", value=path) from None


def _lines(file: Any, *, raw: bool) -> Iterator[str]:
    for line in file:
        line = line.removesuffix("\n").removesuffix("\r")
        if raw or (line.strip() and line.lstrip()[0] not in "#;"):
            yield line if raw else line.strip()


_RULES = (
    ("include", patterns.include, "only names like this, such as '*.txt'; repeatable"),
    ("exclude", patterns.exclude, "no names like this; of all rules, the first that matches decides"),
    ("filter", patterns.signed, "either, as '+ *.txt' or '- *.tmp'"),
)
_RULE_FILES = (
    ("include", patterns.include, "such patterns from a file, one a line; # and ; are comments"),
    ("exclude", patterns.exclude, "the same"),
    ("filter", patterns.signed, "the same"),
)


class Given(NamedTuple):
    """A rule as it was typed, and what it means."""

    flag: str
    pattern: str
    rule: patterns.Rule


class _RuleAction(Action):
    """Appends to the one list that all kinds of rules share, for their order counts."""

    def __init__(self, *args: Any, make: Callable[[str], patterns.Rule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._make = make

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: Any, option_string: str | None = None
    ) -> None:
        try:
            made = [Given(str(option_string), text, self._make(text)) for text in self._texts(values)]
        except InvalidArgument as error:
            parser.error(f"argument {option_string}: {error}")
        namespace.rules = [*(namespace.rules or ()), *made]

    def _texts(self, value: str) -> Sequence[str]:
        return [value]


class _RuleFileAction(_RuleAction):
    def _texts(self, value: str) -> Sequence[str]:
        return list(lines_of(value))
