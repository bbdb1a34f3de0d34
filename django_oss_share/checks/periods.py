"""W4xx, I4xx, for ``check --deploy``: what somebody has to run now and then."""

from __future__ import annotations

import sys
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Info, Warning, register
from django.core.exceptions import ImproperlyConfigured

from ..conf import conf
from ..providers import refreshing_names

_REFRESH, _DELIVER, _PURGE = (f"oss_share.{name}" for name in ("refresh_credentials", "deliver_notifications", "purge"))


@register(deploy=True)
def check_periods(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """I401, I402, W403: what holds only if something runs; what cannot be read, others tell."""
    try:
        missing = _missing_from_beat()
        return _reminders() if missing is None else _gaps(missing - _needless())
    except ImproperlyConfigured:
        return []


def _reminders() -> list[CheckMessage]:
    """What to see to, where it cannot be seen from here who does."""
    hint = "Celery beat with beat_schedule() of django_oss_share.tasks, or cron; silence this once one of them does."
    needed = {}
    if conf.retention is not None:
        needed["oss_share.I401"] = "OSS_SHARE['RETENTION'] is set: something has to run 'oss_audit purge' every day."
    if conf.notify_owner or conf.webhooks:
        needed["oss_share.I402"] = "Notifications wait in the database: something has to run 'oss_notify' every minute."
    return [Info(message, hint=hint, id=identity) for identity, message in needed.items()]


def _gaps(missing: set[str]) -> list[CheckMessage]:
    if not missing:
        return []
    return [
        Warning(
            f"Celery beat knows nothing of {', '.join(sorted(missing))}: nobody does that in time.",
            hint="Add beat_schedule() of django_oss_share.tasks to the application's beat_schedule; silence this if "
            "cron runs the commands instead.",
            id="oss_share.W403",
        )
    ]


def _missing_from_beat() -> set[str] | None:
    """Our tasks that Celery's schedule lacks; None: the project has no Celery, or a schedule in the database."""
    if "celery" not in sys.modules or apps.is_installed("django_celery_beat"):
        return None
    from ..tasks import unscheduled

    return unscheduled()


def _needless() -> set[str]:
    """Tasks that would find nothing to do."""
    used = {
        _REFRESH: bool(refreshing_names()),
        _DELIVER: bool(conf.notify_owner or conf.webhooks),
        _PURGE: conf.retention is not None,
    }
    return {name for name, is_used in used.items() if not is_used}
