"""Many at once, on each database: places are counted exactly, files once; and what ended long ago is let go of."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.utils import timezone
from services.threads import in_threads
from shares.factories import PASSWORD, VISITOR, reason_of
from uploads.sending import send

from django_oss_share.models import AuditEvent, FileRequest, PasswordAttempt, ReceivedFile
from django_oss_share.services import audit, file_requests, retention, tokens
from file_requests.making import expect, leave, make_request, visit


def test_20_visitors_and_5_places(each_database, oss):
    request = make_request(max_files=5)
    reasons = Counter(in_threads(20, lambda: reason_of(expect, visit(request))))
    assert reasons == {"": 5, "exhausted": 15}
    assert ReceivedFile.objects.count() == 5
    assert audit.verify().is_intact


def test_one_file_that_is_completed_by_many_counts_once(each_database, oss):
    request = make_request()
    visited = visit(request)
    expected = expect(visited)
    send(expected)
    receipts = in_threads(8, lambda: file_requests.complete(visited, expected.ticket).receipt)
    assert set(receipts) == {expected.received.receipt}
    assert FileRequest.objects.get().received == 1
    assert AuditEvent.objects.filter(action="uploaded").count() == 1


def test_tries_at_a_password_are_counted_exactly(each_database):
    token = tokens.make(make_request(password=PASSWORD))
    reasons = Counter(in_threads(12, lambda: reason_of(file_requests.unlock, token, "wrong", VISITOR)))
    assert reasons == {"wrong_password": 5, "throttled": 7}


def test_what_ended_long_ago_is_let_go_of(each_database, oss):
    now = timezone.now()
    old = make_request(password=PASSWORD)
    reason_of(file_requests.unlock, tokens.make(old), "wrong", VISITOR)
    file_requests.set_password(old, None)
    received = leave(old)
    kept = make_request()
    leave(kept)
    FileRequest.objects.filter(pk=old.pk).update(expires_at=now - timedelta(days=31))
    assert retention.purge(timedelta(days=30))["requests"] == 1
    assert list(FileRequest.objects.all()) == [kept]
    assert ReceivedFile.objects.get().request == kept
    assert PasswordAttempt.objects.count() == 0
    assert AuditEvent.objects.order_by("-id")[0].data == {"requests": [old.public_id]}
    assert oss.get(received.key)
    assert retention.purge(timedelta(days=30))["requests"] == 0
