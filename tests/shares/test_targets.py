"""Which object a visitor means: never one outside of the share; and what it is by now."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_oss_share import signals
from django_oss_share.models import Action, AuditEvent, Kind, Pin, Share, ShareItem
from django_oss_share.oss import InvalidArgument
from django_oss_share.services import access, shares
from django_oss_share.services.access import Denied
from django_oss_share.testing import Fault
from django_oss_share.testing import Kind as FaultKind
from shares.factories import make_share, reason_of, visit

pytestmark = pytest.mark.django_db

KEY = "reports/q3.pdf"


def folder(**fields):
    return visit(make_share(key="team/", kind=Kind.PREFIX, **fields))


def test_the_one_object():
    target = access.resolve(visit(make_share(filename="Third.pdf")))
    assert (target.key, target.name, target.filename, target.item) == (KEY, "Third.pdf", "Third.pdf", None)
    assert access.resolve(visit(make_share())).name == "q3.pdf"


def test_an_item_of_a_selection():
    visitor = visit(make_share(keys=("a.txt", "b/c.txt")))
    target = access.resolve(visitor, 1)
    assert (target.key, target.name, target.item) == ("b/c.txt", "c.txt", 1)
    assert [each.key for each in access.targets_of(visitor)] == ["a.txt", "b/c.txt"]


def test_a_path_below_a_folder():
    target = access.resolve(folder(), "a/季度 +%.txt")
    assert (target.key, target.name, target.item) == ("team/a/季度 +%.txt", "季度 +%.txt", "a/季度 +%.txt")


@pytest.mark.parametrize("item", [0, "q3.pdf", "", "../q3.pdf"])
def test_an_object_has_no_items(item):
    assert reason_of(access.resolve, visit(make_share()), item) == "item"


@pytest.mark.parametrize("item", [None, 2, -1, 2**63, "0", "a.txt"])
def test_not_in_the_selection(item):
    make_share(keys=("of", "another", "share"))
    assert reason_of(access.resolve, visit(make_share(keys=("a.txt", "b.txt"))), item) == "item"


OUTSIDE = [
    None,
    0,
    "",
    "/",
    ".",
    "..",
    "../team2/x",
    "a/../../team2/x",
    "a/./b",
    "/etc/passwd",
    "\\x",
    "a\\..\\..\\x",
    "a//b",
    "a/",
    "//",
    "a\0b",
    "a\r\nb",
    "\ud800",
    "x" * 1024,
]


@pytest.mark.parametrize("item", OUTSIDE)
def test_not_below_the_folder(item):
    with pytest.raises(Denied) as caught:
        access.resolve(folder(), item)
    assert (caught.value.reason, caught.value.status) == ("item", 404)
    assert AuditEvent.objects.get().reason == "item"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("ab./\\%2\0é"), max_size=12))
def test_no_path_leads_out_of_the_folder(db, path):
    visitor = folder()
    try:
        key = access.resolve(visitor, path).key
    except Denied:
        return
    assert key == "team/" + path
    assert len(key) > len("team/")
    assert not {"", ".", ".."} & set(key.split("/"))


def test_team_never_opens_team2(oss):
    for key in ("team/x", "team2/x", "team", "teamwork"):
        oss.put(key, b"x")
    visitor = folder()
    page = access.browse(visitor)
    assert ([file.key for file in page.files], page.folders) == (["team/x"], [])


def test_browsing(oss):
    for key in ("team/", "team/b.txt", "team/a.txt", "team/sub/c.txt", "team/sub/deep/d.txt"):
        oss.put(key, b"xyz")
    visitor = folder()
    page = access.browse(visitor)
    assert [(each.name, each.key) for each in page.folders] == [("sub", "team/sub/")]
    assert [(each.name, each.key, each.size) for each in page.files] == [
        ("a.txt", "team/a.txt", 3),
        ("b.txt", "team/b.txt", 3),
    ]
    assert page.next_token is None
    below = access.browse(visitor, "sub/")
    assert [each.key for each in (*below.folders, *below.files)] == ["team/sub/deep/", "team/sub/c.txt"]
    assert [each.name for each in access.browse(visitor, search="a").files] == ["a.txt"]


def test_browsing_page_by_page(oss):
    for number in range(5):
        oss.put(f"team/{number}", b"")
    visitor, names, token = folder(), [], None
    while True:
        page = access.browse(visitor, token=token, page_size=2)
        names += [file.name for file in page.files]
        token = page.next_token
        if token is None:
            break
    assert names == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("path", ["..", "../", "../team2/", "a", "/", "//", "a//", "./"])
def test_browsing_stays_below_the_folder(oss, path):
    oss.put("team2/x", b"x")
    assert reason_of(access.browse, folder(), path) == "item"


def test_a_search_is_within_one_folder(oss):
    with pytest.raises(InvalidArgument, match="search='sub/x'"):
        access.browse(folder(), search="sub/x")


def test_an_object_is_no_folder():
    assert reason_of(access.browse, visit(make_share())) == "item"


def test_inspecting(oss):
    info = access.inspect(visit(make_share()))
    assert (info.size, info.content_type) == (17, "application/octet-stream")
    assert not AuditEvent.objects.exists()


def test_what_was_deleted_is_gone(oss):
    share = shares.create(KEY)

    default_storage.delete(KEY)
    with pytest.raises(Denied) as caught:
        access.inspect(visit(share))
    assert (caught.value.reason, caught.value.status) == ("gone", 410)
    event = AuditEvent.objects.get(action=Action.DENIED)
    assert (event.reason, event.key) == ("gone", KEY)


def test_a_bucket_that_does_not_answer(oss):
    oss.faults.add(Fault(operation="HeadObject", kind=FaultKind.STATUS, status=503))
    with pytest.raises(Denied) as caught:
        access.inspect(visit(make_share()))
    assert (caught.value.reason, caught.value.status, caught.value.retry_after) == ("unavailable", 503, 30)
    assert oss.calls["HeadObject"] == 1


@pytest.mark.parametrize("keys", [(), (KEY, "other")])
def test_a_change_is_reported_once(oss, keys, django_capture_on_commit_callbacks):
    oss.put("other", b"o")
    heard = []

    def receiver(event, **kwargs):
        heard.append(event)

    share = shares.create(keys=list(keys)) if keys else shares.create(KEY)
    before = share.etag or share.items.get(position=0).etag
    oss.put(KEY, b"replaced")
    signals.share_object_changed.connect(receiver)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(3):
                visitor = visit(share)
                info = access.inspect(visitor, access.targets_of(visitor)[0])
    finally:
        signals.share_object_changed.disconnect(receiver)
    event = AuditEvent.objects.get(action=Action.OBJECT_CHANGED)
    assert (event.key, event.data) == (KEY, {"etag": [before, info.etag]})
    assert heard == [event]
    assert {*Share.objects.values_list("etag", flat=True), *ShareItem.objects.values_list("etag", flat=True)} >= {
        info.etag
    }


def test_two_who_see_a_change_at_once_report_it_once(oss):
    share = shares.create(KEY)
    visits = [visit(share), visit(share)]
    oss.put(KEY, b"replaced")
    for each in visits:
        access.inspect(each)
    assert AuditEvent.objects.filter(action=Action.OBJECT_CHANGED).count() == 1


def test_a_pinned_etag_shows_nothing_else(oss):
    share = shares.create(KEY, pin=Pin.ETAG)
    assert access.inspect(visit(share))
    oss.put(KEY, b"replaced")
    assert reason_of(access.inspect, visit(share)) == "replaced"
    assert reason_of(access.issue, visit(share)) == "replaced"
    assert Share.objects.get().downloads == 0
    oss.put(KEY, b"the third quarter")
    assert access.issue(visit(share))


def test_without_a_pin_a_change_is_nothing(oss):
    share = shares.create(KEY, pin=Pin.NONE)
    oss.put(KEY, b"replaced")
    access.inspect(visit(share))
    assert AuditEvent.objects.count() == 1
