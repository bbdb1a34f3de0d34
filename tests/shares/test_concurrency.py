"""Many at once, on each database, with real transactions: what is promised exactly is kept exactly."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from ipaddress import ip_address
from itertools import count
from threading import Event, Lock

import pytest
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils import timezone
from services.threads import in_threads

from django_oss_share.models import Action, AuditEvent, PasswordAttempt, Share
from django_oss_share.services import access, audit, shares, tokens
from django_oss_share.services.access import Denied, opening
from django_oss_share.services.clients import Client
from shares.factories import PASSWORD, VISITOR, make_share, reason_of, visit


def tried(share, client=VISITOR):
    """A whole visit: the link, or why not."""
    try:
        return access.issue(access.open_share(tokens.make(share), client)).url
    except Denied as denied:
        return denied.reason


def issued():
    return AuditEvent.objects.filter(action=Action.ISSUED).count()


def test_50_clients_and_a_limit_of_7(each_database, oss):
    share = make_share(max_downloads=7)
    answers = in_threads(50, lambda: tried(share))
    assert Counter(str(answer).partition("?")[0] for answer in answers) == {
        f"{oss.endpoint}/examplebucket/reports/q3.pdf": 7,
        "exhausted": 43,
    }
    assert Share.objects.get().downloads == 7
    assert issued() == 7
    assert AuditEvent.objects.filter(action=Action.DENIED, reason="exhausted").count() == 43
    assert audit.verify().is_intact


def test_no_download_is_lost_without_a_limit(each_database):
    share = make_share()
    answers = in_threads(30, lambda: tried(share))
    assert all(answer.startswith("https://") for answer in answers)
    assert Share.objects.get().downloads == issued() == 30


def test_zips_and_files_share_one_limit(each_database, oss):
    share = make_share(keys=("reports/q3.pdf", "b"), max_downloads=9)
    archive = access.Archive(access.targets_of(visit(share)), 0)
    turns = count()
    lock = Lock()

    def take():
        with lock:
            turn = next(turns)
        visitor = visit(share)
        return reason_of(access.issue_archive, visitor, archive) if turn % 2 else reason_of(access.issue, visitor, 0)

    def safely():
        try:
            return take()
        except Denied as denied:
            return denied.reason

    answers = in_threads(20, safely)
    stored = Share.objects.get()
    counted = sum(len(event.data.get("zip", [1])) for event in AuditEvent.objects.filter(action=Action.ISSUED))
    assert stored.downloads == counted <= 9
    assert answers.count("") == issued()


def test_100_guesses_and_5_hashes(each_database, monkeypatch):
    share, hashed = make_share(password=PASSWORD), []

    def counting(*args):
        hashed.append(args)
        return check_password(*args)

    monkeypatch.setattr(opening, "check_password", counting)
    token = tokens.make(share)
    reasons = in_threads(100, lambda: reason_of(access.unlock, token, "wrong password", VISITOR))
    assert Counter(reasons) == {"wrong_password": 5, "throttled": 95}
    assert len(hashed) == 5
    assert PasswordAttempt.objects.count() == 5
    assert AuditEvent.objects.filter(action=Action.UNLOCK_FAILED).count() == 5


def test_80_guessers_and_60_hashes(each_database, monkeypatch):
    share, hashed, numbers, lock = make_share(password=PASSWORD), [], count(), Lock()
    monkeypatch.setattr(opening, "check_password", lambda *args: hashed.append(args))
    token = tokens.make(share)

    def guess():
        with lock:
            client = Client(ip_address("198.51.100.0") + next(numbers))
        return reason_of(access.unlock, token, "wrong password", client)

    assert Counter(in_threads(80, guess)) == {"wrong_password": 60, "throttled": 20}
    assert len(hashed) == 60


def test_a_right_password_among_many_wrong_ones_takes_its_own_try_back(each_database):
    share = make_share(password=PASSWORD)
    token = tokens.make(share)
    assert in_threads(20, lambda: reason_of(access.unlock, token, PASSWORD, VISITOR)).count("") >= 5
    assert PasswordAttempt.objects.count() == 0


@pytest.mark.parametrize("max_downloads", [None, 1000])
def test_a_committed_revocation_wins(each_database, oss, max_downloads):
    """Visitors keep coming while the share is revoked: none gets a link that is dated after the revocation."""
    share = make_share(max_downloads=max_downloads)
    first, committed = Event(), []

    def visitor():
        seen = []
        while not (seen and seen[-1][0]):
            started = bool(committed)
            seen.append((started, tried(share)))
            first.set()
        return seen

    def owner():
        assert first.wait(30)
        try:
            shares.revoke(Share.objects.get(pk=share.pk))
        finally:
            committed.append(True)
        return []

    turns, lock = count(), Lock()

    def either():
        with lock:
            turn = next(turns)
        return visitor() if turn else owner()

    seen = [each for answers in in_threads(9, either) for each in answers]
    assert {answer for started, answer in seen if started} == {access.Reason.REVOKED}
    links = sum(isinstance(answer, str) and answer.startswith("http") for _, answer in seen)
    assert Share.objects.get().downloads == issued() == links
    revoked = AuditEvent.objects.get(action=Action.REVOKED)
    stored = Share.objects.get()
    assert stored.revoked_at == revoked.at


@pytest.mark.parametrize("each_database", ["postgresql", "mariadb"], indirect=True)
def test_a_download_under_way_waits_for_the_revocation_and_loses(each_database):
    """The revocation holds the row and is not committed yet; the download has read the share and now counts.

    Not on SQLite, whose one writer lets no download come that far.
    """
    share = make_share()
    visitor = visit(share)
    held, counting = Event(), Event()
    turns, lock = count(), Lock()

    def revoke():
        with transaction.atomic():
            shares.revoke(Share.objects.get(pk=share.pk))
            held.set()
            assert counting.wait(30)
        return "revoke"

    def download():
        assert held.wait(30)
        counting.set()
        return reason_of(access.issue, visitor)

    def either():
        with lock:
            turn = next(turns)
        return download() if turn else revoke()

    assert sorted(in_threads(2, either)) == ["revoke", "revoked"]
    assert issued() == Share.objects.get().downloads == 0


def test_extensions_and_downloads_do_not_lose_each_other(each_database):
    share = make_share(expires_at=timezone.now() + timedelta(days=1))
    turns, lock = count(), Lock()

    def either():
        with lock:
            turn = next(turns)
        if turn % 4:
            return tried(share)
        return shares.extend(Share.objects.get(pk=share.pk), timedelta(days=2 + turn)) and "extended"

    answers = in_threads(24, either)
    links = [answer for answer in answers if answer.startswith("https://")]
    stored = Share.objects.get()
    assert answers.count("extended") == 6
    assert stored.downloads == len(links) == issued() == 18
    assert stored.revision == 6


def test_revoked_once_by_many(each_database):
    share = make_share()
    in_threads(10, lambda: shares.revoke(Share.objects.get(pk=share.pk)))
    assert AuditEvent.objects.filter(action=Action.REVOKED).count() == 1


def test_purging_while_visitors_come(each_database):
    """Only what ended goes, whatever is going on beside it."""
    old = timezone.now() - timedelta(days=9)
    gone = [make_share(revoked_at=old) for _ in range(20)]
    share = make_share()
    audit.record(Action.VIEWED, share=gone[0], at=old)
    turns, lock = count(), Lock()

    def either():
        with lock:
            turn = next(turns)
        if turn == 0:
            return shares.purge(timedelta(days=1)) + audit.purge(timedelta(days=1))
        return tried(share)

    answers = in_threads(12, either)
    assert 21 in answers
    assert list(Share.objects.all()) == [share]
    assert Share.objects.get().downloads == issued() == 11
    assert audit.verify().is_intact
