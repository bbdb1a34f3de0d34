"""The flags of ``oss_export start``, and what they ask for."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ..models import Disposition, Mode, Output
from ..oss import InvalidArgument
from ..services.exports.buckets import Place
from ..services.exports.jobs import AUTO
from ..services.exports.link_options import Options, ShareOptions, URLOptions
from ..services.exports.sources import Filters, Inventory, Objects, Prefix, Shares, Source
from ..services.exports.writers import Column, Format
from ..services.presigning import Host
from ..storage import OSSStorage
from . import export_conflicts
from .arguments import count, duration
from .presign_flags import FlagsFormatter, add_bounds, add_rules, lines_of
from .presign_options import modified

EXAMPLES = """\
Examples:
  oss_export start oss://examplebucket/folder/
  oss_export start oss://examplebucket --include "*.pdf" --format xlsx --name "All PDFs"
  oss_export start oss://examplebucket/folder/ --expires-duration 9h --https --download --filename "{folder}-{name}"
  oss_export start oss://examplebucket/folder/ --as shares --expires-duration 30d --max-downloads 5 --owner ann
  oss_export start oss://examplebucket --shards auto --gzip --format jsonl
  oss_export start oss://examplebucket --inventory inventory/2026-11-25T00-00Z/manifest.json
  oss_export start --shares 17 18 19
"""


def shards(text: str) -> int | str:
    """:raises ArgumentTypeError: neither a number nor ``auto``."""
    return text if text == AUTO else count(text)


def add_start(parser: ArgumentParser) -> None:
    """All that can be asked for."""
    parser.epilog = EXAMPLES
    parser.formatter_class = FlagsFormatter
    add = parser.add_argument
    add("url", nargs="?", metavar="oss://bucket[/prefix]", help="what keys begin with; below the storage's location")
    _add_sources(add)
    add_rules(add)
    add_bounds(add)
    _add_output(add)
    _add_links(add)


def _add_sources(add: Callable[..., Any]) -> None:
    add("-d", "--dirs", action="store_true", help="only objects directly in the folder")
    add("--all-versions", action="store_true", help="each version of an object, not only the latest")
    add("--files-from", metavar="string", help="names below the prefix, from a file; one ending in / is a folder")
    add("--inventory", metavar="string", help="name of a manifest.json that OSS wrote, instead of listing")
    add("--inventory-storage", default="", metavar="string", help="alias of the storage that it is in")
    add("--shares", nargs="+", type=count, metavar="int", help="numbers of shares, whose links are written")


def _add_output(add: Callable[..., Any]) -> None:
    add("--as", dest="output", default=Output.URLS.value, choices=Output.values, help="links: presigned, or new shares")
    add("--format", default=Format.CSV.value, choices=Format.values, help="of the file (default csv)")
    add("--gzip", action="store_true", help="compress it")
    add("--columns", type=lambda text: text.split(","), metavar="a,b", help=f"of {', '.join(Column.values)}")
    add("--name", default="", metavar="string", help="what people call it, and the file")
    add("--storage", default="", metavar="string", help="alias in STORAGES (default: the only one on the bucket)")
    add("--owner", metavar="user", help="whose it is, and whose policy holds")
    add("--shards", type=shards, default=1, metavar="int|auto", help="pieces that workers write at the same time")
    add("--base-url", default="", metavar="string", help="what share links begin with, without OSS_SHARE['BASE_URL']")
    add("--here", action="store_true", help="write it in this process, and wait for it")
    add("--follow", action="store_true", help="wait for it")


def _add_links(add: Callable[..., Any]) -> None:
    add("--expires-duration", type=duration, metavar="Duration", help="90s, 30m, 12h, 7d: presigned 1h by default")
    add("--host", default=Host.USUAL.value, choices=Host.values, help="where presigned links point")
    scheme = {"dest": "https", "default": None}
    add("--https", action="store_true", help="presigned links over https", **scheme)
    add("--http", action="store_false", help="over plain http", **scheme)
    shown = {"dest": "download", "default": None}
    add("--download", action="store_true", help="browsers save the file", **shown)
    add("--inline", action="store_false", help="browsers show it", **shown)
    add("--filename", default="", metavar="string", help="what it is saved as, such as '{folder}-{name}'")
    add("--process", default="", metavar="string", help="x-oss-process, such as image/resize,w_100")
    add("--max-downloads", type=count, metavar="int", help="of each new share")
    add("--network", action="append", default=[], metavar="string", help="from which alone new shares open; repeatable")
    add("--direct", action="store_true", help="new shares give the file at once, without a page")
    add("--note", default="", metavar="string", help="to each new share")


def source_of(options: Mapping[str, Any], place: Place | None, storage: OSSStorage | None) -> Source:
    """:raises InvalidArgument: nothing, or two things, to export; flags that contradict each other."""
    export_conflicts.check(options)
    if options["shares"]:
        if place is not None:
            raise InvalidArgument("--shares goes without a bucket; keep one.", field="shares")
        return Shares(tuple(options["shares"]))
    if place is None or storage is None:
        raise InvalidArgument("Say what to export: oss://bucket[/prefix], or --shares.", field="url")
    prefix = _name(storage, place.path)
    if options["files_from"]:
        return Objects(tuple(prefix + line for line in lines_of(options["files_from"])))
    filters = _filters(options, storage)
    if options["inventory"]:
        if prefix:
            raise InvalidArgument("--inventory is of a whole bucket; leave the prefix off.", field="inventory")
        return Inventory(options["inventory"], options["inventory_storage"], filters)
    return Prefix(prefix, recursive=not options["dirs"], versions=options["all_versions"], filters=filters)


def links_of(options: Mapping[str, Any]) -> Options | None:
    """How links are made; None: as they are."""
    length = options["expires_duration"]
    seconds = None if length is None else int(length.total_seconds())
    if options["shares"]:
        return None
    if options["output"] == Output.SHARES:
        return ShareOptions(
            expires_in=seconds,
            max_downloads=options["max_downloads"],
            allowed_networks=tuple(options["network"]),
            disposition=Disposition.INLINE if options["download"] is False else Disposition.ATTACHMENT,
            mode=Mode.DIRECT if options["direct"] else Mode.PAGE,
            note=options["note"],
        )
    return URLOptions(
        expires_in=3600 if seconds is None else seconds,
        host=options["host"],
        https=options["https"],
        download=options["download"],
        filename=options["filename"],
        process=options["process"],
    )


def _name(storage: OSSStorage, key: str) -> str:
    begin = storage.object_key("")
    if not key.startswith(begin):
        raise InvalidArgument(
            f"{Place(storage.bucket_name, key)} is outside of the storage's location, {begin!r}; name a prefix in it, "
            "or another --storage.",
            field="url",
        )
    return key[len(begin) :]


def _filters(options: Mapping[str, Any], storage: OSSStorage) -> Filters:
    modified_from, modified_until = modified(options, datetime.now(UTC))
    return Filters(
        rules=tuple((each.flag.strip("-").partition("-")[0], each.pattern) for each in options["rules"] or ()),
        min_size=options["min_size"],
        max_size=options["max_size"],
        modified_from=modified_from,
        modified_until=modified_until,
        start_after=options["start_after"] and _name(storage, options["start_after"]),
        end_with=options["end_with"] and _name(storage, options["end_with"]),
        limit=options["limited_num"],
    )
