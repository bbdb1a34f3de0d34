"""Django over the JSON in the environment's ``SITE``: a database, storages, and leases and parts that are small.

``python -m exports.processes.site JOB`` runs an export; ``celery -A exports.processes.celery_site worker`` all of them.
"""

from __future__ import annotations

import json
import os
import sys

import django
from django.conf import settings


def set_up() -> dict:
    config = json.loads(os.environ["SITE"])
    settings.configure(
        SECRET_KEY="tests-only",
        USE_TZ=True,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django_oss_share"],
        DATABASES={"default": config["database"]},
        STORAGES=config["storages"],
        OSS_SHARE={"BASE_URL": "https://files.example.com"},
        ROOT_URLCONF="shares.urls",
    )
    django.setup()
    from django_oss_share.services.exports import joining, leases, running, tending, writing

    leases.LEASE, leases.BEAT = config["lease"], config["lease"] / 5
    tending._DEAD *= config["lease"] / 15
    writing.PART_SIZE = joining.PART_SIZE = config["part_size"]
    running._PAUSE = 1
    return config


def main() -> None:
    set_up()
    from django_oss_share.services.exports.running import Outcome, run

    while run(int(sys.argv[1]), alone=True).outcome is Outcome.BUSY:
        pass


if __name__ == "__main__":
    main()
