"""The smallest settings under which the package runs."""

SECRET_KEY = "tests-only"  # noqa: S105
USE_TZ = True
INSTALLED_APPS = ["django_oss_share"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
