"""Exports in the admin: the form, the list, the page of each, and whose they are."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.urls import reverse
from shares.factories import make_share, make_user
from storage.testapp.models import Report

from admin.pages import body, log_in, messages_of, shares_list
from django_oss_share.admin import ShareFileAdminMixin
from django_oss_share.admin.export_choice import MAX_LENGTH, Choice
from django_oss_share.models import ExportJob, ExportShard, ExportState, Share
from django_oss_share.services.exports import jobs, sources
from django_oss_share.services.exports.link_options import ShareOptions, URLOptions

from .test_mixin import request_of

pytestmark = pytest.mark.django_db

ADD = "admin:oss_share_exportjob_add"
ALL = ("export_links", "share_object", "browse_bucket")
FORM = {"_export": "1", "output": "urls", "expires_in": "600", "https": "on", "host": "usual", "format": "csv"}
COLUMNS = {"columns": ["key", "link"]}


@pytest.fixture(autouse=True)
def queue(monkeypatch):
    """Whoever runs exports is told of them; nothing does."""
    from django_oss_share.services.exports import queueing

    told = []
    monkeypatch.setattr(queueing, "_queue", lambda job, shards: told.append(job))
    return told


def page_of(job: ExportJob, name: str = "change") -> str:
    return reverse(f"admin:oss_share_exportjob_{name}", args=[job.pk])


def chosen(*keys: str, storage: str = "default", shares: tuple[int, ...] = ()) -> str:
    return str(Choice(shares=shares) if shares else Choice.of_keys(storage, keys))


def post(client, **values):
    return client.post(reverse(ADD), {**FORM, **COLUMNS, **values})


def made(user, **more) -> ExportJob:
    return jobs.start(sources.Objects(("a.txt", "b.txt")), created_by=user, storage="default", **more)


def finished(job: ExportJob) -> ExportJob:
    ExportShard.objects.filter(job=job).update(written=2, listed=2, is_done=True)
    ExportJob.objects.filter(pk=job.pk).update(state=ExportState.DONE, result_size=100)
    job.refresh_from_db()
    return job


# From where exports are asked for


def test_from_the_bucket_browser_with_files_and_a_folder(login, oss):
    oss.put("reports/2026/q1.pdf", b"1")
    client, _ = login("ann", *ALL)
    listed = body(client.get(reverse("admin:oss_share_share_browse"), {"folder": "reports/"}))
    assert 'value="reports/2026/"' in listed
    ticked = {"storage": "default", "folder": "reports/", "key": ["reports/q3.pdf", "reports/2026/"], "export": "1"}
    page = body(client.post(reverse("admin:oss_share_share_chosen"), ticked))
    assert "reports/2026/" in page
    assert "Keys beginning with" not in page
    assert f'action="{reverse(ADD)}"' in page


def test_of_one_folder_the_form_asks_more(login):
    client, _ = login("ann", *ALL)
    ticked = {"storage": "archive", "folder": "", "key": ["季度 & co/"], "export": "1"}
    page = body(client.post(reverse("admin:oss_share_share_chosen"), ticked))
    assert 'name="beginning" value="季度 &amp; co/"' in page
    assert '<option value="archive" selected>' in page
    assert ">oss-cn-hangzhou.aliyuncs.com<" in page


def test_nothing_ticked_is_said(login):
    client, _ = login("ann", *ALL)
    response = client.post(reverse("admin:oss_share_share_chosen"), {"storage": "default", "export": "1"})
    assert "Tick" in messages_of(response)


def test_from_the_list_of_shares(login):
    client, ann = login("ann", *ALL)
    shares = [make_share(created_by=ann, name=f"share {number}") for number in range(12)]
    data = {"action": "export_links", "_selected_action": [share.pk for share in shares]}
    page = body(client.post(shares_list(), data))
    assert "share 11" in page
    assert "and 2 more" in page
    assert "Valid for" not in page
    response = post(client, chosen=chosen(shares=tuple(share.pk for share in shares)), name="Partners")
    job = ExportJob.objects.get()
    assert response.url == page_of(job)
    assert (job.output, job.name, job.total, job.base_url) == ("shares", "Partners", 12, "http://testserver")


def test_from_any_model_with_a_file(rf):
    class ReportAdmin(ShareFileAdminMixin, admin.ModelAdmin):
        actions = ("export_links",)

    user = make_user("ann", *ALL, is_staff=True)
    model_admin = ReportAdmin(Report, admin.site)
    for name in ("a.pdf", "b\nc.pdf"):
        Report.objects.create(document=name)
    request = request_of(user)
    response = model_admin.export_links(request, Report.objects.order_by("pk"))
    assert response.render().status_code == 200
    form = response.context_data["form"]
    assert form.choice == Choice.of_keys("default", ["a.pdf", "b\nc.pdf"])
    assert model_admin.export_links(request, Report.objects.none()) is None
    assert "export_links" in model_admin.get_actions(request)
    assert "export_links" not in model_admin.get_actions(request_of(make_user("bob", "share_object", is_staff=True)))


def test_more_than_a_form_carries_is_refused(monkeypatch):
    class ReportAdmin(ShareFileAdminMixin, admin.ModelAdmin):
        pass

    monkeypatch.setattr("django_oss_share.admin.export_starting.MAX_LENGTH", 20)
    Report.objects.create(document="a.pdf")
    request = request_of(make_user("ann", *ALL, is_staff=True))
    assert ReportAdmin(Report, admin.site).export_links(request, Report.objects.all()) is None
    assert "export a folder" in str(next(iter(request._messages)))


def test_as_much_as_is_allowed_comes_through(login):
    client, _ = login("ann", *ALL)
    keys = [f'{number:04}"&=%,季度' * 3 for number in range(9000)]
    choice = chosen(*keys)
    assert 600_000 < len(choice) <= MAX_LENGTH
    data = urlencode({**FORM, "columns": "link", "chosen": choice})
    response = client.post(reverse(ADD), data, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 302
    assert len(ExportJob.objects.get().source["keys"]) == len(keys)


# The form


def test_presigned_links_of_what_was_chosen(login, queue, django_capture_on_commit_callbacks):
    client, ann = login("ann", *ALL)
    with django_capture_on_commit_callbacks(execute=True):
        response = post(
            client,
            chosen=chosen('a, "b".txt', "季度/"),
            use="download",
            filename="{folder}-{name}",
            process="image/resize,w_100",
            gzip="on",
            expires_in="32400",
        )
    job = ExportJob.objects.get()
    assert response.url == page_of(job)
    assert queue == [job.pk]
    assert sources.from_json(job.source) == sources.Objects(('a, "b".txt', "季度/"))
    assert (job.created_by, job.format, job.gzip, job.columns) == (ann, "csv", True, ["key", "link"])
    expected = URLOptions(32400, "usual", True, True, "{folder}-{name}", "image/resize,w_100")
    assert URLOptions(**job.options) == expected


def test_a_prefix_with_filters(login):
    client, _ = login("ann", *ALL)
    values = {
        "storage": "archive",
        "beginning": "team/",
        "rules": "+ *.pdf\r\n\r\n- *  \r\n",
        "min_size": "10",
        "modified_from": "2026-01-02T03:04",
        "limit": "7",
        "format": "txt",
    }
    assert post(client, **values).status_code == 302
    job = ExportJob.objects.get()
    source = sources.from_json(job.source)
    assert (source.prefix, source.recursive, source.versions) == ("team/", False, False)
    assert source.filters.rules == (("filter", "+ *.pdf"), ("filter", "- *"))
    assert (source.filters.min_size, source.filters.limit) == (10, 7)
    assert source.filters.modified_from.isoformat() == "2026-01-02T03:04:00-06:00"
    assert (job.storage, job.columns) == ("archive", ["link"])
    page = body(client.get(page_of(job)))
    for text in ("without sub-folders", "- *", "bytes: 10 –", "rows:  – 7"):
        assert text in page


def test_an_inventory(login):
    client, _ = login("ann", *ALL)
    post(client, storage="default", manifest="inventory/2026/manifest.json", recursive="on")
    assert sources.from_json(ExportJob.objects.get().source) == sources.Inventory("inventory/2026/manifest.json")


def test_share_links(login):
    client, _ = login("ann", *ALL)
    values = {"share_ends": "86400", "max_downloads": "3", "allowed_networks": "10.0.0.0/8", "note": "for you"}
    response = post(
        client, chosen=chosen("a.txt"), output="shares", **values, expires_in="nonsense", mode="page", use="sideways"
    )
    assert response.status_code == 302
    job = ExportJob.objects.get()
    assert job.output == "shares"
    assert ShareOptions(**{**job.options, "allowed_networks": ("10.0.0.0/8",)}) == ShareOptions(
        86400, 3, ("10.0.0.0/8",), note="for you"
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"chosen": "{"}, "got lost on the way"),
        ({"chosen": '{"keys": [1]}'}, "got lost on the way"),
        ({"chosen": '{"keys": ["a"], "shares": [1]}'}, "got lost on the way"),
        ({"chosen": '{"shares": [true]}'}, "got lost on the way"),
        ({"chosen": '{"keys": "ab", "storage": []}'}, "got lost on the way"),
        ({"chosen": "[" * 100_000}, "got lost on the way"),
        ({"chosen": '{"shares": [9223372036854775808]}'}, "got lost on the way"),
        ({"chosen": '{"keys": ["\\ud800"], "storage": "default"}'}, "got lost on the way"),
        ({"chosen": '{"keys": ["a"], "storage": "default", "more": 1}'}, "got lost on the way"),
        ({"chosen": chosen("a", storage="nowhere")}, "is no alias of STORAGES"),
        ({"chosen": chosen("a/../b")}, "a/../b"),
        ({"expires_in": "59"}, "greater than or equal to 60"),
        ({"expires_in": "32401"}, "allowed are 60 to 32400 seconds"),
        ({"format": "xlsx", "gzip": "on"}, "compressed by itself"),
        ({"columns": []}, "choose at least one"),
        ({"filename": "{nonsense}"}, "{nonsense} is unknown"),
        ({"rules": "*.txt"}, "must be &#x27;+ PATTERN&#x27;"),
        ({"rules": "+ [a"}, "bracket"),
        ({"min_size": "5", "max_size": "4"}, "leave nothing"),
        ({"beginning": "a/../b"}, "a/../b"),
        ({"manifest": "i/manifest.json", "recursive": "on"}, "leave the beginning empty"),
        ({"manifest": "i/manifest.json", "beginning": "", "recursive": "on", "versions": "on"}, "the latest version"),
        ({"limit": "9" * 30}, "must be a whole number of 1 to"),
        ({"output": "shares", "allowed_networks": "10.0.0.5/8"}, "10.0.0.0/8"),
        ({"host": "moon"}, "Select a valid choice"),
        ({"https": ""}, "http"),
    ],
)
def test_what_is_refused_is_said_before_anything_starts(login, values, said):
    client, _ = login("ann", *ALL)
    given = {"storage": "default", "beginning": "reports/", **values}
    page = body(post(client, **given))
    assert "errornote" in page
    assert said in page
    assert not ExportJob.objects.exists()


def test_shares_of_others_are_refused_with_the_numbers(login):
    client, ann = login("ann", *ALL)
    mine, theirs = make_share(created_by=ann), make_share(created_by=make_user("bob"), name="secret name")
    page = body(post(client, chosen=chosen(shares=(mine.pk, theirs.pk))))
    assert "may hand out 1 of the 2 chosen shares" in page
    assert "secret name" not in page


def test_more_than_the_policy_allows_is_refused_with_the_numbers(login, settings):
    settings.OSS_SHARE = {"MAX_EXPORT_LINKS": 2}
    client, _ = login("ann", *ALL)
    assert "3 links are more than the 2" in body(post(client, chosen=chosen("a", "b", "c")))


def test_who_may_not_share_makes_no_shares(login):
    client, _ = login("ann", "export_links", "browse_bucket")
    page = body(client.get(reverse(ADD)))
    assert 'value="urls"' in page
    assert 'value="shares"' not in page
    assert "Select a valid choice" in body(post(client, chosen=chosen("a"), output="shares"))


def test_who_may_not_browse_exports_no_folder(login):
    client, _ = login("ann", "export_links", "share_object")
    assert "lacks the permission" in body(post(client, storage="default", beginning=""))


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_export_does_not_come_here(login, method):
    client, _ = login("ann", "share_object", "browse_bucket", "view_all_shares")
    assert getattr(client, method)(reverse(ADD), {"_export": "1"}).status_code == 403
    ticked = {"storage": "default", "key": ["a"], "export": "1"}
    assert client.post(reverse("admin:oss_share_share_chosen"), ticked).status_code == 403
    assert client.get(reverse("admin:oss_share_exportjob_changelist")).status_code == 403
    assert "Export links" not in body(client.get(shares_list()))


# The page of an export


def test_progress_in_words_and_numbers(login):
    client, ann = login("ann", *ALL)
    job = made(ann, name="Letters")
    ExportShard.objects.filter(job=job).update(written=1234, listed=2000, skipped=3, rate=100.0)
    ExportJob.objects.filter(pk=job.pk).update(state=ExportState.RUNNING, total=5000)
    told = client.get(page_of(job, "progress")).json()
    assert told["facts"] == {
        "state": "running",
        "rows": "1,234 of 5,000",
        "listed": "2,000",
        "skipped": "3",
        "size": "0\xa0bytes",
        "rate": "100 rows a second",
        "left": "about 37 seconds",
        "error": "",
    }
    assert (told["bar"], told["is_over"], told["state"]) == (246, False, "running")
    response = client.get(page_of(job))
    page = body(response)
    assert "no-store" in response["Cache-Control"]
    for text in ("Letters", "1,234 of 5,000", 'http-equiv="refresh"', 'value="246"', "a.txt", "Cancel the export"):
        assert text in page


def test_of_what_nobody_knows_there_is_no_number(login):
    client, ann = login("ann", *ALL)
    job = jobs.start(sources.Prefix("reports/"), created_by=ann)
    told = client.get(page_of(job, "progress")).json()
    assert told["bar"] is None
    assert (told["facts"]["left"], told["facts"]["rate"]) == ("–", "–")
    assert "<progress" in body(client.get(page_of(job)))


def test_cancel_and_try_again(login):
    client, ann = login("ann", *ALL)
    job = made(ann)
    assert client.get(page_of(job, "cancel")).status_code == 405
    assert client.post(page_of(job, "cancel")).url == page_of(job)
    page = body(client.get(page_of(job)))
    assert "Cancelled by ann." in page
    assert "Try again" in page
    assert "refresh" not in page
    client.post(page_of(job, "retry"))
    job.refresh_from_db()
    assert job.state == ExportState.QUEUED
    response = client.post(page_of(job, "retry"))
    assert "only a failed or cancelled one is retried" in messages_of(response)


def test_the_result_is_fetched_by_a_share(login, oss):
    client, ann = login("ann", *ALL)
    job = finished(made(ann))
    oss.put(job.result_key, b"key,link\r\n")
    assert "Download…" in body(client.get(page_of(job)))
    response = client.post(page_of(job, "download"))
    share = Share.objects.get()
    assert (share.created_by, share.key) == (ann, job.result_key)
    assert client.post(page_of(job, "download")).url == response.url
    assert client.get(response.url).status_code == 200


def test_where_shares_need_a_password_the_result_does(login, oss, settings):
    settings.OSS_SHARE = {"PASSWORD_REQUIRED": True}
    client, ann = login("ann", *ALL)
    job = finished(made(ann))
    oss.put(job.result_key, b"key,link\r\n")
    assert 'name="password"' in body(client.get(page_of(job)))
    assert "password is missing" in messages_of(client.post(page_of(job, "download")))
    client.post(page_of(job, "download"), {"password": "correct horse battery"})
    assert Share.objects.get().has_password
    assert 'name="password"' not in body(client.get(page_of(job)))


def test_a_result_that_is_not_there_yet_is_not_fetched(login):
    client, ann = login("ann", *ALL)
    job = made(ann)
    assert "has no result" in messages_of(client.post(page_of(job, "download")))


@pytest.mark.parametrize("number", ["abc", "-1", "0", str(2**70), "1e3"])
def test_a_number_of_no_export_is_not_found(login, number):
    client, _ = login("ann", *ALL)
    listed = reverse("admin:oss_share_exportjob_changelist")
    assert client.get(f"{listed}{number}/change/").status_code == 404
    assert client.get(f"{listed}{number}/progress/", follow=True).status_code == 404


@pytest.mark.parametrize("name", ["change", "progress", "cancel", "retry", "download"])
def test_those_of_others_are_not_there(login, name):
    job = finished(made(make_user("bob"), name="secret name"))
    client, _ = login("ann", *ALL, "view_all_shares")
    method = client.get if name in ("change", "progress") else client.post
    assert method(page_of(job, name)).status_code == 404
    assert "secret name" not in body(client.get(reverse("admin:oss_share_exportjob_changelist")))
    job.refresh_from_db()
    assert job.state == ExportState.DONE
    boss, _ = log_in("boss", "change_all_exports")
    assert "secret name" in body(boss.get(reverse("admin:oss_share_exportjob_changelist")))
    if name == "change":
        assert "secret name" in body(boss.get(page_of(job)))


@pytest.mark.parametrize("name", ["change", "progress", "cancel", "retry", "download"])
def test_without_any_right_nothing_is_told(login, name):
    client, ann = login("ann", "share_object")
    method = client.get if name in ("change", "progress") else client.post
    assert method(page_of(made(ann), name)).status_code == 403


def test_the_list_and_its_queries(login, django_assert_max_num_queries):
    client, ann = login("ann", *ALL)
    for number in range(5):
        finished(made(ann, name=f"list {number}"))
    with django_assert_max_num_queries(9):
        page = body(client.get(reverse("admin:oss_share_exportjob_changelist"), {"state__exact": "done"}))
    assert "list 4" in page
    assert "oss-done" in page
    assert "list 3" in body(client.get(reverse("admin:oss_share_exportjob_changelist"), {"q": "list 3"}))


def test_nothing_is_changed_or_deleted_there(login):
    client, ann = login("ann", *ALL, is_superuser=True)
    job = made(ann)
    assert client.post(reverse("admin:oss_share_exportjob_delete", args=[job.pk])).status_code == 403
    client.post(page_of(job), {"name": "other"})
    job.refresh_from_db()
    assert job.name == ""


def test_no_link_token_or_upload_is_on_the_page(login):
    client, ann = login("ann", *ALL)
    job = finished(made(ann))
    ExportJob.objects.filter(pk=job.pk).update(upload_id="UPLOADSENTINEL")
    page = body(client.get(page_of(job))) + json.dumps(client.get(page_of(job, "progress")).json())
    assert "UPLOADSENTINEL" not in page
    assert job.seed not in page


def test_no_more_is_offered_than_a_token_covers(login, settings):
    role = {"PROVIDER": "assume_role", "ROLE_ARN": "acs:ram::1:role/links", "DURATION": 900}
    settings.OSS_SHARE = {"CREDENTIALS": {"links": {**role, "ACCESS_KEY_ID": "LTAI", "ACCESS_KEY_SECRET": "s"}}}
    options = {"bucket_name": "examplebucket", "region_name": "cn-hangzhou", "credentials": "links"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": options},
    }
    client, _ = login("ann", *ALL)
    page = body(client.get(reverse(ADD)))
    assert "60 to 840." in page
    assert 'name="expires_in" value="840"' in page
    page = body(post(client, storage="default", expires_in="3600"))
    assert "expires_in=3600 seconds is over the 840 seconds" in page
    assert not ExportJob.objects.exists()
