"""Moments as people read them, with the exact one behind."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

_MINUTE = timedelta(minutes=1)


def exact(moment: datetime) -> str:
    """To the second, in the current time zone, which is named."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'Y-m-d H:i:s')} {local.tzname()}"


def remaining(end: datetime | None, now: datetime | None = None) -> str:
    """How long until ``end``, or since; HTML with the exact moment as its title."""
    if end is None:
        return _("no end")
    now = now or timezone.now()
    if end - now > _MINUTE:
        text = _("%(time)s left") % {"time": timeuntil(end, now, depth=1)}
    elif end > now:
        text = _("less than a minute left")
    elif now - end < _MINUTE:
        text = _("ended just now")
    else:
        text = _("ended %(time)s ago") % {"time": timesince(end, now, depth=1)}
    return format_html('<time datetime="{}" title="{}">{}</time>', end.isoformat(), exact(end), text)


def moment(at: datetime | None) -> str:
    """To the minute, with the seconds as its title; a dash for none."""
    if at is None:
        return "–"
    shown = date_format(timezone.localtime(at), "Y-m-d H:i")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact(at), shown)
