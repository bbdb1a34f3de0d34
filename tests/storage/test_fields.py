"""Files of a real model, through the default storage."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import modelform_factory
from django.template import Context, Template
from PIL import Image

from django_oss_share.oss import Credentials, CredentialsExpired, MissingCredentials
from django_oss_share.storage import OSSStorage

from .making import fetch
from .testapp.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(settings, oss_emulator):
    """``files(**options)`` points the default storage at the emulator."""

    def point(**options):
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {
                "BACKEND": "django_oss_share.storage.OSSStorage",
                "OPTIONS": oss_emulator.storage_options(**options),
            },
        }
        return default_storage

    point(location="media")
    return point


def picture(width, height):
    data = io.BytesIO()
    Image.new("RGB", (width, height)).save(data, "PNG")
    return SimpleUploadedFile("图.png", data.getvalue(), "image/png")


def test_round_trip(files, oss_emulator):
    created = Report.objects.create(document=ContentFile(b"%PDF-1", name="季度 报告.pdf"))
    assert oss_emulator.keys() == ["media/reports/季度_报告.pdf"]
    report = Report.objects.get(pk=created.pk)
    assert report.document.name == "reports/季度_报告.pdf"
    assert isinstance(report.document.storage._wrapped, OSSStorage)
    assert fetch(report.document.url).body == b"%PDF-1"
    assert report.document.size == 6
    assert report.document.read() == b"%PDF-1"
    with report.document.open("r") as file:
        assert file.read() == "%PDF-1"
    report.document.close()
    report.document.delete()
    assert oss_emulator.keys() == []
    assert not Report.objects.get(pk=created.pk).document


def test_the_length_of_the_column_counts(files, oss_emulator):
    files(file_overwrite=False)
    reports = [Report.objects.create(document=ContentFile(b"x", name="long" * 7 + ".pdf")) for _ in range(3)]
    names = {report.document.name for report in reports}
    assert len(names) == 3
    assert max(map(len, names)) <= 40
    assert set(oss_emulator.keys()) == names


def test_through_a_form(files, oss_emulator):
    form_class = modelform_factory(Report, fields=["document", "picture"])
    upload = SimpleUploadedFile("../../evil.txt", "报告".encode(), "text/plain")
    form = form_class({}, {"document": upload, "picture": picture(40, 30)})
    assert form.is_valid(), form.errors
    report = form.save()
    assert oss_emulator.keys() == ["media/pictures/图.png", "media/reports/evil.txt"]
    assert (report.picture_width, report.picture_height) == (40, 30)
    assert report.picture.width == 40


def test_a_picture_is_measured_when_its_row_is_read(files):
    pk = Report.objects.create(document=ContentFile(b"x", name="a"), picture=picture(8, 9)).pk
    Report.objects.filter(pk=pk).update(picture_width=None, picture_height=None)
    report = Report.objects.get(pk=pk)
    assert (report.picture_width, report.picture_height) == (8, 9)


def test_no_file_no_link(files):
    with pytest.raises(ValueError, match="has no file associated"):
        Report().document.url  # noqa: B018


def test_a_name_that_leads_elsewhere(files):
    report = Report(document="../../secrets.txt")
    for ask in (lambda: report.document.url, lambda: report.document.size, report.document.open):
        with pytest.raises(SuspiciousFileOperation):
            ask()


# What reaches a template


def shown(report):
    return Template("{{ report.document.url }}").render(Context({"report": report}))


def test_a_link_in_a_template(files):
    report = Report.objects.create(document=ContentFile(b"x", name="a b.txt"))
    link = shown(report).replace("&amp;", "&")
    assert fetch(link).body == b"x"


def test_an_expired_token_is_told_in_a_template(files):
    """Not swallowed, as templates do with some errors: a page of dead links would look whole."""
    ended = datetime.now(UTC) - timedelta(minutes=1)
    files(
        access_key=None,
        secret_key=None,
        credentials=lambda: Credentials("STS.id", "secret-sentinel", "token-sentinel", ended),
    )
    with pytest.raises(CredentialsExpired, match="The security token expired at") as caught:
        shown(Report(document="a"))
    assert "sentinel" not in str(caught.value)


def test_missing_keys_are_told_in_a_template(files):
    files(access_key=None, secret_key=None)
    with pytest.raises(MissingCredentials, match="OSS_ACCESS_KEY_ID"):
        shown(Report(document="a"))


def test_a_name_that_leads_elsewhere_in_a_template(files):
    with pytest.raises(SuspiciousFileOperation):
        shown(Report(document="/etc/passwd"))
