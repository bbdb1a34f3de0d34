"""File requests: made, changed, ended; by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from shares.factories import make_user

from django_oss_share.models import AuditEvent, FileRequest, Share, State
from django_oss_share.models.guards import Undeletable
from django_oss_share.oss import InvalidArgument, InvalidKey
from django_oss_share.services import file_requests, tokens
from django_oss_share.services.errors import NotAllowed, PolicyViolation, UnknownStorage, WrongState
from file_requests.making import make_request, visit

pytestmark = pytest.mark.django_db


def create(**more):
    return file_requests.create(**{"prefix": "incoming/", "name": "Tender", **more})


def test_what_is_made(settings):
    settings.OSS_SHARE = {"BASE_URL": "https://files.example.com"}
    ann = make_user("ann", "request_files")
    request = create(
        created_by=ann, by=ann, expires_in=3600, max_files=3, max_size=5, content_types=["image/*", ".PDF"], note="季"
    )
    request.refresh_from_db()
    assert request.content_types == ["image/*", ".pdf"]
    assert (request.created_by_label, request.state()) == ("ann", State.ACTIVE)
    assert request.expires_at - request.created_at == timedelta(hours=1)
    event = AuditEvent.objects.get()
    assert (event.action, event.key, event.actor_label) == ("created", "incoming/", "ann")
    assert event.data["request"] == request.pk
    assert tokens.make(request) not in repr(request) + str(request)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"prefix": ""}, "prefix"),
        ({"prefix": "incoming"}, "prefix"),
        ({"prefix": "/"}, "prefix"),
        ({"prefix": "a/../b/"}, "prefix"),
        ({"prefix": "季" * 267 + "/"}, "prefix"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "\0"}, "note"),
        ({"max_files": 0}, "max_files"),
        ({"max_files": True}, "max_files"),
        ({"max_files": 2**31}, "max_files"),
        ({"max_size": 0}, "max_size"),
        ({"max_size": 10**15}, "max_size"),
        ({"content_types": "image/*"}, "content_types"),
        ({"content_types": ["*/*"]}, "content_types"),
        ({"content_types": ["pdf"]}, "content_types"),
        ({"content_types": [".p/df"]}, "content_types"),
        ({"content_types": ["image/*"] + [f".a{n}" for n in range(50)]}, "content_types"),
        ({"expires_in": 0}, "expires_in"),
        ({"expires_in": 60, "expires_at": 60}, "expires_in"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "expires_at"),
        ({"expires_in": timedelta(days=366)}, "expires_in"),
        ({"password": "short"}, "password"),
    ],
)
def test_bad_inputs_are_named(changed, field):
    with pytest.raises(InvalidArgument) as refused:
        create(**changed)
    assert refused.value.field == field
    assert (FileRequest.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_policy(settings):
    settings.OSS_SHARE = {"PASSWORD_REQUIRED": True, "MAX_EXPIRY": timedelta(days=1)}
    with pytest.raises(PolicyViolation, match="password is missing"):
        create()
    with pytest.raises(PolicyViolation, match="may live 1 days, until"):
        create(password="long enough it is", expires_in=timedelta(days=2))
    with pytest.raises(UnknownStorage):
        create(password="long enough it is", storage="local")


def test_who_may(settings):
    settings.OSS_SHARE = {"PREFIXES": ["incoming/"]}
    ann, bob, chief = (
        make_user("ann", "request_files"),
        make_user("bob", "share_object"),
        make_user("chief", "request_files", "change_all_requests"),
    )
    with pytest.raises(NotAllowed, match="bob lacks the permission 'oss_share.request_files'"):
        create(by=bob)
    with pytest.raises(NotAllowed, match="does not reach 'other/'"):
        create(by=ann, prefix="other/")
    request = create(by=ann, created_by=ann)
    for verb in (
        lambda by: file_requests.update(request, note="x", by=by),
        lambda by: file_requests.extend(request, 3600, by=by),
        lambda by: file_requests.set_password(request, None, by=by),
        lambda by: file_requests.rotate(request, by=by),
        lambda by: file_requests.hand_over(request, ann, by=by),
        lambda by: file_requests.revoke(request, by=by),
    ):
        with pytest.raises(PermissionDenied):
            verb(bob)
        verb(chief)
    seen = {user: FileRequest.objects.visible_to(user).count() for user in (ann, bob, chief)}
    assert seen == {ann: 1, bob: 0, chief: 1}


@pytest.mark.parametrize("who", ["joe", 5], ids=repr)
def test_an_owner_who_is_no_user(who):
    with pytest.raises(InvalidArgument, match="created_by must be a user"):
        create(created_by=who)
    for to in (who, None):
        with pytest.raises(InvalidArgument, match="to must be a user"):
            file_requests.hand_over(make_request(), to)


def test_changes_are_written_down():
    request = create()
    file_requests.update(request, name="Offers", max_files=7, notify=False, note="")
    event = AuditEvent.objects.order_by("-id")[0]
    assert event.action == "changed"
    assert event.data == {
        "request": request.pk,
        "name": ["Tender", "Offers"],
        "max_files": [None, 7],
        "notify": [True, False],
    }
    with pytest.raises(InvalidArgument, match="prefix is no setting"):
        file_requests.update(request, prefix="out/")
    file_requests.extend(request, timedelta(days=9))
    assert AuditEvent.objects.order_by("-id")[0].action == "extended"


def test_an_old_link_is_dead():
    request = create()
    old = tokens.make(request)
    file_requests.rotate(request)
    with pytest.raises(PermissionError, match="There is no such link"):
        file_requests.open_request(old, visit(request).client)
    assert visit(request).request == request


def test_what_is_revoked_stays_so():
    request = create()
    file_requests.revoke(request, reason="enough")
    file_requests.revoke(request)
    assert AuditEvent.objects.filter(action="revoked").count() == 1
    for verb in (
        lambda: file_requests.extend(request, 60),
        lambda: file_requests.rotate(request),
        lambda: file_requests.set_password(request, "long enough it is"),
        lambda: file_requests.update(request, name="x"),
    ):
        with pytest.raises(WrongState, match="was revoked at"):
            verb()


def test_nothing_is_deleted():
    request = create()
    with pytest.raises(Undeletable):
        request.delete()
    with pytest.raises(Undeletable):
        FileRequest.objects.all().delete()


def test_a_token_of_one_kind_is_none_of_the_other():
    request = create()
    with pytest.raises(tokens.BadToken):
        tokens.parse(tokens.make(request))
    with pytest.raises(tokens.BadToken):
        tokens.parse(tokens.make(Share(public_id=request.public_id)), FileRequest)


NOW = timezone.now()


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, State.ACTIVE),
        ({"expires_at": NOW}, State.EXPIRED),
        ({"expires_at": NOW, "revoked_at": NOW}, State.REVOKED),
        ({"max_files": 2, "received": 2}, State.EXHAUSTED),
        ({"max_files": 2, "received": 2, "expires_at": NOW}, State.EXPIRED),
        ({"max_files": 2, "received": 1}, State.ACTIVE),
    ],
)
def test_states_in_python_and_in_sql(fields, state):
    request = make_request(**fields)
    assert request.state(NOW) == state
    states = [each for each in State if each is not State.SCHEDULED]
    assert [each for each in states if FileRequest.objects.in_state(each, NOW).exists()] == [state]


def test_an_overlong_prefix_is_no_key():
    with pytest.raises(InvalidKey, match="allowed are 800"):
        create(prefix="x" * 801 + "/")
