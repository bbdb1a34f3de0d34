"""Files that strangers leave: their place, their bytes, their receipt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from shares.factories import PASSWORD, VISITOR, make_user, reason_of
from uploads.sending import CONTENT, code, send

from django_oss_share import signals
from django_oss_share.models import AuditEvent, FileState, Notification, ReceivedFile
from django_oss_share.oss import InvalidArgument
from django_oss_share.services import file_requests
from django_oss_share.services.uploads import BadTicket, BrokenPromise, NotArrived
from django_oss_share.testing import Fault, Kind
from file_requests.making import expect, leave, make_request, visit

pytestmark = pytest.mark.django_db

BIG = bytes(range(256)) * 1000


def test_a_file_arrives(oss):
    request = make_request()
    received = leave(request, "方案 +1.pdf")
    request.refresh_from_db()
    assert (received.state, received.filename, request.received) == (FileState.ACCEPTED, "方案 +1.pdf", 1)
    assert received.key == f"incoming/方案 +1_{received.receipt}.pdf"
    assert oss.get(received.key) == CONTENT
    issued, uploaded = AuditEvent.objects.order_by("id")
    assert (issued.action, issued.key, issued.data["receipt"]) == ("issued", received.key, received.receipt)
    assert issued.link_digest
    assert (uploaded.action, uploaded.address, uploaded.storage) == ("uploaded", "203.0.113.7", "default")
    assert uploaded.data == {
        "request": request.pk,
        "receipt": received.receipt,
        "filename": "方案 +1.pdf",
        "size": len(CONTENT),
        "state": "accepted",
    }
    assert uploaded.share_label.startswith("Tender [")


def test_a_large_one_arrives_by_parts(oss):
    received = leave(make_request(), "film.mp4", BIG, "video/mp4")
    assert (received.state, received.content_type) == (FileState.ACCEPTED, "video/mp4")
    assert oss.get(received.key) == BIG


def test_two_of_one_name_are_two(oss):
    request = make_request()
    first, second = leave(request), leave(request, content=b"another")
    assert first.key != second.key
    assert (oss.get(first.key), oss.get(second.key)) == (CONTENT, b"another")


def test_a_second_completion_counts_once(oss):
    request = make_request()
    visited = visit(request)
    expected = expect(visited)
    send(expected)
    receipts = {file_requests.complete(visited, expected.ticket).receipt for _ in range(3)}
    request.refresh_from_db()
    assert (len(receipts), request.received) == (1, 1)
    assert AuditEvent.objects.filter(action="uploaded").count() == 1


def test_nothing_has_arrived_yet(oss):
    visited = visit(make_request())
    expected = expect(visited)
    with pytest.raises(NotArrived):
        file_requests.complete(visited, expected.ticket)
    send(expected)
    assert file_requests.complete(visited, expected.ticket).state == FileState.ACCEPTED


@pytest.mark.parametrize("name", ["plan.exe", "a/b\\c.pdf", "x" * 251 + ".pdf", ".pdf", "季" * 80, "..a"])
def test_names(oss, name):
    received = leave(make_request(), name)
    assert received.key.startswith("incoming/")
    assert "/" not in received.key.removeprefix("incoming/")
    assert oss.get(received.key) == CONTENT


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": ".."}, "name"),
        ({"name": "a/"}, "name"),
        ({"name": "a\r\nb"}, "name"),
        ({"name": "a\u202egpj.exe"}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": None}, "name"),
        ({"size": 0}, "size"),
        ({"size": 10_000_001}, "size"),
        ({"size": 1.5}, "size"),
        ({"content_type": "text/html"}, "content_type"),
        ({"name": "a.html"}, ""),
        ({"md5": "x"}, "md5"),
    ],
)
def test_what_is_not_taken_is_named(oss, changed, field):
    request = make_request(content_types=["application/pdf", ".docx", "image/*"])
    given = {"name": "plan.pdf", "size": 5, "content_type": "application/pdf", **changed}
    name = given.pop("name")
    if not field:
        assert file_requests.expect(visit(request), name, **given).received.content_type == "application/pdf"
        return
    with pytest.raises(InvalidArgument) as refused:
        file_requests.expect(visit(request), name, **given)
    assert refused.value.field == field
    assert ReceivedFile.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "kind", "taken"),
    [
        ("a.docx", "", True),
        ("A.DOCX", "application/octet-stream", True),
        ("a.png", "image/png", True),
        ("a.png", "", True),
        ("a.pdf", "application/pdf", True),
        ("a.pdf", "application/pdf; x=1", True),
        ("a.doc", "application/msword", False),
        ("a", "", False),
        ("a.svg", "no type at all", True),
    ],
)
def test_types_and_endings(oss, name, kind, taken):
    visited = visit(make_request(content_types=["application/pdf", ".docx", "image/*"]))
    try:
        file_requests.expect(visited, name, size=5, content_type=kind)
    except InvalidArgument:
        assert not taken
    else:
        assert taken


def test_the_limit_counts_places(oss):
    request = make_request(max_files=2)
    visited = visit(request)
    first, second = expect(visited), expect(visited)
    assert reason_of(expect, visited) == "exhausted"
    file_requests.give_up(visited, first.ticket)
    third = expect(visited)
    for each in (second, third):
        send(each)
        file_requests.complete(visited, each.ticket)
    assert reason_of(visit, request) == "exhausted"
    assert file_requests.complete(visit(request, finishing=True), third.ticket).receipt == third.received.receipt


def test_a_place_that_nobody_used_is_free_again_after_a_day(oss):
    request = make_request(max_files=1)
    expect(visit(request))
    assert reason_of(expect, visit(request)) == "exhausted"
    later = visit(request, now=timezone.now() + timedelta(days=1, seconds=1))
    assert expect(later).received.receipt


def test_one_that_was_given_up(oss):
    visited = visit(make_request())
    expected = expect(visited, content=BIG)
    file_requests.give_up(visited, expected.ticket)
    file_requests.give_up(visited, expected.ticket)
    assert oss.uploads() == []
    for call in (file_requests.complete, file_requests.arrived_parts):
        with pytest.raises(BadTicket, match="was given up"):
            call(visited, expected.ticket)


def test_a_revocation_meanwhile_wins(oss):
    request = make_request()
    visited = visit(request)
    expected = expect(visited)
    send(expected)
    file_requests.revoke(request)
    assert reason_of(file_requests.complete, visited, expected.ticket) == "revoked"
    assert reason_of(expect, visited) == "revoked"
    assert oss.keys("incoming/") == []
    assert ReceivedFile.objects.get().state == FileState.GIVEN_UP


def test_what_breaks_the_promise_is_removed(oss):
    request = make_request()
    visited = visit(request)
    expected = expect(visited)
    oss.put(
        expected.received.key, b"short", content_type="text/html", **{"x-oss-meta-upload": expected.received.receipt}
    )
    with pytest.raises(BrokenPromise):
        file_requests.complete(visited, expected.ticket)
    assert oss.keys("incoming/") == []
    assert ReceivedFile.objects.get().state == FileState.GIVEN_UP


def test_a_ticket_of_another_request_or_of_staff(oss):
    one, other = make_request(), make_request()
    expected = expect(visit(one))
    for call in (file_requests.complete, file_requests.give_up, file_requests.arrived_parts):
        with pytest.raises(BadTicket, match="is somebody else's"):
            call(visit(other), expected.ticket)


def test_links_take_nothing_but_what_was_promised(oss):
    expected = expect(visit(make_request()))
    assert code(send(expected, CONTENT + b"!")) == "SignatureDoesNotMatch"
    assert code(send(expected, content_type="text/html")) == "SignatureDoesNotMatch"
    assert code(send(expected, CONTENT[:-1] + b"!")) == "InvalidDigest"


def test_a_link_ends_with_its_request(oss):
    request = make_request(expires_at=timezone.now() + timedelta(seconds=30))
    link = expect(visit(request)).link
    assert link.expires_at <= request.expires_at


def test_oss_is_down(oss):
    visited = visit(make_request())
    expected = expect(visited)
    oss.faults.add(Fault(Kind.STATUS, operation="HeadObject", status=503))
    oss.faults.add(Fault(Kind.STATUS, operation="InitiateMultipartUpload", status=503))
    assert reason_of(file_requests.complete, visited, expected.ticket) == "unavailable"
    assert reason_of(expect, visited, content=BIG) == "unavailable"
    oss.faults.clear()
    send(expected)
    assert file_requests.complete(visited, expected.ticket).state == FileState.ACCEPTED


def test_the_owner_is_told_once_an_hour(oss, settings):
    told = []
    signals.file_received.connect(lambda **facts: told.append(facts["received"].filename), weak=False, dispatch_uid="t")
    owner = make_user("ann", email="ann@example.com")
    request = make_request(created_by=owner, created_by_label="ann")
    quiet = make_request(created_by=owner, created_by_label="ann", notify=False)
    try:
        with_commits(lambda: [leave(request, "a.pdf"), leave(request, "b.pdf"), leave(quiet, "c.pdf")])
    finally:
        signals.file_received.disconnect(dispatch_uid="t")
    assert told == ["a.pdf", "b.pdf", "c.pdf"]
    message = Notification.objects.get()
    assert (message.target, message.request_id, message.share_id) == ("ann@example.com", request.pk, None)
    assert message.payload["type"] == "request.uploaded"
    assert message.payload["data"]["request"]["files"] == 1


def with_commits(function):
    from django.test import TestCase

    with TestCase.captureOnCommitCallbacks(execute=True):
        function()


def test_who_knows_the_password(oss):
    request = make_request(password=PASSWORD)
    assert reason_of(visit, request) == "password"
    from django_oss_share.services import tokens

    token = tokens.make(request)
    assert reason_of(file_requests.unlock, token, "wrong", VISITOR) == "wrong_password"
    unlocked = file_requests.unlock(token, PASSWORD, VISITOR)
    assert visit(request, mark=unlocked.mark).request == request
    file_requests.set_password(request, "another password")
    assert reason_of(visit, request, mark=unlocked.mark) == "password"
    reasons = [reason_of(file_requests.unlock, token, "wrong", VISITOR) for _ in range(6)]
    assert reasons == ["wrong_password"] * 4 + ["throttled"] * 2
