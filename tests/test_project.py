"""What holds for the package as a whole."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files

import pytest
from django.core.management import call_command

import django_oss_share


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", "oss_share", check_changes=True, dry_run=True, verbosity=0)


def test_types_are_shipped():
    assert files("django_oss_share").joinpath("py.typed").is_file()


def test_the_version_is_said_once():
    assert django_oss_share.__version__ == version("django-oss-share")
