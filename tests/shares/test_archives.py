"""All files as one zip: where the policy lets it, counted file by file."""

from __future__ import annotations

import pytest

from django_oss_share.models import Action, AuditEvent, Share
from django_oss_share.services import access, shares
from django_oss_share.services.access import archives
from shares.factories import make_share, make_user, reason_of, visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(oss, settings):
    settings.OSS_SHARE = {"ALLOW_ZIP": True}
    for key, size in (("team/a", 1), ("team/sub/b", 20), ("team/sub/", 0), ("team2/c", 300)):
        oss.put(key, b"x" * size)


def test_a_folder_with_all_that_is_below():
    visitor = visit(shares.create(prefix="team/"))
    assert access.is_offered(visitor)
    archive = access.plan_archive(visitor)
    assert [(target.key, target.name) for target in archive.targets] == [("team/a", "a"), ("team/sub/b", "sub/b")]
    assert archive.size == 21
    access.issue_archive(visitor, archive)
    event = AuditEvent.objects.get(action=Action.ISSUED)
    assert event.data == {"zip": ["team/a", "team/sub/b"], "bytes": 21}
    assert Share.objects.get().downloads == 2


def test_a_selection_without_what_is_gone():
    visitor = visit(make_share(keys=("team/a", "gone", "team2/c"), allow_zip=True))
    archive = access.plan_archive(visitor)
    assert [target.key for target in archive.targets] == ["team/a", "team2/c"]
    assert archive.size == 301


def test_the_limit_holds_for_a_zip_too():
    visitor = visit(shares.create(prefix="team/", max_downloads=3))
    archive = access.plan_archive(visitor)
    access.issue_archive(visitor, archive)
    assert reason_of(access.issue_archive, visitor, archive) == "exhausted"
    assert Share.objects.get().downloads == 2
    assert AuditEvent.objects.filter(action=Action.ISSUED).count() == 1


@pytest.mark.parametrize("fields", [{"allow_zip": False, "keys": ("team/a",)}, {"allow_zip": True, "key": "team/a"}])
def test_not_offered(fields):
    visitor = visit(make_share(**fields))
    assert not access.is_offered(visitor)
    assert reason_of(access.plan_archive, visitor) == "zip"


def test_a_policy_that_was_taken_back_holds_at_once(settings):
    visitor = visit(shares.create(prefix="team/", created_by=make_user()))
    settings.OSS_SHARE = {"ALLOW_ZIP": False}
    assert not access.is_offered(visitor)
    assert reason_of(access.plan_archive, visitor) == "zip"


@pytest.mark.parametrize(("name", "value"), [("MAX_FILES", 1), ("MAX_BYTES", 20)])
def test_too_much(monkeypatch, name, value):
    visitor = visit(shares.create(prefix="team/"))
    monkeypatch.setattr(archives, name, value)
    assert reason_of(access.plan_archive, visitor) == "zip"


def test_nothing():
    assert reason_of(access.plan_archive, visit(make_share(keys=("gone",), allow_zip=True))) == "zip"
