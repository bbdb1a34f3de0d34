"""I4xx, for ``check --deploy``: what somebody has to run now and then."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Info, register
from django.core.exceptions import ImproperlyConfigured

from ..conf import conf


@register(deploy=True)
def check_periods(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """I401, I402: settings that hold only if something runs; what cannot be read, check_settings tells."""
    try:
        needed = _needed()
    except ImproperlyConfigured:
        return []
    hint = "Celery beat with beat_schedule() of django_oss_share.tasks, or cron; silence this once one of them does."
    return [Info(message, hint=hint, id=identity) for identity, message in needed.items()]


def _needed() -> dict[str, str]:
    needed = {}
    if conf.retention is not None:
        needed["oss_share.I401"] = "OSS_SHARE['RETENTION'] is set: something has to run 'oss_audit purge' every day."
    if conf.notify_owner or conf.webhooks:
        needed["oss_share.I402"] = "Notifications wait in the database: something has to run 'oss_notify' every minute."
    return needed
