"""Settings of the example project on a site that strangers reach: ``DJANGO_SETTINGS_MODULE=example.production``.

All that differs from one installation to the next comes from the environment; what has no sound default must be set:

- ``SITE_HOST``: the host of its address, such as ``files.example.com``.
- ``SECRET_KEY``, ``TOKEN_KEYS``, ``AUDIT_KEYS``, ``ENCRYPTION_KEYS``: secrets of their own, each of
  ``python -c "import secrets; print(secrets.token_urlsafe(50))"``. The last three may list older ones behind the first,
  with commas, and so may ``SECRET_KEY_FALLBACKS``: what those have signed or sealed is still good.
- ``TRUSTED_PROXIES``: addresses or networks of the proxy that ends TLS, with commas; ``unix`` for one on a Unix socket.
- ``DATABASE_NAME``, ``DATABASE_USER``, ``DATABASE_PASSWORD``, ``DATABASE_HOST``: PostgreSQL.
- ``REDIS_URL`` for the cache, and ``CELERY_BROKER_URL`` for tasks.
- ``OSS_BUCKET``, ``OSS_REGION``, and ``OSS_DOMAIN``, the bucket's own domain with a certificate.
- ``OSS_ROLE``: the RAM role of the machine. No key is stored anywhere.
- ``STATIC_ROOT``: where ``collectstatic`` puts what whitenoise serves.
"""

import os
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured

from .common import *  # noqa: F403


def needed(name: str) -> str:
    """:raises ImproperlyConfigured: the environment has no such variable, or an empty one."""
    if not (value := os.environ.get(name, "").strip()):
        raise ImproperlyConfigured(f"Set {name} in the environment; see example/production.py.")
    return value


def listed(text: str) -> list[str]:
    """What stands between the commas."""
    return [each.strip() for each in text.split(",") if each.strip()]


SITE_HOST = needed("SITE_HOST")
SECRET_KEY = needed("SECRET_KEY")
SECRET_KEY_FALLBACKS = listed(os.environ.get("SECRET_KEY_FALLBACKS", ""))
DEBUG = False
ALLOWED_HOSTS = [SITE_HOST]

# The proxy ends TLS, says so in this header, and lets no visitor say it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": needed("DATABASE_NAME"),
        "USER": needed("DATABASE_USER"),
        "PASSWORD": needed("DATABASE_PASSWORD"),
        "HOST": needed("DATABASE_HOST"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
# Shared by all processes, so that the tries of somebody who guesses at links are counted together.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": needed("REDIS_URL")}}
# The schedule of periodic tasks stands in celery.py.
CELERY_BROKER_URL = needed("CELERY_BROKER_URL")
CELERY_TASK_IGNORE_RESULT = True

STATIC_ROOT = needed("STATIC_ROOT")
STORAGES = {
    "default": {
        "BACKEND": "django_oss_share.storage.OSSStorage",
        "OPTIONS": {
            "bucket_name": needed("OSS_BUCKET"),
            "region_name": needed("OSS_REGION"),
            # Links lead to a domain that shows previews; Django reads and writes inside the VPC, free of charge.
            "custom_domain": needed("OSS_DOMAIN"),
            "io_endpoint_url": f"https://oss-{needed('OSS_REGION')}-internal.aliyuncs.com",
            "credentials": "links",
            "file_overwrite": False,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
OSS_SHARE = {
    "BASE_URL": f"https://{SITE_HOST}",
    "CREDENTIALS": {"links": {"PROVIDER": "ecs_ram_role", "ROLE_NAME": needed("OSS_ROLE")}},
    "TOKEN_KEYS": listed(needed("TOKEN_KEYS")),
    "AUDIT_KEYS": listed(needed("AUDIT_KEYS")),
    "ENCRYPTION_KEYS": listed(needed("ENCRYPTION_KEYS")),
    "TRUSTED_PROXIES": listed(needed("TRUSTED_PROXIES")),
    "IP_PRIVACY": "truncated",
    "RETENTION": timedelta(days=400),
}
