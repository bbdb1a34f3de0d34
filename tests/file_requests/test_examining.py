"""The quarantine: what waits, who looks at it, and what never arrived."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from uploads.sending import CONTENT, send, send_part

from django_oss_share.models import AuditEvent, FileState, ReceivedFile
from django_oss_share.services import file_requests
from django_oss_share.services.file_requests import examine
from django_oss_share.testing import Fault, Kind
from file_requests.making import expect, leave, make_request, visit
from file_requests.scanners import SEEN

pytestmark = pytest.mark.django_db

BIG = bytes(range(256)) * 1000
LATER = timedelta(days=1, seconds=1)


@pytest.fixture
def scanner(settings):
    settings.OSS_SHARE = {"UPLOAD_SCANNER": "file_requests.scanners.scan"}
    SEEN.clear()


def state(received) -> str:
    received.refresh_from_db()
    return received.state


def test_what_is_clean_goes_where_it_belongs(oss, scanner):
    request = make_request()
    received = leave(request, "方案.pdf")
    assert state(received) == FileState.WAITING
    assert oss.keys("incoming/") == []
    assert (
        oss.keys("oss-share-quarantine/")
        == [received.place]
        == [f"oss-share-quarantine/{request.public_id}/{received.receipt}"]
    )
    assert examine().accepted == 1
    assert state(received) == FileState.ACCEPTED
    assert (oss.keys("oss-share-quarantine/"), oss.get(received.key)) == ([], CONTENT)
    assert SEEN == [(f"oss-share-quarantine/{request.public_id}/{received.receipt}", "方案.pdf")]  # noqa: SIM300
    assert list(AuditEvent.objects.filter(action="uploaded").order_by("id").values_list("key", flat=True)) == [
        f"oss-share-quarantine/{request.public_id}/{received.receipt}",
        received.key,
    ]
    assert examine().accepted == 0


def test_a_large_one_keeps_its_type(oss, scanner, monkeypatch):
    monkeypatch.setattr("django_oss_share.oss.client._MAX_COPY", 200_000)
    monkeypatch.setattr("django_oss_share.oss.client._COPY_PART", 150_000)
    received = leave(make_request(), "film.mp4", BIG, "video/mp4")
    examine()
    from django_oss_share.services import objects

    assert objects.describe("default", received.key).content_type == "video/mp4"
    assert oss.get(received.key) == BIG


def test_what_is_bad_is_removed(oss, scanner):
    request = make_request(max_files=1)
    received = leave(request, content=b"a virus")
    assert examine().rejected == 1
    assert (state(received), received.verdict) == (FileState.REJECTED, "EICAR")
    assert oss.keys() == ["reports/q3.pdf"]
    event = AuditEvent.objects.order_by("-id")[0]
    assert (event.action, event.reason, event.data["finding"]) == ("denied", "rejected by the scanner", "EICAR")
    request.refresh_from_db()
    assert request.received == 0
    assert leave(request).state == FileState.WAITING


def test_a_scanner_that_fails_lets_nothing_through(oss, scanner, caplog):
    request = make_request()
    bad, good = leave(request, content=b"raise"), leave(request)
    done = examine()
    assert (done.put_off, done.accepted) == (1, 1)
    assert (state(bad), state(good)) == (FileState.WAITING, FileState.ACCEPTED)
    assert "receipt " + bad.receipt in caplog.text
    assert examine().put_off == 0
    assert examine(timezone.now() + timedelta(minutes=31)).put_off == 1


def test_without_its_scanner_nothing_is_let_through(oss, scanner, settings):
    received = leave(make_request())
    settings.OSS_SHARE = {}
    assert examine().accepted == 0
    assert state(received) == FileState.WAITING


def test_one_that_is_being_examined_is_left_alone(oss, scanner):
    received = leave(make_request())
    ReceivedFile.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert examine().accepted == 0
    assert state(received) == FileState.WAITING


def test_a_move_that_broke_off_is_done_again(oss, scanner):
    received = leave(make_request())
    oss.faults.add(Fault(Kind.LOSE_ANSWER, operation="CopyObject"))
    assert examine().put_off == 1
    oss.faults.clear()
    assert examine(timezone.now() + timedelta(minutes=31)).accepted == 1
    assert oss.get(received.key) == CONTENT


def test_what_never_arrived_is_given_up(oss):
    request = make_request()
    small, large = expect(visit(request)), expect(visit(request), content=BIG)
    (part,) = file_requests.sign_parts(visit(request), large.ticket, [1])
    send_part(part, BIG)
    assert examine().given_up == 0
    assert examine(timezone.now() + LATER).given_up == 2
    assert (state(small.received), state(large.received)) == (FileState.GIVEN_UP, FileState.GIVEN_UP)
    assert oss.uploads() == []


def test_what_arrived_while_nobody_looked_is_taken(oss):
    request = make_request(expires_at=timezone.now() + timedelta(hours=1))
    expected = expect(visit(request))
    send(expected)
    assert examine(timezone.now() + LATER).given_up == 0
    assert state(expected.received) == FileState.ACCEPTED
    request.refresh_from_db()
    assert request.received == 1


def test_but_not_if_the_request_was_revoked(oss):
    request = make_request()
    expected = expect(visit(request))
    send(expected)
    file_requests.revoke(request)
    assert examine(timezone.now() + LATER).given_up == 1
    assert oss.keys("incoming/") == []
    assert state(expected.received) == FileState.GIVEN_UP
