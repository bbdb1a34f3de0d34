"""Storages in migrations: made again from what is written there, which holds no secret."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.writer import MigrationWriter

from django_oss_share.storage import OSSManifestStaticStorage, OSSStaticStorage, OSSStorage

from .making import make
from .testapp.models import ArchiveStorage, Report


@pytest.mark.django_db
def test_the_migration_is_what_django_writes():
    call_command("makemigrations", "storage_testapp", check=True, dry_run=True, verbosity=0)


def test_the_migration_holds_no_secret():
    text = (Path(__file__).parent / "testapp" / "migrations" / "0001_initial.py").read_text()
    assert "django_oss_share.storage.OSSStorage(" in text
    assert "ArchiveStorage(2025)" in text
    assert "sentinel" not in text


def test_the_migrations_storages():
    migration = importlib.import_module("storage.testapp.migrations.0001_initial").Migration
    fields = dict(migration.operations[0].fields)
    assert type(fields["archived"].storage) is ArchiveStorage
    assert fields["archived"].storage.location == "archive/2025"
    assert fields["scan"].storage.bucket_name == "scans-bucket"
    assert fields["scan"].storage.secret_key is None


def test_deconstructed():
    path, args, kwargs = Report._meta.get_field("scan").storage.deconstruct()
    assert path == "django_oss_share.storage.OSSStorage"
    assert args == ()
    assert kwargs == {
        "bucket_name": "scans-bucket",
        "region_name": "cn-hangzhou",
        "gzip_content_types": ("text/plain",),
    }
    path, args, kwargs = Report._meta.get_field("archived").storage.deconstruct()
    assert (path, args, kwargs) == ("storage.testapp.models.ArchiveStorage", (2025,), {})


def test_each_kind_by_its_public_name():
    for kind in (OSSStorage, OSSStaticStorage):
        assert make(kind).deconstruct()[0] == f"django_oss_share.storage.{kind.__name__}"
    assert OSSManifestStaticStorage.__qualname__ == "OSSManifestStaticStorage"


def test_written_by_django_and_read_again():
    storage = make(location="media", url_window=60)
    text, imports = MigrationWriter.serialize(storage)
    names: dict[str, object] = {}
    exec("\n".join(imports), names)
    again = eval(text, names)
    assert type(again) is OSSStorage
    assert again.deconstruct() == storage.deconstruct()
    assert "secret" not in text
