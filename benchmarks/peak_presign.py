"""Writes the links of a whole bucket to nowhere; the peak of the process, in bytes, is told in JSON.

Takes the storage's options as JSON on stdin. A process of its own, since peaks never go down.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from peak_memory import peak


def set_up(options: dict[str, Any]) -> None:
    """Django, with the storage ``default``."""
    backend = {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": options}
    apps = ["django.contrib.contenttypes", "django.contrib.auth", "django_oss_share"]
    settings.configure(STORAGES={"default": backend}, INSTALLED_APPS=apps, USE_TZ=True)
    django.setup()


def main() -> None:
    options = json.load(sys.stdin)
    set_up(options)
    start = time.perf_counter()
    with Path(os.devnull).open("w") as nowhere:
        call_command("oss_presign", f"oss://{options['bucket_name']}", "-r", stdout=nowhere)
    json.dump({"peak": peak(), "seconds": time.perf_counter() - start}, sys.stdout)


if __name__ == "__main__":
    main()
