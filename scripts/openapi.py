"""Writes docs/openapi.yaml, what the API is in OpenAPI 3.1: ``.build/main/bin/python scripts/openapi.py``."""

from __future__ import annotations

from pathlib import Path

import django
from django.conf import settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "openapi.yaml"


def main() -> None:
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django_oss_share"], USE_TZ=True
    )
    django.setup()
    from drf_spectacular.renderers import OpenApiYamlRenderer

    from django_oss_share.api import schema

    PAGE.write_bytes(OpenApiYamlRenderer().render(schema.described("/api/v1/"), renderer_context={}))
    print(f"Written: {PAGE}")


if __name__ == "__main__":
    main()
