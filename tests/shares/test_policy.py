"""What a user's groups change, and who may do what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.utils.functional import SimpleLazyObject

from django_oss_share.services import policy, rights
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


class Night:
    """A project's own backend: lets nobody do what Django's would, and everybody browse."""

    def has_perm(self, user, permission, obj=None):
        if permission == policy.SHARE_OBJECT:
            raise PermissionDenied
        return permission == policy.BROWSE_BUCKET


_DJANGO = "django.contrib.auth.backends.ModelBackend"
_BACKENDS = {
    "Django's": [_DJANGO],
    "Django's for anybody": ["django.contrib.auth.backends.AllowAllUsersModelBackend"],
    "Django's, then another": [_DJANGO, f"{__name__}.Night"],
    "another, then Django's": [f"{__name__}.Night", _DJANGO],
    "another": [f"{__name__}.Night"],
}


def all_kinds_of_users():
    group = Group.objects.create(name="sales")
    group.permissions.set(Permission.objects.filter(codename__in=["share_object", "upload_object", "add_user"]))
    member, both = make_user("member"), make_user("both", "share_object", "browse_bucket", "add_group")
    for user in (member, both):
        user.groups.add(group)
    make_user("gone", "share_object", is_active=False)
    make_user("root", is_superuser=True)
    make_user("gone root", is_superuser=True, is_active=False)
    make_user("own", "share_object")
    make_user("nobody")
    return [AnonymousUser(), *get_user_model().objects.all()]


@pytest.mark.parametrize("backends", _BACKENDS.values(), ids=_BACKENDS)
def test_who_holds_a_permission_has_it(settings, backends):
    settings.AUTHENTICATION_BACKENDS = backends
    users = all_kinds_of_users()
    for user in [*users, *(SimpleLazyObject(lambda user=user: user) for user in users)]:
        for permission in (policy.SHARE_OBJECT, policy.BROWSE_BUCKET, policy.UPLOAD, policy.VIEW_ALL):
            assert rights.holds(user, permission) is bool(user.has_perm(permission)), (user, permission)


def test_all_permissions_take_one_query(django_assert_num_queries):
    user = member_of("sales")
    with django_assert_num_queries(1):
        assert not any(rights.holds(user, permission) for permission in rights.OPENING)


@pytest.mark.parametrize("own", ["the user", "their model"])
def test_a_model_that_says_itself_what_its_users_may_is_asked(monkeypatch, own):
    user = make_user()
    asked = user if own == "the user" else type(user)
    monkeypatch.setattr(asked, "has_perm", lambda *arguments: arguments[-1] == policy.UPLOAD, raising=False)
    assert [rights.holds(user, each) for each in (policy.UPLOAD, policy.SHARE_OBJECT)] == [True, False]
