"""The bucket as people see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import InvalidStorageError

from django_oss_share.oss import InvalidArgument
from django_oss_share.oss.errors import ObjectNotFound
from django_oss_share.services import objects
from django_oss_share.services.errors import UnknownStorage
from django_oss_share.storage import OSSStorage


def test_storages():
    assert set(objects.linkable_storages()) == {"default", "archive"}
    assert isinstance(objects.storage_of("archive"), OSSStorage)


def test_what_other_storages_lack_does_not_matter(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_URL = None
    assert set(objects.linkable_storages()) == {"default", "archive"}


def test_a_storage_that_cannot_be_imported_is_told(settings):
    settings.STORAGES = {**settings.STORAGES, "typo": {"BACKEND": "django_oss_share.storage.OSSStorrage"}}
    with pytest.raises(InvalidStorageError, match="OSSStorrage"):
        objects.linkable_storages()


@pytest.mark.parametrize(
    ("alias", "message"),
    [("nowhere", "'nowhere' is no alias.*known: 'default', 'archive'"), ("local", "is a InMemoryStorage")],
)
def test_other_storages_are_refused(alias, message):
    with pytest.raises(UnknownStorage, match=message):
        objects.storage_of(alias)


def test_a_page(oss):
    oss.put("reports/2026/q1.pdf", b"12345")
    page = objects.browse("default", "reports/")
    assert page.folders == [objects.Folder("2026", "reports/2026/")]
    (file,) = page.files
    assert (file.name, file.key, file.size, file.storage_class) == ("q3.pdf", "reports/q3.pdf", 17, "Standard")
    assert abs(file.modified - datetime.now(UTC)) < timedelta(minutes=5)
    assert file.etag


def test_the_root_and_every_script(oss):
    for key in ("季度 +%&.txt", "a/b", "😀/x"):
        oss.put(key, b"")
    page = objects.browse("default")
    assert [folder.name for folder in page.folders] == ["a", "reports", "😀"]
    assert [file.key for file in page.files] == ["季度 +%&.txt"]


def test_keys_are_names_in_the_storage(oss, settings):
    oss.put("site/media/team/x", b"x")
    options = {**settings.STORAGES["default"]["OPTIONS"], "location": "site/media"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    assert objects.browse("default").folders == [objects.Folder("team", "team/")]
    assert [file.key for file in objects.browse("default", "team/").files] == ["team/x"]
    assert objects.describe("default", "team/x").size == 1


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"prefix": "team"}, "prefix"),
        ({"search": "a/b"}, "search"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": 1001}, "page_size"),
    ],
)
def test_bad_arguments(arguments, field):
    with pytest.raises(InvalidArgument) as caught:
        objects.browse("default", **arguments)
    assert caught.value.field == field


def test_describing(oss):
    assert objects.describe("default", "reports/q3.pdf").size == 17
    with pytest.raises(ObjectNotFound):
        objects.describe("default", "reports/q4.pdf")


def test_a_version(oss):
    with pytest.raises(ObjectNotFound):
        objects.describe("default", "reports/q3.pdf", "CAEQ")
