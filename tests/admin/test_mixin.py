"""The button on the pages of the project's own models."""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.contrib.messages.storage.cookie import CookieStorage
from django.template import engines
from django.test import RequestFactory
from shares.factories import make_user
from storage.testapp.models import Report

from django_oss_share.admin import ShareFileAdminMixin

pytestmark = pytest.mark.django_db


class ReportAdmin(ShareFileAdminMixin, admin.ModelAdmin):
    pass


@pytest.fixture
def model_admin():
    return ReportAdmin(Report, admin.site)


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    request._messages = CookieStorage(request)
    return request


def test_a_file_in_a_known_storage_gets_a_button(model_admin):
    [(label, address)] = model_admin.share_links(Report(pk=1, document="reports/a & b.pdf", archived="old.pdf"))
    assert label == "Share…"
    assert parse_qs(urlsplit(address).query) == {"storage": ["default"], "key": ["reports/a & b.pdf"]}
    assert 'href="/admin/oss_share/share/add/' in model_admin.share_button(Report(pk=1, document="a.pdf"))


def test_several_files_are_told_apart_and_can_be_chosen(model_admin, monkeypatch):
    report = Report(pk=1, document="a.pdf")
    # Not given to the constructor, which would ask OSS how large the picture is.
    report.__dict__["picture"] = "b.png"
    assert [label for label, _ in model_admin.share_links(report)] == ["Share Document…", "Share Picture…"]
    monkeypatch.setattr(ReportAdmin, "share_fields", ["picture"])
    [(label, address)] = model_admin.share_links(report)
    assert label == "Share…"
    assert "b.png" in address


def test_without_a_file_there_is_none(model_admin, settings):
    assert model_admin.share_links(Report(pk=1)) == []
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    assert model_admin.share_links(Report(pk=1, document="a.pdf")) == []


@pytest.mark.parametrize(("permissions", "shown"), [(["share_object"], True), ([], False)])
def test_the_button_is_on_the_page_of_who_may_share(model_admin, permissions, shown):
    user = make_user("ann", *permissions, is_staff=True)
    report = Report(pk=1, document="a.pdf")
    form = SimpleNamespace(is_multipart=lambda: True)
    context = {"original": report, "inline_admin_formsets": [], "adminform": SimpleNamespace(form=form)}
    model_admin.render_change_form(request_of(user), context, change=True, obj=report)
    assert bool(context["oss_share_links"]) is shown


def test_it_stands_among_the_object_tools_of_the_page(model_admin):
    base = engines["django"].from_string("<ul>{% block object-tools-items %}<li>History</li>{% endblock %}</ul>")
    template = engines["django"].get_template(model_admin.change_form_template)
    html = template.render({"oss_share_parent": base.template, "oss_share_links": [("Share…", "/there/?a=1&b=2")]})
    assert '<li><a href="/there/?a=1&amp;b=2">Share…</a></li>' in html
    assert "History" in html


def test_the_files_of_many_are_one_share(model_admin):
    user = make_user("ann", "share_object")
    for name in ("a.pdf", "b.pdf"):
        Report.objects.create(document=name)
    response = model_admin.share_files(request_of(user), Report.objects.order_by("pk"))
    assert parse_qs(urlsplit(response.url).query)["key"] == ["a.pdf", "b.pdf"]
    assert model_admin.share_files(request_of(user), Report.objects.none()) is None
