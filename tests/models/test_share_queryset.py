"""Who sees which shares, and through which an object can be fetched."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from shares.factories import make_share, make_user

from django_oss_share.models import Kind, PasswordAttempt, Share, ShareItem
from django_oss_share.models.guards import Undeletable

pytestmark = pytest.mark.django_db


def test_an_ordinary_user_sees_their_own_shares():
    ann, bob = make_user("ann"), make_user("bob")
    own = make_share(created_by=ann)
    make_share(created_by=bob)
    make_share()
    assert list(Share.objects.visible_to(ann)) == [own]
    assert list(Share.objects.changeable_by(ann)) == [own]


@pytest.mark.parametrize(
    ("permission", "sees", "changes"), [("view_all_shares", 2, 1), ("change_all_shares", 2, 2), ("share_object", 1, 1)]
)
def test_a_permission_shows_everybodys(permission, sees, changes):
    user = make_user("ann", permission)
    make_share(created_by=user)
    make_share(created_by=make_user("bob"))
    assert Share.objects.visible_to(user).count() == sees
    assert Share.objects.changeable_by(user).count() == changes


def test_nobody_sees_nothing():
    make_share()
    assert not Share.objects.visible_to(AnonymousUser()).exists()
    assert not Share.objects.changeable_by(AnonymousUser()).exists()


def test_the_shares_of_those_who_are_gone():
    ann, bob = make_user("ann", is_active=False), make_user("bob")
    of_deactivated = make_share(created_by=ann, created_by_label="ann")
    of_deleted = make_share(created_by_label="cid")
    make_share(created_by=bob, created_by_label="bob")
    make_share()
    assert set(Share.objects.owner_deactivated()) == {of_deactivated, of_deleted}


def test_deleting_a_user_keeps_their_shares_and_their_name():
    ann = make_user("ann")
    share = make_share(created_by=ann, created_by_label="ann")
    ann.delete()
    share.refresh_from_db()
    assert (share.created_by, share.created_by_label) == (None, "ann")


def test_shares_of_an_object():
    one = make_share(key="team/a/x.txt")
    selection = make_share(keys=("other.txt", "team/a/x.txt"))
    folder = make_share(key="team/a/", kind=Kind.PREFIX)
    above = make_share(key="team/", kind=Kind.PREFIX)
    make_share(key="team2/", kind=Kind.PREFIX)
    make_share(key="team/a/x.txt.bak")
    make_share(key="TEAM/a/x.txt")
    make_share(key="team/a/x.txt", storage="archive")
    make_share(keys=("team/a/y.txt",))
    assert set(Share.objects.of_object("default", "team/a/x.txt")) == {one, selection, folder, above}


def test_an_objects_shares_are_found_by_index(django_assert_num_queries):
    make_share()
    with django_assert_num_queries(2):
        assert Share.objects.of_object("default", "reports/q3.pdf").count() == 1
    plan = Share.objects.of_object("default", "reports/q3.pdf").explain()
    assert "oss_share_object" in plan
    assert "SCAN" not in plan


def test_shares_are_not_deleted():
    share = make_share()
    with pytest.raises(Undeletable, match="revoke"):
        share.delete()
    with pytest.raises(Undeletable, match="revoke"):
        Share.objects.all().delete()
    assert Share.objects.count() == 1


def test_a_purge_takes_what_belongs_to_a_share_and_nothing_else(each_database):
    share, other = make_share(keys=("a", "b")), make_share(keys=("c",))
    for each in (share, other):
        PasswordAttempt.objects.create(share=each, client="x", at=each.created_at)
    assert Share.objects.filter(pk=share.pk).purge() == [share.public_id]
    assert list(Share.objects.all()) == [other]
    assert ShareItem.objects.count() == PasswordAttempt.objects.count() == 1


def test_a_lock_counts_as_a_change(each_database):
    share = make_share()
    assert Share.objects.locked(share.pk).revision == 1
    with pytest.raises(Share.DoesNotExist):
        Share.objects.locked(share.pk + 1)


def test_a_custom_user_without_is_active(monkeypatch):
    monkeypatch.setattr("django_oss_share.models.share_queryset.users_can_be_deactivated", lambda: False)
    share = make_share(created_by=make_user("ann"), created_by_label="ann")
    assert not Share.objects.owner_deactivated().exists()
    assert Share.objects.with_owner_state().get(pk=share.pk).owner_is_active is None
