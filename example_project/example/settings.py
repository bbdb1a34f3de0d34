"""Settings of the example project: SQLite, uploads in a private bucket, and Celery without a server.

The bucket comes from the environment, by the names that the vendor's own tools read: OSS_BUCKET, OSS_REGION,
OSS_ENDPOINT, OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET; the role to assume is OSS_ROLE_ARN, by way of OSS_STS_ENDPOINT.
``demo.py`` sets them for the emulator; set them yourself, and the same project serves a real bucket.
"""

import os
import secrets
from pathlib import Path

from .common import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent
# Everything that running it leaves behind.
VAR_DIR = Path(os.environ.get("EXAMPLE_VAR", BASE_DIR / "var"))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def kept_secret(file: Path) -> str:
    """A key made at the first start, so that sessions outlive the next one, and none is published here."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50))
    return file.read_text()


SECRET_KEY = kept_secret(VAR_DIR / "secret_key")
# Of its own: whoever learns the one above cannot read the stored security tokens.
ENCRYPTION_KEY = kept_secret(VAR_DIR / "encryption_key")
DEBUG = os.environ.get("EXAMPLE_DEBUG") == "1"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR_DIR / "db.sqlite3",
        # The site and the worker write at the same time: the one who comes second waits, and readers wait for nobody.
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"},
    }
}

STORAGES = {
    "default": {
        "BACKEND": "django_oss_share.storage.OSSStorage",
        # Two people may upload files of one name: the second gets another key, not the first one's place.
        "OPTIONS": {"file_overwrite": False, "credentials": "links"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
OSS_SHARE = {
    "CREDENTIALS": {
        "links": {
            "PROVIDER": "assume_role",
            "ROLE_ARN": os.environ.get("OSS_ROLE_ARN", "acs:ram::1234567890123456:role/links"),
            "STS_ENDPOINT": os.environ.get("OSS_STS_ENDPOINT", "https://sts.cn-hangzhou.aliyuncs.com"),
            # The shortest that there is, so that the admin shows it being renewed while one looks on.
            "DURATION": 900,
        }
    },
    "ENCRYPTION_KEYS": [ENCRYPTION_KEY],
    "ALLOW_ZIP": True,
}
# The broker is a directory, which serves one machine; for more, name Redis or RabbitMQ here.
CELERY_DIR = VAR_DIR / "celery"
(CELERY_DIR / "queue").mkdir(parents=True, exist_ok=True)
CELERY_BROKER_URL = "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": CELERY_DIR / "queue",
    "data_folder_out": CELERY_DIR / "queue",
    "control_folder": CELERY_DIR / "control",
}
CELERY_RESULT_BACKEND = f"db+sqlite:///{CELERY_DIR / 'results.sqlite3'}"

# Straight from the apps: there is no collectstatic to forget.
WHITENOISE_USE_FINDERS = True
