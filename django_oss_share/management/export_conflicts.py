"""Flags of ``oss_export start`` that would come to nothing beside others, though whoever typed them meant something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..models import Output
from ..oss import InvalidArgument
from ..services.presigning import Host
from .presign_options import CHOOSING

_SOURCES = {"shares": "--shares", "files_from": "--files-from", "inventory": "--inventory"}
_OF_LISTS = ("dirs", "all_versions")
_OF_URLS = ("host", "https", "filename", "process")
_OF_NEW_SHARES = ("max_downloads", "network", "direct", "note")
_OF_ANY = ("expires_duration", "download")
_SPELLED = {
    "rules": "--include, --exclude or --filter",
    "https": "--https or --http",
    "download": "--download or --inline",
}
_USUAL: tuple[Any, ...] = (None, "", [], Host.USUAL.value)


def check(options: Mapping[str, Any]) -> None:
    """:raises InvalidArgument: two that contradict each other."""
    sources = [name for name in _SOURCES if options[name]]
    if len(sources) > 1:
        raise _conflict(sources[1], _SOURCES[sources[0]])
    source = sources[0] if sources else ""
    if source:
        _refuse(options, _OF_LISTS if source == "inventory" else (*_OF_LISTS, *CHOOSING), _SOURCES[source])
    if source != "inventory":
        _refuse(options, ("inventory_storage",), "anything but --inventory")
    if source == "shares":
        _refuse(options, (*_OF_URLS, *_OF_NEW_SHARES, *_OF_ANY), "--shares, whose links stay as they are")
    elif options["output"] == Output.SHARES:
        _refuse(options, _OF_URLS, "--as shares")
    else:
        _refuse(options, _OF_NEW_SHARES, "presigned links; add --as shares")


def _refuse(options: Mapping[str, Any], names: tuple[str, ...], beside: str) -> None:
    for name in names:
        if _is_given(name, options[name]):
            raise _conflict(name, beside)


def _conflict(name: str, beside: str) -> InvalidArgument:
    flag = _SPELLED.get(name) or "--" + name.replace("_", "-")
    return InvalidArgument(f"{flag} does not go with {beside}.", field=name)


def _is_given(name: str, value: Any) -> bool:
    # What is off unless it is asked for, but for those that can be said both ways.
    return value not in _USUAL and (value is not False or name in ("https", "download"))
