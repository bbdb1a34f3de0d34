"""Handing out links: what they are, how long they live, what is counted, and what wins."""

from __future__ import annotations

from datetime import UTC, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from django.core.files.storage import default_storage, storages
from django.db import connection
from django.utils import timezone

from django_oss_share import signals
from django_oss_share.models import Action, AuditEvent, Kind, Share
from django_oss_share.oss import Credentials, MissingCredentials
from django_oss_share.services import access, audit, shares, tokens
from django_oss_share.services.access import Denied
from django_oss_share.services.access.issuing import charge
from django_oss_share.testing import Fault
from django_oss_share.testing import Kind as FaultKind
from shares.factories import PASSWORD, VISITOR, make_share, make_user, reason_of, visit

pytestmark = pytest.mark.django_db

KEY = "reports/q3.pdf"


def query_of(link):
    return {name: values[0] for name, values in parse_qs(urlsplit(link.url).query).items()}


def with_token(settings, seconds):
    """The storage signs by a token that ends in so many seconds."""
    end = timezone.now() + timedelta(seconds=seconds)
    options = dict(settings.STORAGES["default"]["OPTIONS"])
    del options["access_key"], options["secret_key"]
    options["credentials"] = lambda: Credentials("STS.x", "s", "token", end)
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    return end


def test_the_bytes_come_from_the_bucket(oss):
    share = shares.create(KEY, filename="季度.pdf", max_downloads=1)
    link = access.issue(visit(share))
    with urlopen(link.url) as answer:
        assert answer.read() == b"the third quarter"
        assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''%E5%AD%A3%E5%BA%A6.pdf")
    assert Share.objects.get().downloads == 1
    assert reason_of(visit, share) == "exhausted"


def test_every_kind_of_share_gives_its_objects(oss):
    oss.put("team/a b.txt", b"below")
    selection = shares.create(keys=[KEY, "team/a b.txt"])
    folder = shares.create(prefix="team/")
    for share, item, content in (
        (selection, 1, b"below"),
        (selection, 0, b"the third quarter"),
        (folder, "a b.txt", b"below"),
    ):
        with urlopen(access.issue(visit(share), item).url) as answer:
            assert answer.read() == content


def test_a_made_up_file_of_a_folder_is_refused_and_not_counted(oss):
    oss.put("team/a.txt", b"below")
    folder = shares.create(prefix="team/")
    assert reason_of(access.issue, visit(folder), "never-was.txt") == "gone"
    assert Share.objects.get().downloads == 0
    assert not AuditEvent.objects.filter(action="issued").exists()


def test_three_statements(django_assert_num_queries):
    """One read, one conditional update, one insert; savepoints of the test's own transaction aside."""
    share = make_share(
        created_by=make_user(),
        created_by_label="ann",
        max_downloads=None,
        expires_at=timezone.now() + timedelta(days=1),
    )
    token = tokens.make(share)
    with django_assert_num_queries(5) as captured:
        access.issue(access.open_share(token, VISITOR))
    verbs = [query["sql"].split()[0] for query in captured.captured_queries]
    assert verbs == ["SELECT", "SAVEPOINT", "UPDATE", "INSERT", "RELEASE"]


def test_at_most_five_queries_for_an_item_by_password(django_assert_num_queries):
    share = make_share(keys=("a.txt",), password=PASSWORD)
    mark = access.unlock(tokens.make(share), PASSWORD, VISITOR).mark
    token = tokens.make(share)
    with django_assert_num_queries(6):
        access.issue(access.open_share(token, VISITOR, mark=mark), 0)


def test_the_network_is_left_alone_without_a_limit(oss):
    access.issue(visit(make_share()))
    assert oss.calls["HeadObject"] == 0
    access.issue(visit(make_share(max_downloads=2)))
    assert oss.calls["HeadObject"] == 1


def test_the_audit_row_tells_all_but_the_link():
    share, user = make_share(), make_user("bob")
    link = access.issue(visit(share, user=user))
    event = AuditEvent.objects.get()
    signature = query_of(link)["x-oss-signature"]
    assert (event.action, event.share, event.actor, event.actor_label) == (Action.ISSUED, share, user, "bob")
    assert (event.key, event.storage, event.address, event.user_agent) == (KEY, "default", "203.0.113.7", "Firefox")
    assert event.link_digest == sha256(signature.encode()).hexdigest() == audit.signature_digest(link.url)
    assert event.link_expires_at == link.expires_at
    assert signature not in str(AuditEvent.objects.values().get())


def test_the_digest_of_a_v1_link(settings):
    options = {**settings.STORAGES["default"]["OPTIONS"], "signature_version": "v1"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    link = access.issue(visit(make_share()))
    assert AuditEvent.objects.get().link_digest == sha256(query_of(link)["Signature"].encode()).hexdigest()


def test_the_signal(django_capture_on_commit_callbacks):
    heard = []

    def receiver(share, event, **kwargs):
        heard.append((share.downloads, event.action))

    signals.share_accessed.connect(receiver)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            access.issue(visit(make_share()))
    finally:
        signals.share_accessed.disconnect(receiver)
    assert heard == [(0, "issued")]


@pytest.mark.parametrize(
    ("name", "inline", "expected"),
    [
        ("a.png", True, "image/png"),
        ("a.JPG", True, "image/jpeg"),
        ("a.pdf", True, "application/pdf"),
        ("a.txt", True, "text/plain"),
        ("a.mp4", True, "video/mp4"),
        ("a.png", False, None),
        ("a.svg", True, None),
        ("a.html", True, None),
        ("a.htm", True, None),
        ("a.xhtml", True, None),
        ("a.xml", True, None),
        ("a.js", True, None),
        ("a.mjs", True, None),
        ("a.swf", True, None),
        ("a.png.html", True, None),
        ("a", True, None),
        ("a.", True, None),
        (".png", True, "image/png"),
    ],
)
@pytest.mark.parametrize("way", ["disposition", "preview"])
def test_only_what_no_browser_runs_is_shown(name, inline, expected, way):
    share = make_share(key=name, disposition="inline" if inline and way == "disposition" else "attachment")
    query = query_of(access.issue(visit(share), preview=inline and way == "preview"))
    kind = query["response-content-disposition"].partition(";")[0]
    assert (kind, query.get("response-content-type")) == ("inline" if expected else "attachment", expected)


def test_a_preview_says_so_in_the_audit_and_knows_a_charset():
    link = access.issue(visit(make_share(key="a.txt", disposition="inline")), preview=True, charset="gb18030")
    assert query_of(link)["response-content-type"] == "text/plain; charset=gb18030"
    assert AuditEvent.objects.get().data == {"preview": True}
    link = access.issue(visit(make_share(key="a.png")), preview=True, charset="gb18030")
    assert query_of(link)["response-content-type"] == "image/png"


def test_a_name_that_nobody_can_save_under_is_left_to_the_browser():
    link = access.issue(visit(make_share(key="a\u202efdp.exe")))
    assert query_of(link)["response-content-disposition"] == "attachment"


def test_a_version(settings):
    link = access.issue(visit(make_share(version_id="CAEQ", pin="version")))
    assert query_of(link)["versionId"] == "CAEQ"


def test_a_link_lives_a_minute_or_as_set(settings):
    assert query_of(access.issue(visit(make_share())))["x-oss-expires"] == "60"
    settings.OSS_SHARE = {"LINK_LIFETIME": 300}
    assert query_of(access.issue(visit(make_share())))["x-oss-expires"] == "300"


def test_a_window_of_equal_links_does_not_lengthen_it(settings):
    options = {**settings.STORAGES["default"]["OPTIONS"], "url_window": 3600}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    # In this order: the link is of a moment before the one that it is compared with.
    assert access.issue(visit(make_share())).expires_at <= timezone.now() + timedelta(seconds=61)
    assert storages["default"].url_window == 3600


def test_a_link_never_outlives_its_share():
    end = timezone.now() + timedelta(seconds=20)
    link = access.issue(visit(make_share(expires_at=end)))
    assert end - timedelta(seconds=2) <= link.expires_at <= end


def test_with_less_than_a_second_left_it_has_expired():
    share = make_share(expires_at=timezone.now() + timedelta(seconds=0.9))
    assert reason_of(access.issue, visit(share, now=share.expires_at - timedelta(seconds=0.5))) == "expired"
    assert Share.objects.get().downloads == 0


def test_a_link_ends_half_a_minute_before_the_token(settings):
    end = with_token(settings, 70)
    link = access.issue(visit(make_share()))
    assert end - timedelta(seconds=32) <= link.expires_at <= end - timedelta(seconds=30)
    assert not link.clipped


@pytest.mark.parametrize("seconds", [30, 5, -5])
def test_no_link_by_a_token_that_is_about_to_end(settings, seconds):
    with_token(settings, seconds)
    with pytest.raises(Denied) as caught:
        access.issue(visit(make_share(max_downloads=None)))
    assert (caught.value.reason, caught.value.status, caught.value.retry_after) == ("unavailable", 503, 30)
    assert Share.objects.get().downloads == 0
    assert not AuditEvent.objects.filter(action=Action.ISSUED).exists()


def test_no_link_without_credentials(settings, caplog):
    def nothing():
        raise MissingCredentials("STS is down")

    settings.STORAGES["default"]["OPTIONS"] |= {"credentials": nothing, "access_key": None, "secret_key": None}
    settings.STORAGES = dict(settings.STORAGES)
    assert reason_of(access.issue, visit(make_share())) == "unavailable"
    assert "STS is down" in caplog.text
    assert Share.objects.get().downloads == 0


def test_what_was_deleted_consumes_no_limit(oss):
    share = shares.create(KEY, max_downloads=1)
    default_storage.delete(KEY)
    assert reason_of(access.issue, visit(share)) == "gone"
    assert Share.objects.get().downloads == 0
    oss.put(KEY, b"back")
    assert access.issue(visit(share))


def test_a_bucket_that_does_not_answer_consumes_no_limit(oss):
    share = shares.create(KEY, max_downloads=1)
    oss.faults.add(Fault(operation="HeadObject", kind=FaultKind.STATUS, status=503))
    assert reason_of(access.issue, visit(share)) == "unavailable"
    assert Share.objects.get().downloads == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda share: shares.revoke(share), "revoked"),
        (lambda share: shares.rotate(share), "unknown"),
        (lambda share: shares.set_password(share, PASSWORD), "password"),
        (lambda share: shares.update(share, allowed_networks=["10.0.0.0/8"]), "network"),
        (lambda share: shares.update(share, starts_at=timezone.now() + timedelta(minutes=5)), "scheduled"),
        (lambda share: shares.extend(share, 60, now=timezone.now() - timedelta(minutes=2)), "expired"),
        (lambda share: Share.objects.filter(pk=share.pk).update(revoked_at=timezone.now()), "revoked"),
        (lambda share: Share.objects.filter(pk=share.pk).update(downloads=3), "exhausted"),
    ],
    ids=["revoke", "rotate", "password", "networks", "start", "expiry", "revoke by SQL", "count by SQL"],
)
def test_what_was_committed_since_the_visit_was_let_in_wins(change, reason, oss):
    share = make_share(max_downloads=3)
    visitor = visit(share)
    change(Share.objects.get(pk=share.pk))
    assert reason_of(access.issue, visitor) == reason
    assert not AuditEvent.objects.filter(action=Action.ISSUED).exists()
    assert AuditEvent.objects.filter(action=Action.DENIED).count() == 1


def test_a_change_that_does_not_matter_does_not_get_in_the_way(oss):
    share = make_share(max_downloads=3)
    visitor = visit(share)
    shares.update(Share.objects.get(pk=share.pk), note="for the board")
    assert access.issue(visitor)
    stored = Share.objects.get()
    assert (stored.downloads, stored.note) == (1, "for the board")


def test_a_share_that_was_purged_since():
    visitor = visit(make_share())
    Share.objects.all().purge()
    assert reason_of(access.issue, visitor) == "unknown"


def test_an_end_that_was_moved_up_since_cuts_the_link():
    share = make_share()
    visitor = visit(share)
    end = timezone.now() + timedelta(seconds=20)
    shares.extend(Share.objects.get(pk=share.pk), end)
    assert access.issue(visitor).expires_at <= end


def test_a_share_that_changes_all_the_time_is_given_up(monkeypatch):
    monkeypatch.setattr("django_oss_share.services.access.issuing.add_downloads", lambda share, count: False)
    assert reason_of(access.issue, visit(make_share())) == "unavailable"


def test_without_its_audit_row_nothing_is_counted_and_no_link_leaves(monkeypatch):
    share = make_share()
    visitor = visit(share)
    monkeypatch.setattr(AuditEvent, "save", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        access.issue(visitor)
    assert Share.objects.get().downloads == 0


def test_an_audit_table_that_is_gone_is_a_503(caplog):
    visitor = visit(make_share())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE oss_share_auditevent RENAME TO elsewhere")
    with pytest.raises(Denied) as caught:
        access.issue(visitor)
    assert caught.value.status == 503
    assert Share.objects.get().downloads == 0


def test_a_charge_of_more_than_is_left(oss):
    visitor = visit(make_share(max_downloads=3, downloads=1))
    assert reason_of(charge, visitor, 3) == "exhausted"
    assert Share.objects.get().downloads == 1
    charge(visitor, 2)
    assert Share.objects.get().downloads == 3


def test_a_share_of_a_storage_that_is_gone(settings, caplog):
    share = make_share(storage="gone")
    assert reason_of(access.issue, visit(share)) == "unavailable"
    assert "storage='gone'" in caplog.text


def test_the_times_are_utc():
    assert access.issue(visit(make_share())).expires_at.tzinfo == UTC
    assert make_share(kind=Kind.OBJECT).created_at.utcoffset() == timedelta(0)
