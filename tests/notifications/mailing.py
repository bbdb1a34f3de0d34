"""Which way e-mails go in a test."""

from __future__ import annotations

from typing import Any

import django

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def mail_by(settings: Any, backend: str, **options: Any) -> None:
    """As Django 6.1 and later have it, and as earlier ones do."""
    if django.VERSION >= (6, 1):
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
        return
    settings.EMAIL_BACKEND = backend
    for name, value in options.items():
        setattr(settings, f"EMAIL_{name.upper()}", value)
