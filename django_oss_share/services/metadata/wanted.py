"""How objects are to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ...models.lookups import last_part
from ...oss import InvalidArgument, content_disposition
from ...oss.charsets import KNOWN
from ...oss.suggestions import advice
from ...oss.validate import check_header
from ...storage.headers import is_media_type
from .. import inputs

# Headers that go when they are given nothing.
_CLEARED = {"content-disposition", "cache-control"}
# Characters of one header.
_MAX_HEADER = 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """How objects are to be; None leaves a header as it is, "" takes it away (of the type: OSS's default).

    :ivar content_type: such as ``text/plain; charset=utf-8``.
    :ivar disposition: ``attachment`` (save it) or ``inline`` (show it). :ivar filename: to save it as; of one object.
    :ivar own_filename: each under the last part of its own key.
    :ivar cache_control: such as ``max-age=3600``.
    :ivar fix_types: the type that the name says, where what is stored says nothing or is proved wrong by the bytes.
    :ivar fix_encoding: of texts, the charset that they are in. :ivar charset: that one, rather than what is found.
    """

    content_type: str | None = None
    disposition: str | None = None
    filename: str = ""
    own_filename: bool = False
    cache_control: str | None = None
    fix_types: bool = False
    fix_encoding: bool = False
    charset: str = ""

    @property
    def is_fixing(self) -> bool:
        """Whether types are to be found by looking at the objects."""
        return self.fix_types or self.fix_encoding

    @property
    def sets(self) -> bool:
        """Whether a header is named that is to be of some value, whatever the object is."""
        return any(each is not None for each in (self.content_type, self.disposition, self.cache_control))


def checked(wanted: Wanted) -> Wanted:
    """:raises InvalidArgument: nothing is wanted; a value that no header takes; two that exclude each other."""
    _check_type(wanted)
    _check_disposition(wanted)
    if not wanted.is_fixing and not wanted.sets and not wanted.charset:
        raise InvalidArgument("Nothing is to be changed; say what.", field="")
    if wanted.charset and (not wanted.fix_encoding or wanted.charset.lower() not in KNOWN):
        problem = advice(wanted.charset.lower(), KNOWN) if wanted.fix_encoding else "it goes with fix_encoding."
        raise InvalidArgument(f"charset={wanted.charset!r}: {problem}", field="charset", value=wanted.charset)
    if wanted.cache_control is not None:
        _check_line("cache_control", wanted.cache_control)
    return replace(wanted, charset=wanted.charset.lower())


def headers_after(headers: Mapping[str, str], content_type: str, wanted: Wanted, key: str) -> dict[str, str]:
    """All headers of the copy of an object, by lower-case names."""
    after = {**headers, "content-type": content_type}
    if wanted.disposition is not None:
        filename = last_part(key) if wanted.own_filename else wanted.filename
        after["content-disposition"] = wanted.disposition and content_disposition(wanted.disposition, filename or None)
    if wanted.cache_control is not None:
        after["cache-control"] = wanted.cache_control
    return {name: value for name, value in after.items() if value or name in headers.keys() - _CLEARED}


def _check_type(wanted: Wanted) -> None:
    value = wanted.content_type
    if value is None:
        return
    _check_line("content_type", value)
    if value and not is_media_type(value):
        raise InvalidArgument(
            f"content_type={value!r} is no content type, such as 'text/plain; charset=utf-8'.",
            field="content_type",
            value=value,
        )
    if wanted.is_fixing:
        raise InvalidArgument("content_type says the type; leave fix_types and fix_encoding out.", field="content_type")


def _check_disposition(wanted: Wanted) -> None:
    filename = inputs.checked_filename(wanted.filename)
    if wanted.disposition:
        content_disposition(wanted.disposition, filename or None)
    if not wanted.disposition and (filename or wanted.own_filename):
        raise InvalidArgument("A file name goes with disposition 'attachment' or 'inline'.", field="filename")
    if filename and wanted.own_filename:
        raise InvalidArgument("filename and own_filename exclude each other.", field="filename", value=filename)


def _check_line(name: str, value: str) -> None:
    if not value.isascii() or len(value) > _MAX_HEADER:
        raise InvalidArgument(f"{name} takes ASCII, up to {_MAX_HEADER} characters.", field=name, value=value)
    check_header(name, value)
