"""A form's field whose file goes straight into the bucket."""

from __future__ import annotations

import json

import pytest
from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from storage.testapp.models import Report

from django_oss_share.fields import DirectUploadField
from django_oss_share.models import AuditEvent
from django_oss_share.services.uploads import fields
from uploads.sending import CONTENT, md5, send_raw

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def urls(settings, monkeypatch):
    settings.ROOT_URLCONF = "views.urls"
    monkeypatch.setattr("django_oss_share.services.uploads.fields.SINGLE_PUT_LIMIT", 200 * 1024)


def make_form(**kwargs):
    class DocumentForm(forms.ModelForm):
        document = DirectUploadField(
            **{"folder": "docs/%Y/", "max_size": 10_000_000, "content_types": ["application/pdf"], **kwargs}
        )

        class Meta:
            model = Report
            fields = ["document"]

    return DocumentForm


def ask(step: str, form, **body):
    rules = form["document"].subwidgets[0].data["rules"]
    address = reverse("oss_share:direct", args=[step])
    return Client().post(address, {"rules": rules, **body}, content_type="application/json")


def send(form, name="方案.pdf", content=CONTENT) -> str:
    """What the script does; the value of the hidden input."""
    begun = ask("begin", form, name=name, size=len(content), type="application/pdf", md5=md5(content)).json()
    if "url" in begun:
        assert send_raw(begun["url"], begun["headers"], content).status_code == 200
    else:
        parts = ask("parts", form, ticket=begun["ticket"], numbers=list(range(1, begun["parts"] + 1))).json()["parts"]
        for part in parts:
            start = (part["number"] - 1) * begun["part_size"]
            send_raw(part["url"], {}, content[start : start + part["size"]])
    return ask("complete", form, ticket=begun["ticket"]).json()["value"]


@pytest.mark.parametrize("content", [CONTENT, bytes(range(256)) * 1000])
def test_a_file_arrives_in_the_row(oss, content):
    Form = make_form()
    bound = Form({"document": send(Form(), content=content)})
    assert bound.is_valid(), bound.errors
    cleaned = bound.cleaned_data["document"]
    assert (cleaned.filename, cleaned.size, cleaned.content_type) == ("方案.pdf", len(content), "application/pdf")
    row = bound.save()
    row.refresh_from_db()
    assert row.document.name.startswith(f"docs/{timezone.localtime():%Y}/方案_")
    assert row.document.read() == content
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == ["issued", "uploaded"]
    assert not Form().is_multipart()


def test_what_was_there_stays_unless_something_is_sent(oss):
    Form = make_form()
    first = Form({"document": send(Form())}).save()
    key = first.document.name
    again = Form({"document": ""}, instance=first)
    assert again.is_valid() and not again.has_changed()
    assert again.save().document.name == key
    changed = Form({"document": send(Form(), "b.pdf")}, instance=first)
    assert changed.is_valid() and changed.save().document.name != key


def test_cleared(oss):
    Form = make_form(required=False)
    field = Form().fields["document"]
    asked = field.widget.value_from_datadict({"document": "", "document-clear": "on"}, {}, "document")
    assert asked is False
    assert field.clean(asked, "docs/a.pdf") is False
    both = Form({"document": send(Form()), "document-clear": "on"})
    assert "not both" in str(both.errors["document"])


@pytest.mark.parametrize("value", ["x", "docs/secret.pdf", "a:b:c", "季"])
def test_a_value_that_no_upload_gave(oss, value):
    form = make_form()({"document": value})
    assert form.errors == {"document": ["The file was not received; choose it again."]}


def test_nothing_sent(oss):
    assert make_form()({"document": ""}).errors == {"document": ["This field is required."]}


def test_a_value_of_another_field(oss):
    value = send(make_form()())
    assert make_form(folder="other/")({"document": value}).errors["document"]
    assert make_form(max_size=5)({"document": value}).errors["document"]


def test_a_key_too_long_for_the_model(oss):
    Form = make_form(max_length=10)
    assert "at most 10 characters" in str(Form({"document": send(Form())}).errors["document"])


def test_what_was_sent_is_shown_again(oss):
    Form = make_form()
    value = send(Form(), "plan <b>.pdf")
    html = str(Form({"document": value})["document"])
    assert f'value="{value}"' in html
    assert "plan &lt;b&gt;.pdf" in html
    assert "required" not in html
    assert 'accept="application/pdf"' in str(Form()["document"])


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "a.pdf", "size": 0}, 400, "size"),
        ({"name": "a.pdf", "size": 10_000_001}, 400, "size"),
        ({"name": "a.html", "size": 5, "type": "text/html"}, 400, "content_type"),
        ({"name": "..", "size": 5}, 400, "name"),
        ({"name": "a.pdf", "size": 5, "rules": "x"}, 410, "upload"),
        ({"name": "a.pdf", "size": 5, "rules": None}, 410, "upload"),
        ({"name": "a.pdf" * 600_000, "size": 5}, 413, "body"),
    ],
)
def test_what_the_field_does_not_take(oss, body, status, field):
    response = ask("begin", make_form()(), **body)
    assert (response.status_code, response.json()["field"]) == (status, field)
    assert AuditEvent.objects.count() == 0


def test_cancelled(oss):
    form = make_form()()
    content = bytes(300_000)
    begun = ask("begin", form, name="a.pdf", size=len(content), type="application/pdf").json()
    assert ask("cancel", form, ticket=begun["ticket"]).status_code == 200
    assert oss.uploads() == []
    assert ask("complete", form, ticket=begun["ticket"]).status_code == 409


def test_doors(oss):
    assert Client().get(reverse("oss_share:direct", args=["begin"])).status_code == 405
    assert Client().post(reverse("oss_share:direct", args=["nope"])).status_code == 404
    strict = Client(enforce_csrf_checks=True)
    assert (
        strict.post(reverse("oss_share:direct", args=["begin"]), json.dumps({}), "application/json").status_code == 403
    )


def test_oss_is_down(oss):
    from django_oss_share.testing import Fault, Kind

    oss.faults.add(Fault(Kind.STATUS, operation="InitiateMultipartUpload", status=503))
    response = ask("begin", make_form()(), name="a.pdf", size=300_000, type="application/pdf")
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")


def test_a_field_of_a_model():
    field = DirectUploadField.of(Report, "document", content_types=[".pdf"])
    assert field.rules.folder.endswith("/")
    assert field.max_length == Report._meta.get_field("document").max_length
    with pytest.raises(ImproperlyConfigured, match="must end in '/'"):
        DirectUploadField(folder="docs")


def test_a_field_of_a_model_without_a_folder(monkeypatch):
    monkeypatch.setattr(Report._meta.get_field("document"), "upload_to", "")
    rules = DirectUploadField.of(Report, "document").rules
    assert fields.begin(rules, "plan.pdf", size=5).link.url.partition("?")[0].count("/") == 3


def test_a_field_of_a_model_makes_no_storage_at_import(settings):
    """Forms are imported by the admin before this package is ready to share its tokens among processes."""
    settings.STORAGES = {"default": {"BACKEND": "nowhere.Storage"}}
    assert DirectUploadField.of(Report, "document").rules.storage == "default"
