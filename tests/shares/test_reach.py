"""Which part of a storage a user reaches: by group, by a function, in all that browses, shares, presigns and grants."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from django_oss_share.services import grants, objects, presigning, reach, shares
from django_oss_share.services.errors import NotAllowed
from shares.factories import make_user

pytestmark = pytest.mark.django_db

RIGHTS = ("share_object", "browse_bucket", "grant_access")


def by_name(user, storage):
    """What ``OSS_SHARE["PREFIXES"]`` names below."""
    return [f"{user.get_username()}/"] if storage == "default" else None


@pytest.fixture
def ann(settings):
    settings.OSS_SHARE = {"GROUPS": {"sales": {"PREFIXES": ["sales/eu/", "public/"]}}}
    user = make_user("ann", *RIGHTS)
    user.groups.add(Group.objects.create(name="sales"))
    return user


@pytest.mark.parametrize(
    ("key", "reached"),
    [
        ("sales/eu/q3.pdf", True),
        ("sales/eu/", True),
        ("public/a/b", True),
        ("sales/us/q3.pdf", False),
        ("sales/eu", False),
        ("sales/eu2/q3.pdf", False),
        ("", False),
    ],
)
def test_a_key_is_reached_below_a_folder_of_ones_group(ann, key, reached):
    assert reach.may_reach(ann, "default", key) is reached
    assert reach.may_reach(None, "default", key)


def test_all_that_names_an_object_asks(ann):
    who = {"by": ann}
    for call in (
        lambda: shares.create("secret/a", check=False, **who),
        lambda: shares.create(keys=["sales/eu/a", "secret/a"], check=False, **who),
        lambda: shares.create(prefix="sales/", check=False, **who),
        lambda: presigning.presign("default", "secret/a", expires_in=60, **who),
        lambda: presigning.presign_many("default", ["sales/eu/a", "secret/a"], expires_in=60, **who),
        lambda: objects.describe("default", "secret/a", **who),
        lambda: objects.versions("default", "secret/a", **who),
        lambda: objects.browse("default", "secret/", **who),
        lambda: grants.create("sales/", recipient="Bob", **who),
    ):
        with pytest.raises(NotAllowed, match="'sales/eu/', 'public/'"):
            call()
    assert shares.create("sales/eu/a", check=False, **who).pk
    assert presigning.presign("default", "public/a", expires_in=60, **who).url


def test_above_the_folders_only_the_way_there_is_shown(ann):
    assert [each.key for each in objects.browse("default", by=ann).folders] == ["public/", "sales/"]
    assert [each.key for each in objects.browse("default", "sales/", by=ann).folders] == ["sales/eu/"]
    assert [each.key for each in objects.browse("default", search="pu", by=ann).folders] == ["public/"]


def test_groups_add_up_and_one_without_limits_frees_of_them(ann, settings):
    settings.OSS_SHARE["GROUPS"]["press"] = {"PREFIXES": ["press/"]}
    ann.groups.add(Group.objects.create(name="press"))
    assert reach.prefixes_of(ann, "default") == ("sales/eu/", "public/", "press/")
    settings.OSS_SHARE["GROUPS"]["press"] = {"PREFIXES": None}
    assert reach.prefixes_of(ann, "default") is None


def test_a_function_and_a_list_for_all(settings):
    ann, root = make_user("ann"), make_user("root", is_superuser=True)
    settings.OSS_SHARE = {"PREFIXES": "shares.test_reach.by_name"}
    assert reach.prefixes_of(ann, "default") == ("ann/",)
    assert reach.prefixes_of(ann, "archive") is None
    assert reach.prefixes_of(root, "default") is None
    settings.OSS_SHARE = {"PREFIXES": []}
    assert reach.prefixes_of(ann, "default") == ()
    with pytest.raises(NotAllowed, match="allowed are the folders: none"):
        reach.require_reach(ann, "default", "a")


@pytest.mark.parametrize("value", ["no.such.function", ["team"], [5], "team/", 5])
def test_what_is_no_list_of_folders_is_said(value):
    with override_settings(OSS_SHARE={"PREFIXES": value}), pytest.raises(ImproperlyConfigured, match="PREFIXES"):
        reach.prefixes_of(make_user(), "default")
