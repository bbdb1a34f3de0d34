"""The smallest settings under which the package runs."""

import os
import tempfile
from pathlib import Path

SECRET_KEY = "tests-only"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django_oss_share", "storage.testapp"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
# A file, since threads cannot share what is in memory; see tests/services for the other kinds of database.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        "OPTIONS": {"timeout": 30, "init_command": "PRAGMA synchronous=OFF"},
        "TEST": {"NAME": str(Path(tempfile.gettempdir()) / f"oss-share-{os.getpid()}.sqlite3")},
    }
}
