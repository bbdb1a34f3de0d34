"""All files of a share as one zip, which Django has to stream by itself: only where the policy lets it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from ...models import Kind
from .. import objects
from ..policy import policy_of
from .denials import Denied, Reason, unavailable_on_failure
from .issuing import charge
from .opening import Visit, denied
from .targets import Target, inspect, is_file_below, targets_of

#: Files of one zip.
MAX_FILES = 1000
#: Bytes of one zip.
MAX_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Archive:
    """What a zip would hold.

    :ivar size: bytes of all files together, which will pass through Django.
    """

    targets: list[Target]
    size: int


def is_offered(visit: Visit) -> bool:
    """Whether a page may offer the zip at all; whether it is too large is known when it is planned."""
    share = visit.share
    return share.kind != Kind.OBJECT and share.allow_zip and policy_of(share.created_by).allow_zip


@unavailable_on_failure
def plan_archive(visit: Visit) -> Archive:
    """What the zip would hold and weigh, to say so before it is asked for. Asks OSS.

    :raises Denied: ZIP; the policy, the share, or its size forbids it, or there is nothing in it.
    """
    if not is_offered(visit):
        raise denied(visit, Reason.ZIP)
    archive = _folder(visit) if visit.share.kind == Kind.PREFIX else _selection(visit)
    if not 1 <= len(archive.targets) <= MAX_FILES or archive.size > MAX_BYTES:
        raise denied(visit, Reason.ZIP)
    return archive


@unavailable_on_failure
def issue_archive(visit: Visit, archive: Archive) -> None:
    """Count each file of the zip as a download and write the zip down; stream it after that.

    :raises Denied: EXHAUSTED; there are fewer downloads left than files. Otherwise as ``issue``.
    """
    data = {"zip": [target.key for target in archive.targets], "bytes": archive.size}
    charge(visit, len(archive.targets), data=data)


def _selection(visit: Visit) -> Archive:
    """What is gone by now, or is no longer what was shared, is left out."""
    found, size = [], 0
    for target in targets_of(visit):
        try:
            size += inspect(visit, target).size
        except Denied as refused:
            if refused.reason not in (Reason.GONE, Reason.REPLACED):
                raise
        else:
            found.append(target)
    return Archive(found, size)


def _folder(visit: Visit) -> Archive:
    """Up to one file more than a zip may hold; without keys that no path leads to, as with ``..`` in them."""
    backend = objects.storage_of(visit.share.storage)
    start = backend.object_key(visit.share.key)
    listed = ((each.key[len(start) :], each.size) for page in backend.client.pages(start) for each in page.objects)
    chosen = list(islice((each for each in listed if is_file_below(visit.share, each[0])), MAX_FILES + 1))
    targets = [Target(visit.share.key + path, path, path) for path, _ in chosen]
    return Archive(targets, sum(size for _, size in chosen))
