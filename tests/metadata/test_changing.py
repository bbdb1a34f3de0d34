"""Headers of objects changed; all else stays."""

from __future__ import annotations

from urllib.parse import unquote

import alibabacloud_oss_v2 as sdk
import pytest
from shares.factories import make_user

from django_oss_share.models import AuditEvent
from django_oss_share.oss import InvalidArgument
from django_oss_share.oss.rewriting import RewritingClient, Stored
from django_oss_share.services import metadata
from django_oss_share.services.errors import NotAllowed, UnknownStorage
from django_oss_share.services.metadata import Result, Wanted
from django_oss_share.testing import Fault
from django_oss_share.testing import Kind as FaultKind
from metadata import texts

pytestmark = pytest.mark.django_db

KEY = "报告 1+2 100%'\"😀.txt"
ALL = {
    "content_type": "text/plain",
    "cache_control": "max-age=60",
    "content_disposition": "inline",
    "content_language": "zh",
    "expires": "Wed, 01 Jan 2031 00:00:00 GMT",
    "x_oss_meta_author": "ann%20lee",
    "x_oss_meta_empty": "",
    "x_oss_object_acl": "public-read",
    "x_oss_storage_class": "IA",
    "x_oss_tagging": "team=a%2Bb&year=2026",
    "x_oss_server_side_encryption": "KMS",
    "x_oss_server_side_data_encryption": "SM4",
    "x_oss_server_side_encryption_key_id": "9468da86",
}
KEPT = [name.replace("_", "-") for name in ALL if name not in ("content_type", "x_oss_object_acl", "x_oss_tagging")]


def tags(client, oss, key: str) -> dict[str, str]:
    found = client.get_object_tagging(sdk.GetObjectTaggingRequest(oss.bucket, key)).tag_set.tags
    return {tag.key: tag.value for tag in found}


def acl(client, oss, key: str) -> str:
    return client.get_object_acl(sdk.GetObjectAclRequest(oss.bucket, key)).acl


@pytest.mark.parametrize("by_parts", [False, True])
def test_everything_else_stays(oss, client, head, put, monkeypatch, by_parts):
    body = b"x" * 250_000
    put(KEY, body, **ALL)
    before = head(KEY)
    if by_parts:
        monkeypatch.setattr("django_oss_share.oss.client._MAX_COPY", 200_000)
        monkeypatch.setattr("django_oss_share.oss.client._COPY_PART", 102_400)
    (outcome,) = metadata.change("default", [KEY], Wanted(content_type="text/csv; charset=utf-8"))
    after = head(KEY)
    assert outcome.result == Result.CHANGED
    assert (outcome.before, outcome.after) == (
        {"content-type": "text/plain"},
        {"content-type": "text/csv; charset=utf-8"},
    )
    assert after["content-type"] == "text/csv; charset=utf-8"
    assert {name: after.get(name) for name in KEPT} == {name: before.get(name) for name in KEPT}
    assert tags(client, oss, KEY) == {"team": "a+b", "year": "2026"}
    assert acl(client, oss, KEY) == "public-read"
    assert oss.get(KEY) == body
    assert ("ETag is another" in outcome.reason) is by_parts


@pytest.mark.parametrize("name", ["default", "private", "public-read-write"])
def test_whatever_the_acl_is(oss, client, put, name):
    put("a.txt", x_oss_object_acl=name)
    metadata.change("default", ["a.txt"], Wanted(cache_control="no-cache"))
    assert acl(client, oss, "a.txt") == name


def test_a_disposition_with_a_name(put, head, oss):
    put("a.pdf")
    metadata.change("default", ["a.pdf"], Wanted(disposition="attachment", filename='第三季度 "报告".pdf'))
    assert unquote(head("a.pdf")["content-disposition"]).endswith("UTF-8''第三季度 \"报告\".pdf")


def test_each_under_its_own_name(put, head, oss):
    put("x/a.pdf")
    put("x/季度.pdf")
    metadata.change("default", ["x/a.pdf", "x/季度.pdf"], Wanted(disposition="inline", own_filename=True))
    assert head("x/a.pdf")["content-disposition"] == 'inline; filename="a.pdf"'
    assert "%E5%AD%A3%E5%BA%A6.pdf" in head("x/季度.pdf")["content-disposition"]


def test_headers_can_be_taken_away(put, head, oss):
    put("a.txt", **ALL)
    metadata.change("default", ["a.txt"], Wanted(content_type="", disposition="", cache_control=""))
    found = head("a.txt")
    assert found["content-type"] == "application/octet-stream"
    assert not {"content-disposition", "cache-control"} & found.keys()
    assert found["x-oss-meta-author"] == "ann%20lee"


def test_a_dry_run_changes_nothing(put, head, oss):
    put("a.txt", content_type="text/plain")
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(cache_control="no-cache"), dry_run=True)
    assert outcome.result == Result.WOULD_CHANGE
    assert outcome.after == {"cache-control": "no-cache"}
    assert "cache-control" not in head("a.txt")
    assert not AuditEvent.objects.exists()


def test_what_is_so_already_is_not_written(put, head, oss, keep_versions):
    put("a.txt", cache_control="no-cache")
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(cache_control="no-cache"))
    assert outcome.result == Result.UNCHANGED
    assert len(oss_versions("a.txt")) == 1


def test_each_change_is_written_down(put, oss):
    put("a.txt")
    ann = make_user("ann", "grant_access")
    metadata.change("default", ["a.txt"], Wanted(cache_control="no-cache"), by=ann)
    event = AuditEvent.objects.get()
    assert (event.action, event.key, event.actor_label) == ("changed", "a.txt", "ann")
    assert event.data == {"metadata": {"before": {"cache-control": ""}, "after": {"cache-control": "no-cache"}}}


def oss_versions(key: str) -> list:
    from django.core.files.storage import storages

    return storages["default"].client.versions(key)


def test_with_versions_the_old_one_stays_as_it_was(put, head, oss, keep_versions):
    put("a.txt", content_type="text/plain")
    (old,) = oss_versions("a.txt")
    wanted = Wanted(content_type="text/csv")
    assert metadata.change("default", ["a.txt"], wanted, version_id=old.version_id)[0].result == Result.CHANGED
    assert head("a.txt", version_id=old.version_id)["content-type"] == "text/plain"
    assert head("a.txt")["content-type"] == "text/csv"
    (again,) = metadata.change("default", ["a.txt"], Wanted(cache_control="x"), version_id=old.version_id)
    assert again.result == Result.SKIPPED
    assert "newer version" in again.reason
    assert len(oss_versions("a.txt")) == 2


def test_the_version_of_a_bucket_that_keeps_none(put, oss):
    put("a.txt")
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(cache_control="x"), version_id="null")
    assert outcome.result == Result.CHANGED


@pytest.mark.parametrize("name", ["Archive", "ColdArchive", "DeepColdArchive"])
def test_what_is_archived_stays(put, head, oss, name):
    put("a.txt", x_oss_storage_class=name)
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(cache_control="x"))
    assert (outcome.result, outcome.after) == (Result.SKIPPED, {"cache-control": "x"})
    assert name in outcome.reason
    assert "cache-control" not in head("a.txt")


def test_symbolic_links_and_appendable_objects_stay(put, head, client, oss):
    put("a.txt")
    client.put_symlink(sdk.PutSymlinkRequest(oss.bucket, "link", symlink_target="a.txt"))
    client.append_object(sdk.AppendObjectRequest(oss.bucket, "log.txt", position=0, body=b"1"))
    link, log = metadata.change("default", ["link", "log.txt"], Wanted(cache_control="x"))
    assert (link.result, log.result) == (Result.SKIPPED, Result.SKIPPED)
    assert "symbolic link" in link.reason
    assert "appendable" in log.reason
    client.append_object(sdk.AppendObjectRequest(oss.bucket, "log.txt", position=1, body=b"2"))


def test_what_no_request_can_carry_back_stays():
    headers = {"content-disposition": "inline", "x-oss-meta-title": "\xe5\xad\xa3"}
    stored = Stored("a", 1, '"E"', "1", "", "Normal", headers, False)
    assert "beyond ASCII" in stored.obstacle(headers)
    assert stored.obstacle({"content-disposition": "inline"}) == ""


def test_what_is_not_there_does_not_keep_the_next_from_its_turn(put, head, oss):
    put("b.txt")
    gone, changed = metadata.change("default", ["a.txt", "b.txt"], Wanted(cache_control="x"))
    assert (gone.result, changed.result) == (Result.FAILED, Result.CHANGED)
    assert "(404)" in gone.reason
    assert gone.needs_attention


@pytest.mark.parametrize("operation", ["GetObjectAcl", "CopyObject"])
def test_what_oss_refuses_is_left_as_it_was(put, head, oss, operation):
    put("a.txt", **ALL)
    before = head("a.txt")
    oss.faults.add(Fault(operation=operation, kind=FaultKind.STATUS, status=503))
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(cache_control="x"))
    assert outcome.result == Result.FAILED
    assert operation in outcome.reason
    oss.faults.clear()
    assert {name: head("a.txt")[name] for name in KEPT if name in before} == {
        name: before[name] for name in KEPT if name in before
    }
    assert not AuditEvent.objects.exists()


def test_a_change_that_cannot_be_looked_at_afterwards_is_one_all_the_same(put, head, oss):
    put("a.txt", content_type="text/plain")
    oss.faults.add(Fault(operation="HeadObject", kind=FaultKind.STATUS, status=503, after=1))
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(cache_control="x"))
    assert outcome.result == Result.CHANGED
    assert outcome.reason.startswith("Afterwards it could not be looked at: HeadObject")
    assert AuditEvent.objects.get().action == "changed"
    oss.faults.clear()
    assert head("a.txt")["cache-control"] == "x"


def test_a_copy_with_other_bytes_is_told_and_written_down(put, monkeypatch):
    put("a.txt", b"old", content_type="text/plain")
    monkeypatch.setattr(RewritingClient, "rewrite", lambda *_: put("a.txt", b"new", content_type="text/plain"))
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(cache_control="x"))
    assert outcome.result == Result.FAILED
    assert "the copy has other bytes" in outcome.reason
    assert AuditEvent.objects.get().action == "changed"


def test_a_copy_by_parts_that_fails_leaves_no_parts(put, client, oss, monkeypatch):
    monkeypatch.setattr("django_oss_share.oss.client._MAX_COPY", 10)
    put("a.txt", b"x" * 20)
    oss.faults.add(Fault(operation="UploadPartCopy", kind=FaultKind.STATUS, status=503))
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(cache_control="x"))
    assert outcome.result == Result.FAILED
    assert not client.list_multipart_uploads(sdk.ListMultipartUploadsRequest(oss.bucket)).uploads


def test_what_was_replaced_in_between_is_not_brought_back(put, head, oss, monkeypatch):
    put("a.txt", b"old", content_type="text/plain")
    looked = RewritingClient.object_acl

    def meanwhile(self, key, **options):
        put(key, b"new", content_type="text/csv")
        return looked(self, key, **options)

    monkeypatch.setattr(RewritingClient, "object_acl", meanwhile)
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(cache_control="x"))
    assert outcome.result == Result.FAILED
    assert (oss.get("a.txt"), head("a.txt")["content-type"]) == (b"new", "text/csv")


def test_below_a_prefix(put, head, oss):
    for key in ("docs/a.txt", "docs/b/c.txt", "docs2/d.txt"):
        put(key)
    put("docs/", b"")
    outcomes = list(metadata.change_below("default", "docs/", Wanted(cache_control="x")))
    assert [(each.key, each.result.value) for each in outcomes] == [
        ("docs/a.txt", "changed"),
        ("docs/b/c.txt", "changed"),
    ]
    assert "cache-control" not in head("docs2/d.txt")


def test_in_a_location(put, head, oss, settings):
    default = settings.STORAGES["default"]
    options = {**default["OPTIONS"], "location": "tenant"}
    settings.STORAGES = {**settings.STORAGES, "default": {**default, "OPTIONS": options}}
    put("tenant/a.txt")
    put("b.txt")
    assert [each.key for each in metadata.change_below("default", "", Wanted(cache_control="x"))] == ["a.txt"]
    assert head("tenant/a.txt")["cache-control"] == "x"


# Who, and what


def test_it_takes_the_permission_to_write(oss):
    for permissions in ([], ["share_object", "browse_bucket", "view_all_shares", "change_all_shares"]):
        user = make_user(f"user{len(permissions)}", *permissions)
        with pytest.raises(NotAllowed, match="grant_access"):
            metadata.change("default", ["a.txt"], Wanted(cache_control="x"), by=user)
        with pytest.raises(NotAllowed, match="grant_access"):
            metadata.change_below("default", "a", Wanted(cache_control="x"), by=user)


def test_nobody_changes_what_is_out_of_their_reach(oss, settings):
    settings.OSS_SHARE = {"PREFIXES": ["sales/"]}
    ann = make_user("ann", "grant_access")
    for call in (
        lambda: metadata.change("default", ["sales/a", "other/b"], Wanted(cache_control="x"), by=ann),
        lambda: metadata.change_below("default", "sal", Wanted(cache_control="x"), by=ann),
        lambda: metadata.describe("default", "other/b", by=ann),
    ):
        with pytest.raises(NotAllowed, match="does not reach"):
            call()


@pytest.mark.parametrize(
    ("keys", "wanted", "field"),
    [
        ([], Wanted(cache_control="x"), "keys"),
        (["a"] * 1001, Wanted(cache_control="x"), "keys"),
        ("abc", Wanted(cache_control="x"), "keys"),
        (["../a"], Wanted(cache_control="x"), "keys"),
        (["a"], Wanted(), ""),
        (["a"], Wanted(content_type="text"), "content_type"),
        (["a"], Wanted(content_type="text/plain\r\nx: y"), "header 'content_type'"),
        (["a"], Wanted(content_type="text/计"), "content_type"),
        (["a"], Wanted(content_type="text/plain", fix_encoding=True), "content_type"),
        (["a"], Wanted(cache_control="x\ny"), "header 'cache_control'"),
        (["a"], Wanted(cache_control="x" * 2000), "cache_control"),
        (["a"], Wanted(disposition="save"), "disposition"),
        (["a"], Wanted(disposition="attachment", filename="a/b"), "filename"),
        (["a"], Wanted(filename="a"), "filename"),
        (["a"], Wanted(disposition="", own_filename=True), "filename"),
        (["a", "b"], Wanted(disposition="inline", filename="x"), "filename"),
        (["a"], Wanted(disposition="inline", filename="x", own_filename=True), "filename"),
        (["a"], Wanted(cache_control="x", charset="gbk"), "charset"),
        (["a"], Wanted(fix_encoding=True, charset="gb18031"), "charset"),
    ],
)
def test_bad_inputs_are_named(keys, wanted, field):
    with pytest.raises(InvalidArgument) as raised:
        metadata.change("default", keys, wanted)
    assert raised.value.field == field


def test_a_storage_that_is_none(oss):
    with pytest.raises(UnknownStorage):
        metadata.change("local", ["a"], Wanted(cache_control="x"))


def test_what_is_there_now(put, oss):
    put("a.txt", content_type="text/plain", cache_control="no-cache")
    assert metadata.describe("default", "a.txt") == {
        "content-type": "text/plain",
        "content-disposition": "",
        "cache-control": "no-cache",
    }


# Texts and types

UNSURE = texts.GERMAN.encode("windows-1252")


@pytest.mark.parametrize(
    ("key", "stored", "body", "fixed"),
    [
        ("a.txt", "text/plain", texts.TABLE.encode("gb18030"), "text/plain; charset=gb18030"),
        ("a.csv", "text/csv", texts.TABLE.encode(), "text/csv; charset=utf-8"),
        ("a.MD", "text/markdown", texts.TRADITIONAL.encode("big5"), "text/markdown; charset=big5"),
        ("a.html", "text/html;charset=utf-8", texts.JAPANESE.encode("shift_jis"), "text/html; charset=shift_jis"),
        ("a.txt", 'text/plain; charset="latin1"; x=y', texts.TABLE.encode(), "text/plain; x=y; charset=utf-8"),
        ("a.txt", "text/plain; charset=GBK", texts.TABLE.encode("gbk"), None),
        ("a.txt", "text/plain; charset=UTF-8", texts.TABLE.encode(), None),
        ("a.txt", "text/plain", b"plain\n", None),
        ("a.txt", "text/plain", b"", None),
        ("a.bin", "text/plain", texts.TABLE.encode(), None),
        ("a.txt", "text/plain", UNSURE, "?not certain"),
        ("a.txt", "text/plain; charset=windows-1252", UNSURE, "?not certain"),
        ("a.txt", "text/plain", b"\0\1\2", "?control characters"),
        ("a.txt", "application/octet-stream", texts.TABLE.encode(), "?has no charset"),
    ],
)
def test_fixing_the_encoding_of_texts(put, head, oss, key, stored, body, fixed):
    put(key, body, content_type=stored)
    (outcome,) = metadata.change("default", [key], Wanted(fix_encoding=True))
    if fixed and not fixed.startswith("?"):
        assert (outcome.result, head(key)["content-type"]) == (Result.CHANGED, fixed)
        return
    assert outcome.result == (Result.SKIPPED if fixed else Result.UNCHANGED)
    assert (fixed or "").removeprefix("?") in outcome.reason
    assert head(key)["content-type"] == stored


def test_whoever_knows_the_charset_says_it(put, head, oss):
    put("a.txt", UNSURE, content_type="text/plain")
    metadata.change("default", ["a.txt"], Wanted(fix_encoding=True, charset="Windows-1252"))
    assert head("a.txt")["content-type"] == "text/plain; charset=windows-1252"
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(fix_encoding=True, charset="utf-8"))
    assert (outcome.result, "It is not utf-8" in outcome.reason) == (Result.SKIPPED, True)


def test_of_a_long_text_the_beginning_is_looked_at(put, head, oss, monkeypatch):
    from django_oss_share.services.metadata import work

    monkeypatch.setattr(work, "SAMPLE_BYTES", 101)
    put("a.txt", texts.SIMPLIFIED.encode("gb18030") * 3, content_type="text/plain")
    put("b.txt", b"x" * 200 + texts.SIMPLIFIED.encode(), content_type="text/plain")
    fixed, doubtful = metadata.change("default", ["a.txt", "b.txt"], Wanted(fix_encoding=True))
    assert fixed.after == {"content-type": "text/plain; charset=gb18030"}
    assert (doubtful.result, "first 4 MiB" in doubtful.reason) == (Result.SKIPPED, True)


def test_what_is_packed_is_not_looked_into(put, oss):
    put("a.txt", b"...", content_type="text/plain", content_encoding="gzip")
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(fix_encoding=True))
    assert (outcome.result, "gzip" in outcome.reason) == (Result.SKIPPED, True)
    (outcome,) = metadata.change("default", ["a.txt"], Wanted(cache_control="x"))
    assert (outcome.result, outcome.reason) == (Result.CHANGED, "")


PNG = b"\x89PNG\r\n\x1a\n rest"


@pytest.mark.parametrize(
    ("key", "stored", "body", "fixed"),
    [
        ("a.png", "application/octet-stream", PNG, "image/png"),
        ("a.PNG", "text/html", PNG, "image/png"),
        ("a.txt", "application/octet-stream", b"text", "text/plain"),
        ("a.txt", "nonsense", b"text", "text/plain"),
        ("a.html", "application/x-www-form-urlencoded", b"<p>", "text/html"),
        ("a.pdf", "image/jpeg", b"%PDF-1.7", "application/pdf"),
        ("a.md", "text/plain; charset=utf-8", b"# a", None),
        ("a.js", "application/javascript", b"1", None),
        ("a.unheard", "application/octet-stream", b"?", None),
        ("noending", "application/octet-stream", b"?", None),
        ("a.png", "application/octet-stream", b"<script>", "?do not begin"),
        ("a.txt", "image/png", b"text", "?say which is meant"),
    ],
)
def test_fixing_types(put, head, oss, key, stored, body, fixed):
    put(key, body, content_type=stored)
    (outcome,) = metadata.change("default", [key], Wanted(fix_types=True))
    if fixed and not fixed.startswith("?"):
        assert (outcome.result, head(key)["content-type"]) == (Result.CHANGED, fixed)
        return
    assert outcome.result == (Result.SKIPPED if fixed else Result.UNCHANGED)
    assert (fixed or "").removeprefix("?") in outcome.reason
    assert head(key)["content-type"] == stored


def test_type_and_encoding_by_one_copy(put, head, oss, keep_versions):
    put("a.txt", texts.TABLE.encode("gb18030"), content_type="application/octet-stream")
    metadata.change("default", ["a.txt"], Wanted(fix_types=True, fix_encoding=True))
    assert head("a.txt")["content-type"] == "text/plain; charset=gb18030"
    assert len(oss_versions("a.txt")) == 2
