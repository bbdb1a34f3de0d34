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
        from .services.sts import DatabaseStore

        share_tokens_by(DatabaseStore)
        notifications.connect()
