from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OSSShareConfig(AppConfig):
    """Label ``oss_share``; install as ``"django_oss_share"``."""

    name = "django_oss_share"
    label = "oss_share"
    verbose_name = _("OSS shares")

    def ready(self) -> None:
        from . import checks  # noqa: F401 - registers them
        from .providers import share_tokens_by
        from .services import notifications
        from .services.exports import queueing
        from .services.sts import DatabaseStore

        share_tokens_by(DatabaseStore)
        notifications.connect()
        queueing.run_by(_queue_export)


def _queue_export(job_id: int, shards: tuple[int, ...]) -> None:
    from .services.exports.queueing import NotQueued

    try:
        # Only now: not everybody who starts Django wants to wait for Celery.
        from .tasks import queue_export
    except ImportError:
        raise NotQueued(
            f"Not queued: Celery is not installed. Run it by 'manage.py oss_export run {job_id}'."
        ) from None
    queue_export(job_id, shards)
