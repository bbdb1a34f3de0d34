"""Exports as people have them: started, refused, cancelled, tried again."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from shares.factories import make_share, make_user

from django_oss_share.models import ExportJob, ExportState, Output
from django_oss_share.oss import InvalidArgument, InvalidKey
from django_oss_share.oss.errors import ExpiryBeyondToken
from django_oss_share.services.errors import NotAllowed, PolicyViolation, UnknownStorage, WrongState
from django_oss_share.services.exports import jobs
from django_oss_share.services.exports.link_options import ShareOptions, URLOptions
from django_oss_share.services.exports.sources import Filters, Inventory, Objects, Prefix, Shares, as_json, from_json

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def signing(settings):
    """A storage that signs; nothing is at the other end."""
    options = {
        "bucket_name": "examplebucket",
        "region_name": "cn-hangzhou",
        "access_key": "LTAItest",
        "secret_key": "s",
    }
    settings.STORAGES = {"default": {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": options}}


def allowed(*codenames: str, name: str = "ann"):
    user = make_user(name)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def start(source=None, **options):
    return jobs.start(source or Prefix("reports/"), **{"queued": False, **options})


def test_what_was_asked_for_is_kept():
    source = Prefix("reports/", versions=True, filters=Filters(rules=(("include", "*.pdf"),), min_size=1))
    job = start(source, options=URLOptions(60, https=True, filename="{folder}-{name}"), format="xlsx", name="Q3: all")
    kept = ExportJob.objects.get(pk=job.pk)
    assert from_json(kept.source) == source
    assert (kept.state, kept.columns) == (ExportState.QUEUED, ["key", "size", "link", "expires_at"])
    assert kept.result_key.startswith("oss-share-exports/")
    assert kept.filename == "Q3-all.xlsx"
    assert jobs.progress(kept).written == 0


@pytest.mark.parametrize(
    "source", [Shares((3, 1)), Objects(("a", "b/")), Prefix(), Inventory("i/manifest.json", filters=Filters(limit=3))]
)
def test_sources_come_back_from_the_database(source):
    assert from_json(as_json(source)) == source


@pytest.mark.parametrize(
    ("source", "options", "says"),
    [
        (Objects(()), {}, "0 objects are chosen; allowed are 1 to 10,000"),
        (Prefix("a/", filters=Filters(rules=(("include", "[a"),))), {}, "opens a bracket"),
        (Prefix("a/", filters=Filters(rules=(("only", "a"),))), {}, "rule 'only' is unknown"),
        (Prefix("a/", filters=Filters(min_size=2, max_size=1)), {}, "leave nothing"),
        (Prefix("a/", filters=Filters(limit=0)), {}, "limit=0"),
        (Prefix("a/", filters=Filters(limit=2**63)), {}, "limit=9223372036854775808 must be a whole number of 1 to"),
        (Prefix("a/", filters=Filters(start_after="\udcff")), {}, "start_after='\\udcff' holds a NUL or a lone"),
        (Prefix("a/", filters=Filters(end_with="a\0")), {}, "end_with='a\\x00' holds a NUL"),
        (Prefix("a/", filters=Filters(rules=(("include", "a\0"),))), {}, "pattern='a\\x00' holds a NUL"),
        (Shares((1, 2**63)), {"output": "shares"}, "9223372036854775808 is no number of a share"),
        (Shares(("1",)), {"output": "shares"}, "'1' is no number of a share"),
        (Prefix("a/../b"), {}, "a/../b"),
        (Prefix(), {"output": "links"}, "output='links' is unknown"),
        (Prefix(), {"format": "xls"}, "did you mean 'xlsx'"),
        (Prefix(), {"format": "txt", "columns": ["key", "link"]}, "holds a link a line"),
        (Prefix(), {"format": "xlsx", "gzip": True}, "compressed by itself"),
        (Prefix(), {"options": URLOptions(59)}, "59 is out of range; allowed are 60 to 32400"),
        (Prefix(), {"options": URLOptions(filename="{key}")}, "{key} is unknown"),
        (Prefix(), {"options": URLOptions(filename="{name")}, "brace"),
        (Prefix(), {"options": URLOptions(filename="{name}\r\nb")}, "holds a control character"),
        (Prefix(), {"options": URLOptions(filename="{folder}/{name}")}, "holds a path separator"),
        (Prefix(), {"options": ShareOptions()}, "do not go with output='urls'"),
        (Prefix(), {"output": "shares"}, "OSS_SHARE['BASE_URL']"),
        (Prefix(), {"shards": 257}, "allowed are 1 to 256"),
        (Prefix(), {"shards": 2, "format": "xlsx"}, "one worker"),
        (Prefix(recursive=False), {"shards": 2}, "one worker"),
        (Shares((1,)), {}, "output='urls' does not go with shares"),
        (Prefix(), {"created_by": "joe"}, "created_by must be a user"),
    ],
)
def test_bad_inputs_are_named(source, options, says):
    with pytest.raises((InvalidArgument, InvalidKey)) as caught:
        start(source, **options)
    assert says in str(caught.value)
    assert not ExportJob.objects.exists()


def test_an_unknown_storage():
    with pytest.raises(UnknownStorage, match="'defualt'"):
        start(storage="defualt")


def test_more_than_the_policy_allows_is_refused_with_the_numbers(settings):
    settings.OSS_SHARE = {"MAX_EXPORT_LINKS": 2, "MAX_EXPORT_SHARES": 1, "BASE_URL": "https://files.example.com"}
    with pytest.raises(PolicyViolation, match="3 links are more than the 2"):
        start(Objects(("a", "b", "c")))
    with pytest.raises(PolicyViolation, match="2 new shares are more than the 1"):
        start(Objects(("a", "b")), output=Output.SHARES)


def test_shares_that_would_need_a_password_are_refused(settings):
    settings.OSS_SHARE = {"PASSWORD_REQUIRED": True, "BASE_URL": "https://files.example.com"}
    with pytest.raises(PolicyViolation, match="PASSWORD_REQUIRED"):
        start(output=Output.SHARES)


def test_links_that_would_outlive_their_token_are_refused(settings):
    from datetime import UTC, datetime, timedelta

    from django_oss_share.oss import Credentials

    end = datetime.now(UTC) + timedelta(minutes=20)
    options = {
        "bucket_name": "examplebucket",
        "region_name": "cn-hangzhou",
        "credentials": lambda: Credentials("STS.x", "s", "t", end),
    }
    settings.STORAGES = {"default": {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": options}}
    assert start(options=URLOptions(600)).pk
    with pytest.raises(ExpiryBeyondToken, match=r"expires_in=3600 seconds is over the 1[12]\d\d seconds"):
        start(options=URLOptions(3600))


def test_nothing_is_chosen_twice():
    job = start(Objects(("a/b.txt", "c.txt", "a/", "a/d/", "c.txt")))
    assert from_json(job.source) == Objects(("c.txt", "a/"))
    assert job.total is None


@pytest.mark.parametrize(
    ("codenames", "source", "output", "missing"),
    [
        (["browse_bucket", "share_object"], Prefix(), "urls", "export_links"),
        (["export_links"], Prefix(), "urls", "browse_bucket"),
        (["export_links"], Objects(("a/",)), "urls", "browse_bucket"),
        (["export_links", "browse_bucket"], Prefix(), "shares", "share_object"),
        (["export_links"], Objects(("a",)), "urls", None),
    ],
)
def test_what_it_takes(settings, codenames, source, output, missing):
    settings.OSS_SHARE = {"BASE_URL": "https://files.example.com"}
    user = allowed(*codenames)
    if missing is None:
        assert start(source, output=output, by=user, created_by=user).created_by == user
    else:
        with pytest.raises(NotAllowed, match=missing):
            start(source, output=output, by=user, created_by=user)


def test_of_shares_only_ones_own(settings):
    settings.OSS_SHARE = {"BASE_URL": "https://files.example.com"}
    user = allowed("export_links", "view_all_shares")
    own, other = make_share(created_by=user), make_share()
    assert start(Shares((own.pk,)), output=Output.SHARES, by=user, created_by=user).total == 1
    with pytest.raises(NotAllowed, match="1 of the 2"):
        start(Shares((own.pk, other.pk)), output=Output.SHARES, by=user, created_by=user)


def test_folders_out_of_reach(settings):
    settings.OSS_SHARE = {"PREFIXES": ["sales/"]}
    user = allowed("export_links", "browse_bucket")
    assert start(Prefix("sales/2026/"), by=user).pk
    for source in (Prefix("sal"), Prefix(), Objects(("sales/a", "other/b")), Inventory("sales/manifest.json")):
        with pytest.raises(NotAllowed):
            start(source, by=user)


def test_others_jobs_are_out_of_bounds():
    ann, bob = allowed("export_links", "browse_bucket"), allowed("export_links", "browse_bucket", name="bob")
    boss = allowed("change_all_exports", name="boss")
    job = start(by=ann, created_by=ann)
    for step in (jobs.cancel, jobs.retry, jobs.result_share):
        with pytest.raises(NotAllowed, match="neither owns export"):
            step(job, by=bob)
    assert list(ExportJob.objects.visible_to(bob)) == []
    assert list(ExportJob.objects.visible_to(ann)) == list(ExportJob.objects.visible_to(boss)) == [job]
    assert jobs.cancel(job, by=boss).state == ExportState.CANCELLED


def test_cancelling_and_trying_again():
    job = start()
    with pytest.raises(WrongState, match="is queued"):
        jobs.retry(job)
    assert jobs.cancel(job).error == "Cancelled."
    assert jobs.cancel(job).state == ExportState.CANCELLED, "twice is no more than once"
    with pytest.raises(WrongState, match="is cancelled and has no result"):
        jobs.result_share(job)
    assert jobs.retry(job, queued=False).state == ExportState.QUEUED
    assert job.error == ""
