"""What is refused before an export starts, with the numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from ...conf import conf, is_base_url
from ...models import Disposition, Mode, Output
from ...oss import InvalidArgument
from ...oss.errors import ExpiryBeyondToken
from ...storage.bulk import cover, presigner_of
from ...storage.parameters import link_query
from .. import inputs
from ..errors import PolicyViolation
from ..policy import policy_of
from ..presigning import checked_seconds, storage_for
from . import link_options
from .link_options import Options, ShareOptions, URLOptions
from .sources import Objects, Prefix, Shares, Source


def checked_options(source: Source, output: str, options: Options | None, storage: str, user: Any) -> Options:
    """``options``, or the usual ones.

    :param user: whose policy holds; None: the project's.
    :raises InvalidArgument, PolicyViolation: what does not go with the source, the storage or the policy.
    :raises ExpiryBeyondToken: the links would outlive what signs them.
    """
    if isinstance(source, Shares):
        return _of_shares(output, options)
    options = link_options.usual(output) if options is None else options
    if not isinstance(options, URLOptions if output == Output.URLS else ShareOptions):
        raise InvalidArgument(f"{type(options).__name__} do not go with output={str(output)!r}.", field="options")
    if isinstance(options, URLOptions):
        _check_urls(storage, options)
    else:
        _check_shares(options, user)
    return options


def checked_count(source: Source, output: str) -> int | None:
    """How many rows there will be; None: that shows only while the list is read, and :func:`most_rows` holds then.

    :raises PolicyViolation: more than are allowed.
    """
    count = None
    if isinstance(source, Shares):
        count = len(source.ids)
    elif isinstance(source, Objects) and not any(key.endswith("/") for key in source.keys):
        count = len(source.keys)
    if count is not None and (most := most_rows(source, output)) is not None and count > most:
        raise too_many(output, count, most)
    return count


def most_rows(source: Source, output: str) -> int | None:
    """What the policy allows; None: any number."""
    if isinstance(source, Shares):
        return None
    return conf.max_export_links if output == Output.URLS else conf.max_export_shares


def too_many(output: str, count: int, most: int) -> PolicyViolation:
    """What to raise."""
    name = "MAX_EXPORT_LINKS" if output == Output.URLS else "MAX_EXPORT_SHARES"
    what = "links" if output == Output.URLS else "new shares"
    return PolicyViolation(
        f"{count:,} {what} are more than the {most:,} that OSS_SHARE[{name!r}] allows in one export; choose less.",
        field="source",
        value=count,
    )


def checked_base_url(given: str, source: Source, output: str) -> str:
    """:raises InvalidArgument: share links need an address to begin with, and there is none."""
    base_url = (conf.base_url or given).rstrip("/")
    if not (output == Output.SHARES or isinstance(source, Shares)):
        return ""
    if not is_base_url(base_url):
        raise InvalidArgument(
            "Share links need an address to begin with: set OSS_SHARE['BASE_URL'], such as 'https://files.example.com'.",
            field="base_url",
            value=given,
        )
    return base_url


def is_divisible(source: Source) -> bool:
    """Whether its rows can be listed in several places at once."""
    if isinstance(source, Shares | Objects) or source.filters.limit is not None:
        return False
    return not isinstance(source, Prefix) or source.recursive


def _of_shares(output: str, options: Options | None) -> Options:
    if output != Output.SHARES:
        raise InvalidArgument(
            "output='urls' does not go with shares, whose files are counted and guarded; export their share links.",
            field="output",
            value=output,
        )
    if options not in (None, ShareOptions()):
        raise InvalidArgument("options do not go with shares that there are: their links stay as they are.")
    return ShareOptions()


def _check_urls(alias: str, options: URLOptions) -> None:
    seconds = checked_seconds(options.expires_in)
    storage = storage_for(alias, options.host, https=options.https)
    link_options.check_pattern(options.filename)
    # Both raise what no link could carry.
    query = link_query(None, download=options.download, process=options.process or None)
    cover(storage, seconds)
    link = presigner_of(storage).presign("probe", "GET", seconds, query)
    if link.clipped and conf.on_clip == "raise":
        raise ExpiryBeyondToken(seconds, int((link.expires_at - datetime.now(UTC)).total_seconds()))


def _check_shares(options: ShareOptions, user: Any) -> None:
    policy = policy_of(user)
    if options.expires_in is not None:
        inputs.checked_expiry(options.expires_in, policy, timezone.now(), None, "expires_in")
    inputs.checked_limit(options.max_downloads)
    inputs.checked_networks(options.allowed_networks)
    inputs.checked_choice("disposition", options.disposition, Disposition)
    inputs.checked_choice("mode", options.mode, Mode)
    inputs.checked_text("note", options.note, 2000)
    if policy.password_required:
        raise PolicyViolation(
            "OSS_SHARE['PASSWORD_REQUIRED'] asks for a password for each share, and a list of links has no room for "
            "those; export presigned links, or share the folder.",
            field="output",
        )
