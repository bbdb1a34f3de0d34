from django.apps import AppConfig


class OSSShareConfig(AppConfig):
    """Label ``oss_share``; install as ``"django_oss_share"``."""

    name = "django_oss_share"
    label = "oss_share"
    verbose_name = "OSS shares"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - registers them
        from .providers import share_tokens_by
        from .services import notifications
        from .services.sts import DatabaseStore

        share_tokens_by(DatabaseStore)
        notifications.connect()
