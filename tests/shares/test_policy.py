"""What a user's groups change, and who may do what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import ImproperlyConfigured, PermissionDenied

from django_oss_share.services import policy
from django_oss_share.services.errors import NotAllowed
from shares.factories import make_share, make_user

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


def member_of(*groups):
    user = make_user()
    for name in groups:
        user.groups.add(Group.objects.create(name=name))
    return user


def test_the_defaults():
    assert policy.policy_of() == policy.Policy(30 * DAY, 365 * DAY, False, 10, False)


def test_a_group_may_have_more_or_less(settings):
    settings.OSS_SHARE = {
        "MAX_EXPIRY": 10 * DAY,
        "PASSWORD_REQUIRED": True,
        "GROUPS": {
            "sales": {"MAX_EXPIRY": None, "PASSWORD_REQUIRED": False, "ALLOW_ZIP": True},
            "interns": {"MAX_EXPIRY": 3600, "PASSWORD_MIN_LENGTH": 20},
        },
    }
    assert policy.policy_of(member_of("sales")) == policy.Policy(30 * DAY, None, False, 10, True)


def test_a_default_is_cut_to_the_maximum(settings):
    settings.OSS_SHARE = {"GROUPS": {"interns": {"MAX_EXPIRY": 3600}}}
    found = policy.policy_of(member_of("interns"))
    assert found.default_expiry == found.max_expiry == timedelta(hours=1)


def test_of_several_groups_the_most_generous(settings):
    settings.OSS_SHARE = {
        "GROUPS": {
            "a": {"MAX_EXPIRY": DAY, "PASSWORD_MIN_LENGTH": 20, "PASSWORD_REQUIRED": True, "ALLOW_ZIP": False},
            "b": {"MAX_EXPIRY": 2 * DAY, "PASSWORD_MIN_LENGTH": 12, "PASSWORD_REQUIRED": False, "ALLOW_ZIP": True},
            "c": {"MAX_EXPIRY": None},
        }
    }
    assert policy.policy_of(member_of("a", "b", "x")) == policy.Policy(2 * DAY, 2 * DAY, False, 12, True)


def test_no_groups_no_query(django_assert_num_queries):
    user = make_user()
    with django_assert_num_queries(0):
        policy.policy_of(user)
        policy.policy_of(AnonymousUser())


def test_a_misspelt_group_setting_is_told(settings):
    settings.OSS_SHARE = {"GROUPS": {"sales": {"MAX_EXPIRE": DAY}}}
    with pytest.raises(ImproperlyConfigured, match=r"\['sales'\] has an unknown key 'MAX_EXPIRE'"):
        policy.policy_of()


def test_who_may_share_and_browse():
    user = make_user("ann", "share_object")
    assert (policy.may_share(user), policy.may_browse(user)) == (True, False)
    assert not policy.may_share(AnonymousUser())
    policy.require_share(user)
    policy.require_share(None)
    with pytest.raises(NotAllowed, match="bob lacks the permission 'oss_share.share_object'") as caught:
        policy.require_share(make_user("bob"))
    assert isinstance(caught.value, PermissionDenied)


def test_who_may_change():
    ann, bob, root = make_user("ann"), make_user("bob", "view_all_shares"), make_user("root", "change_all_shares")
    share, orphan = make_share(created_by=ann), make_share()
    assert [policy.may_change(user, share) for user in (ann, bob, root, AnonymousUser())] == [True, False, True, False]
    assert [policy.may_change(user, orphan) for user in (ann, root, AnonymousUser())] == [False, True, False]
    policy.require_change(None, orphan)
    with pytest.raises(NotAllowed, match="bob neither owns share"):
        policy.require_change(bob, share)
