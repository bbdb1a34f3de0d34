"""Whether a link to an object opens in a browser, how it can be looked at otherwise, and small pictures of many.

From its own domains OSS has browsers save what is opened by itself (buckets made since the end of 2022, in China's
regions some types earlier), whatever the link says. Within a page, pictures, videos and sound are shown all the same.
By a custom domain everything is shown that browsers can show. Nothing passes through Django in either case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from ..conf import conf
from ..models.lookups import last_part
from ..oss import ImageProcess, InvalidKey
from ..storage import OSSStorage
from . import inputs, presigning
from .clients import Client
from .objects import File, storage_of
from .previews import inline_type, preview_kind

# Seconds that a link to look by lives, or less where links may not: long enough to scroll to a picture that is then
# loaded, and within the shortest life that a security token has.
_SECONDS = 600
#: Bytes of the largest picture that OSS processes.
MAX_PICTURE = 20 * 1024**2
#: At most that many pixels in both directions, for twice as fine a screen as the 48 that are shown.
THUMBNAIL = (
    ImageProcess().then("auto_orient", True).resize(width=96, height=96, mode="lfit").convert("webp").quality(80)
)
_ARCHIVED = ("Archive", "ColdArchive", "DeepColdArchive")


class Way(StrEnum):
    """How an object can be looked at."""

    #: Its link opens in a browser.
    LINK = "link"
    #: A page that embeds the link shows it: ``img``, ``video``, ``audio``.
    EMBEDDED = "embedded"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Preview:
    """:ivar kind: ``image``, ``pdf``, ``video``, ``audio``, ``text``, or "" for what browsers save.
    :ivar explanation: why this way, in a sentence or two, for people.
    """

    way: Way
    kind: str
    explanation: str


def preview_of(storage: str, key: str) -> Preview:
    """How ``key`` can be looked at; asks nobody. :raises UnknownStorage: there is no such storage."""
    backend = storage_of(storage)
    kind = preview_kind(last_part(key)) or ""
    host = backend.link_endpoint.host
    if not kind:
        return Preview(Way.NONE, kind, _("Browsers do not show files of this kind; they save them."))
    if _opens(backend):
        return Preview(Way.LINK, kind, _("Its link opens in the browser, by the domain %(host)s.") % {"host": host})
    why = _("OSS has browsers save what is opened from its own domain, %(host)s.") % {"host": host}
    if kind in ("image", "video", "audio"):
        shown = _("Within a page it is shown, such as that of a share.")
        return Preview(Way.EMBEDDED, kind, f"{why} {shown}")
    cure = _("A link that opens takes a domain of your own that is bound to the bucket: the option custom_domain.")
    if kind == "text":
        beginning = _("The page of a share shows its beginning.")
        cure = f"{beginning} {cure}"
    return Preview(Way.NONE, kind, f"{why} {cure}")


def link_to_look_by(storage: str, key: str, *, by: Any = None, client: Client | None = None) -> str:
    """A link to ``key`` for ten minutes, shown and not saved where :func:`preview_of` has a way, with its row.

    :raises NotAllowed, InvalidArgument: see ``presigning.presign``.
    """
    kind = preview_kind(last_part(key))
    # Of a text, the stored type knows the charset.
    shown_as = "" if kind == "text" else inline_type(last_part(inputs.checked_key(key))) or ""
    return presigning.presign(
        storage,
        key,
        expires_in=min(_SECONDS, conf.max_presign),
        download=False,
        content_type=shown_as,
        by=by,
        client=client,
    ).url


def thumbnails(storage: str, files: Iterable[File], *, by: Any = None, client: Client | None = None) -> dict[str, str]:
    """Links to small pictures of those of ``files`` that are pictures, by key, with one audit row for them all.

    :raises NotAllowed: ``by`` may not make links.
    """
    keys = [file.key for file in files if _has_thumbnail(file)]
    if not keys:
        return {}
    links = presigning.presign_many(
        storage, keys, expires_in=min(_SECONDS, conf.max_presign), process=THUMBNAIL, by=by, client=client
    )
    return {key: link.url for key, link in zip(keys, links, strict=True)}


def _has_thumbnail(file: File) -> bool:
    is_picture = preview_kind(file.name) == "image" and 0 < file.size <= MAX_PICTURE
    return is_picture and file.storage_class not in _ARCHIVED and _is_plain(file.key)


def _is_plain(key: str) -> bool:
    """Whether a link can be made to it, which one odd name must not keep the others from."""
    try:
        inputs.checked_key(key)
    except InvalidKey:
        return False
    return True


def _opens(storage: OSSStorage) -> bool:
    return not storage.link_endpoint.host.endswith(".aliyuncs.com")
