"""How ``oss_audit reconcile`` shows what it found: as lines for people, or as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.template.defaultfilters import filesizeformat

from ..services.audit.reconcile import Reconciliation, Use
from ..services.audit.tallies import Opened, Tally
from .printing import as_moment, as_text

#: Links of a kind that people are shown.
_SHOWN = 20


def facts(found: Reconciliation) -> dict[str, Any]:
    """All that was found, fit for JSON."""
    tally = found.tally
    return {
        "files": [
            {"name": file.name, "sha256": file.sha256, "lines": file.lines, "known": file.is_known}
            for file in found.files
        ],
        "broken": [{"name": name, "reason": reason} for name, reason in found.broken],
        "lines": tally.lines,
        "unreadable": tally.unreadable,
        "other_buckets": tally.elsewhere,
        "first": as_moment(tally.first),
        "last": as_moment(tally.last),
        "issued": found.issued,
        "opened": found.opened,
        "links": [_use(use) for use in found.uses],
        "never_issued": [_opened(opened, found) for opened in found.never_issued],
        "anonymous": _tally(tally.anonymous),
        "cdn": _tally(tally.cdn),
        "recorded": found.recorded,
    }


def text(found: Reconciliation) -> str:
    """What was found, in a screenful."""
    return "\n".join(as_text(line) for line in _lines(found))


def _lines(found: Reconciliation) -> Iterator[str]:
    tally = found.tally
    known = sum(file.is_known for file in found.files)
    yield (
        f"{len(found.files)} log files, {known} of them known; {tally.lines} lines, {tally.unreadable} unreadable, "
        f"{tally.elsewhere} of other buckets; {found.recorded} rows added to the audit"
    )
    for name, reason in found.broken:
        yield f"broken: {name}: {reason}"
    if tally.first and tally.last:
        span = f"from {as_moment(tally.first)} to {as_moment(tally.last)}"
        yield f"{span}: {found.issued} links handed out, {found.opened} opened"
    yield from _listed("opened", [_use_line(use) for use in found.uses])
    yield from _listed("never handed out", [_opened_line(opened, found) for opened in found.never_issued])
    for name, each in (("without a signature", tally.anonymous), ("fetched by a CDN", tally.cdn)):
        if each.requests:
            yield f"{name}: {_counted(each)}"


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{title}: {len(lines)}"
        yield from (f"  {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"  and {len(lines) - _SHOWN} more, see --json"


def _use_line(use: Use) -> str:
    event = use.event
    whose = f"share {event.share_id}" if event.share_id else event.actor_label or "presigned"
    elsewhere = f", {use.other_addresses} not where it was handed to" if use.other_addresses else ""
    return f"{as_moment(event.at)}  {whose}  {use.key}: {_counted(use.tally)}{elsewhere}"


def _opened_line(opened: Opened, found: Reconciliation) -> str:
    export = found.exported.get(opened.link.digest)
    perhaps = f", perhaps for export {export}" if export else ""
    signer = opened.link.access_key_id or "?"
    return f"oss://{opened.bucket}/{opened.key}, signed by {signer}{perhaps}: {_counted(opened.tally)}"


def _counted(tally: Tally) -> str:
    counts = (
        (tally.downloads, "whole"),
        (tally.partial, "in part"),
        (tally.other, "without a body"),
        (tally.refused, "refused"),
    )
    said = ", ".join(f"{count} {how}" for count, how in counts if count)
    size = filesizeformat(tally.sent).replace("\xa0", " ")
    return f"{said}, {size}, from {', '.join(list(tally.addresses)[:3]) or 'unknown addresses'}{_more(tally)}"


def _more(tally: Tally) -> str:
    return f" and {len(tally.addresses) - 3} more" if len(tally.addresses) > 3 else ""


def _use(use: Use) -> dict[str, Any]:
    event = use.event
    return {
        "event": str(event.pk),
        "issued_at": as_moment(event.at),
        "share": event.share_id,
        "share_label": event.share_label,
        "actor": event.actor_label,
        "storage": event.storage,
        "key": use.key,
        "issued_to": event.address,
        "other_addresses": use.other_addresses,
        **_tally(use.tally),
    }


def _opened(opened: Opened, found: Reconciliation) -> dict[str, Any]:
    return {
        "bucket": opened.bucket,
        "key": opened.key,
        "access_key_id": opened.link.access_key_id,
        "signed_at": as_moment(opened.link.signed_at),
        "link_digest": opened.link.digest,
        "export": found.exported.get(opened.link.digest),
        **_tally(opened.tally),
    }


def _tally(tally: Tally) -> dict[str, Any]:
    names = ("requests", "downloads", "partial", "other", "refused")
    return {
        **{name: getattr(tally, name) for name in names},
        "bytes": tally.sent,
        "addresses": dict(tally.addresses.most_common()),
        "first": as_moment(tally.first),
        "last": as_moment(tally.last),
    }
