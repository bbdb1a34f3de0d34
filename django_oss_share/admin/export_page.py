"""What the page of an export shows, and what it asks for again and again while the export runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Subquery, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from ..models import ExportJob, ExportShard, ExportState, Output, Share
from ..services.exports import jobs, sources
from ..services.exports.jobs import Progress
from ..services.exports.sharing import share_id
from ..services.exports.sources import Inventory, Objects, Prefix, Shares, Source
from ..services.exports.writers import Column
from ..services.policy import policy_of
from ..services.presigning import Host
from .moments import moment, remaining

_SHOWN = 10
#: Of the bar.
FULL = 1000


def live(job: ExportJob) -> dict[str, Any]:
    """All that changes, in the words of the page, fit for JSON."""
    progress = jobs.progress(job)
    return {
        "state": str(job.state),
        "is_over": job.is_over,
        "bar": None if progress.fraction is None else int(progress.fraction * FULL),
        "facts": {
            "state": str(ExportState(job.state).label),
            "rows": _rows(progress),
            "listed": number_format(progress.listed, force_grouping=True),
            "skipped": number_format(progress.skipped, force_grouping=True),
            "size": filesizeformat(progress.size),
            "rate": _rate(progress),
            "left": _left(progress),
            "error": progress.error,
        },
    }


def _rows(progress: Progress) -> str:
    written = number_format(progress.written, force_grouping=True)
    if progress.total is None or progress.total == progress.written:
        return written
    return _("%(written)s of %(total)s") % {
        "written": written,
        "total": number_format(progress.total, force_grouping=True),
    }


def _rate(progress: Progress) -> str:
    return _("%s rows a second") % number_format(round(progress.rate), force_grouping=True) if progress.rate else "–"


def _left(progress: Progress) -> str:
    if progress.seconds_left is None or not progress.rate:
        return "–"
    if progress.seconds_left < 60:
        return ngettext("about %d second", "about %d seconds", progress.seconds_left) % progress.seconds_left
    now = timezone.now()
    return _("about %s") % timeuntil(now + timedelta(seconds=progress.seconds_left), now, depth=1)


def settled(job: ExportJob) -> list[tuple[str, Any]]:
    """What was asked for, and when: what stays."""
    return [
        (_("Storage"), job.storage),
        (_("Links"), Output(job.output).label),
        *_options(job),
        (_("File"), job.filename),
        (_("Columns"), ", ".join(str(Column(name).label) for name in job.columns)),
        (_("Owner"), job.created_by_label or "–"),
        (_("Asked for"), moment(job.created_at)),
        (_("Started"), moment(job.started_at)),
        (_("Ended"), moment(job.finished_at)),
    ]


def _options(job: ExportJob) -> list[tuple[str, Any]]:
    options = {**job.options, "host": dict(Host.choices).get(job.options.get("host"))}
    return [(label, options[name]) for name, label in _LABELS.items() if options.get(name)]


_LABELS: dict[str, Any] = {
    "expires_in": gettext_lazy("Valid for (seconds)"),
    "host": gettext_lazy("Host"),
    "filename": gettext_lazy("File name"),
    "process": gettext_lazy("Image process"),
    "max_downloads": gettext_lazy("Download limit"),
    "note": gettext_lazy("Note"),
}


def chosen_lines(job: ExportJob) -> list[str]:
    """What is exported, a line each."""
    source = sources.from_json(job.source)
    return list(_LINES[type(source)](source))


def _of_shares(source: Shares) -> list[str]:
    return [ngettext("%d share", "%d shares", len(source.ids)) % len(source.ids)]


def _of_objects(source: Objects) -> list[str]:
    more = len(source.keys) - _SHOWN
    return [*source.keys[:_SHOWN], *([_("and %d more") % more] if more > 0 else [])]


def _of_prefix(source: Prefix) -> list[str]:
    where = source.prefix or _("the whole storage")
    notes = [
        "" if source.recursive else _("without sub-folders"),
        _("all versions") if source.versions else "",
        *_filters(source),
    ]
    return [where, *(note for note in notes if note)]


def _of_inventory(source: Inventory) -> list[str]:
    return [source.manifest, *_filters(source)]


def _filters(source: Prefix | Inventory) -> list[str]:
    filters = source.filters
    spans = (
        (_("bytes"), filters.min_size, filters.max_size),
        (pgettext("moment", "changed"), filters.modified_from, filters.modified_until),
        (_("keys"), filters.start_after or None, filters.end_with or None),
        (_("rows"), None, filters.limit),
    )
    narrowed = [
        f"{label}: {'' if least is None else least} – {'' if most is None else most}"
        for label, least, most in spans
        if (least, most) != (None, None)
    ]
    return [*(pattern if kind == "filter" else f"{kind} {pattern}" for kind, pattern in filters.rules), *narrowed]


_LINES: dict[type[Source], Any] = {
    Shares: _of_shares,
    Objects: _of_objects,
    Prefix: _of_prefix,
    Inventory: _of_inventory,
}


def kept(job: ExportJob) -> str:
    """How long the result is there; a dash before there is one."""
    if job.removed_at is not None:
        return _("removed")
    return remaining(job.expires_at) if job.has_result else "–"


def asks_password(job: ExportJob) -> bool:
    """Whether the share of the result must have one, and is still to be made."""
    required = policy_of(job.created_by).password_required
    return required and not Share.objects.filter(public_id=share_id(job, "result")).exists()


def with_rows(queryset: Any) -> Any:
    """``queryset`` of exports, each with the rows written so far."""
    shards = ExportShard.objects.filter(job=OuterRef("pk")).order_by().values("job")
    return queryset.annotate(rows=Subquery(shards.annotate(rows=Sum("written")).values("rows")))
