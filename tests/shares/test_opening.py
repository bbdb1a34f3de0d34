"""From a token to a visit, and every reason why not; what each costs and leaves on record."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone

from django_oss_share import signals
from django_oss_share.models import Action, AuditEvent, PasswordAttempt, Share
from django_oss_share.services import access, shares, tokens
from django_oss_share.services.access import Denied, Reason
from django_oss_share.services.clients import Client
from shares.factories import PASSWORD, VISITOR, make_share, make_user, reason_of, visit

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def closed(**fields):
    now = timezone.now()
    rows = {
        "revoked": {"revoked_at": now},
        "expired": {"expires_at": now},
        "exhausted": {"max_downloads": 2, "downloads": 2},
        "scheduled": {"starts_at": now + HOUR},
        "network": {"allowed_networks": ["10.0.0.0/8"]},
        "owner": {"created_by_label": "ann"},
        "password": {"password": PASSWORD},
    }
    return {reason: make_share(**row) for reason, row in rows.items()}


STATUSES = {
    "revoked": 410,
    "expired": 410,
    "exhausted": 410,
    "scheduled": 403,
    "network": 403,
    "owner": 403,
    "password": 403,
}


@pytest.mark.parametrize("reason", STATUSES)
def test_each_refusal_has_its_reason_its_status_and_its_row(reason):
    share = closed()[reason]
    with pytest.raises(Denied) as caught:
        visit(share)
    assert (caught.value.reason, caught.value.status) == (reason, STATUSES[reason])
    assert isinstance(caught.value, PermissionError)
    event = AuditEvent.objects.get()
    assert (event.action, event.reason, event.share) == (Action.DENIED, reason, share)
    assert (event.address, event.user_agent) == ("203.0.113.7", "Firefox")


def test_every_reason_has_a_text_and_a_status():
    for reason in Reason:
        assert str(reason.label)
        assert 400 <= reason.status < 600


def test_an_open_share_costs_one_query_and_no_row(django_assert_num_queries):
    share = make_share(created_by=make_user(), created_by_label="ann")
    token = tokens.make(share)
    with django_assert_num_queries(1):
        assert access.open_share(token, VISITOR).share == share
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("token", ["", "x", "a" * 36, "é" * 36, "a" * 10_240, "\0" * 36])
def test_a_forged_token_costs_no_query(token, django_assert_num_queries):
    with django_assert_num_queries(0), pytest.raises(Denied) as caught:
        access.open_share(token, VISITOR)
    assert (caught.value.reason, caught.value.status, caught.value.share) == ("unknown", 404, None)


def test_a_genuine_token_of_nothing():
    token = tokens.make(Share(public_id="00" * 9))
    assert reason_of(access.open_share, token, VISITOR) == "unknown"


def test_a_replaced_link_is_unknown_to_the_visitor_and_known_to_the_audit():
    share = make_share()
    old = tokens.make(share)
    shares.rotate(share)
    with pytest.raises(Denied) as caught:
        access.open_share(old, VISITOR)
    assert (caught.value.reason, caught.value.share) == ("unknown", None)
    assert AuditEvent.objects.get(action=Action.DENIED).reason == "rotated"
    assert visit(share)


def test_a_hidden_revoked_share_answers_as_one_that_never_was(settings):
    settings.OSS_SHARE = {"HIDE_REVOKED": True}
    with pytest.raises(Denied) as hidden:
        visit(make_share(revoked_at=timezone.now()))
    with pytest.raises(Denied) as unknown:
        access.open_share("x", VISITOR)
    assert str(hidden.value) == str(unknown.value)
    assert vars(hidden.value) == vars(unknown.value)
    assert AuditEvent.objects.get().reason == "revoked"


@pytest.mark.parametrize("what", ["forged", "genuine", "rotated", "hidden"])
def test_30_unknown_tokens_then_wait(settings, what):
    settings.OSS_SHARE = {"HIDE_REVOKED": True}
    rotated = make_share()
    tokens_of = {
        "forged": "x" * 36,
        "genuine": tokens.make(Share(public_id="00" * 9)),
        "rotated": tokens.make(rotated),
        "hidden": tokens.make(make_share(revoked_at=timezone.now())),
    }
    shares.rotate(rotated)
    reasons = [reason_of(access.open_share, tokens_of[what], VISITOR) for _ in range(32)]
    assert reasons == ["unknown"] * 30 + ["throttled"] * 2


def test_who_guesses_tokens_opens_nothing_for_a_while_and_costs_no_query(django_assert_num_queries):
    share = make_share()
    for _ in range(30):
        reason_of(access.open_share, "x", VISITOR)
    with django_assert_num_queries(0), pytest.raises(Denied) as caught:
        visit(share)
    assert (caught.value.status, caught.value.retry_after) == (429, 600)
    assert reason_of(access.unlock, tokens.make(share), PASSWORD, VISITOR) == "throttled"
    assert visit(share, Client(ip_address("203.0.113.8")))


def test_the_neighbours_in_a_slash_64_are_one_guesser():
    for number in range(30):
        reason_of(access.open_share, "x", Client(ip_address(f"2001:db8::{number:x}")))
    assert reason_of(visit, make_share(), Client(ip_address("2001:db8::ffff"))) == "throttled"
    assert visit(make_share(), Client(ip_address("2001:db8:0:1::1")))


def test_without_a_cache_shares_open(monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr(cache, "get", fail, raising=False)
    monkeypatch.setattr(cache, "add", fail, raising=False)
    assert visit(make_share())
    assert reason_of(access.open_share, "x", VISITOR) == "unknown"
    assert "cache failed" in caplog.text


@pytest.mark.parametrize(
    ("project", "share", "address", "reason"),
    [
        ([], ["203.0.113.0/24"], "203.0.113.7", ""),
        ([], ["203.0.113.0/24"], "198.51.100.1", "network"),
        (["203.0.113.0/24"], [], "203.0.113.7", ""),
        (["203.0.113.0/24"], [], "198.51.100.1", "network"),
        (["203.0.113.0/24"], ["198.51.100.0/24"], "203.0.113.7", "network"),
        ([], ["0.0.0.0/0", "::/0"], None, "network"),
        (["0.0.0.0/0"], [], None, "network"),
        ([], [], None, ""),
    ],
)
def test_networks(settings, project, share, address, reason):
    settings.OSS_SHARE = {"ALLOWED_NETWORKS": project}
    client = Client(ip_address(address) if address else None)
    assert reason_of(visit, make_share(allowed_networks=share), client) == reason
    assert AuditEvent.objects.filter(reason="network").count() == (reason == "network")


@pytest.mark.parametrize(("policy", "reason"), [("deny", "owner"), ("allow", "")])
def test_an_owner_who_may_no_longer_log_in(settings, policy, reason):
    settings.OSS_SHARE = {"OWNER_DEACTIVATED": policy}
    ann = make_user("ann")
    share = make_share(created_by=ann, created_by_label="ann")
    assert visit(share)
    ann.is_active = False
    ann.save()
    assert reason_of(visit, share) == reason
    ann.delete()
    assert reason_of(visit, share) == reason
    shares.hand_over(share, make_user("bob"))
    assert visit(share)


def test_a_share_that_code_made_for_nobody_opens():
    assert visit(make_share())


def test_unlocking():
    share = make_share(password=PASSWORD)
    unlocked = access.unlock(tokens.make(share), PASSWORD, VISITOR)
    assert unlocked.max_age == 3600
    assert visit(share, mark=unlocked.mark).share == share
    assert unlocked.visit.share == share
    assert [event.action for event in AuditEvent.objects.order_by("id")] == ["unlocked"]
    assert not PasswordAttempt.objects.exists()


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", "\ud800", "x" * 1025])
def test_a_wrong_password(password):
    share = make_share(password=PASSWORD)
    with pytest.raises(Denied) as caught:
        access.unlock(tokens.make(share), password, VISITOR)
    assert (caught.value.reason, caught.value.status) == ("wrong_password", 403)
    event = AuditEvent.objects.get()
    assert (event.action, event.reason) == (Action.UNLOCK_FAILED, "wrong_password")
    assert PasswordAttempt.objects.count() == 1


def test_a_password_of_a_megabyte_is_not_hashed(monkeypatch):
    monkeypatch.setattr("django_oss_share.services.access.opening.check_password", lambda *args: 1 / 0)
    assert reason_of(access.unlock, tokens.make(make_share(password=PASSWORD)), "x" * 10**6, VISITOR)


def test_a_share_without_a_password_unlocks():
    share = make_share()
    assert access.unlock(tokens.make(share), "", VISITOR).visit.share == share


@pytest.mark.parametrize("reason", [reason for reason in STATUSES if reason != "password"])
def test_a_closed_share_is_not_unlocked(reason):
    share = closed()[reason]
    Share.objects.update(password=make_share(password=PASSWORD).password)
    assert reason_of(access.unlock, tokens.make(share), PASSWORD, VISITOR) == reason
    assert not PasswordAttempt.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda share: shares.set_password(share, PASSWORD),
        lambda share: shares.set_password(share, "another password"),
        shares.rotate,
    ],
    ids=["same password", "other password", "new link"],
)
def test_a_mark_dies_with_the_password_and_the_link(change):
    share = make_share(password=PASSWORD)
    mark = access.unlock(tokens.make(share), PASSWORD, VISITOR).mark
    change(share)
    assert reason_of(visit, share, mark=mark) == "password"


def test_a_mark_opens_its_own_share_for_its_time():
    now = timezone.now()
    share, other = make_share(password=PASSWORD), make_share(password=PASSWORD)
    mark = access.unlock(tokens.make(share), PASSWORD, VISITOR, now=now).mark
    assert reason_of(visit, other, mark=mark) == "password"
    assert visit(share, mark=mark, now=now + timedelta(minutes=59))
    assert reason_of(visit, share, mark=mark, now=now + HOUR) == "password"
    for position in range(len(mark)):
        forged = mark[:position] + ("A" if mark[position] != "A" else "B") + mark[position + 1 :]
        assert reason_of(visit, share, mark=forged) == "password"
    for forged in ("", "x", mark + "=", "é" * 32, mark * 2):
        assert reason_of(visit, share, mark=forged) == "password"


def test_a_mark_outlives_an_extension():
    share = make_share(password=PASSWORD)
    mark = access.unlock(tokens.make(share), PASSWORD, VISITOR).mark
    shares.extend(share, timedelta(days=2))
    assert visit(share, mark=mark)


def test_marks_survive_a_new_key_for_as_long_as_the_old_one_is_kept(settings):
    share = make_share(password=PASSWORD)
    mark = access.unlock(tokens.make(share), PASSWORD, VISITOR).mark
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert visit(share, mark=mark)
    settings.SECRET_KEY_FALLBACKS = []
    assert reason_of(visit, share, mark=mark) == "password"


def test_a_view_is_recorded_with_its_visitor(django_capture_on_commit_callbacks):
    heard = []

    def receiver(event, **kwargs):
        heard.append(event)

    user = make_user("bob")
    signals.share_viewed.connect(receiver)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            access.record_view(visit(make_share(), user=user))
    finally:
        signals.share_viewed.disconnect(receiver)
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_label, event.address) == (Action.VIEWED, "bob", "203.0.113.7")
    assert heard == [event]


def test_an_anonymous_user_is_nobody():
    access.record_view(visit(make_share(), user=AnonymousUser()))
    assert AuditEvent.objects.get().actor_id is None


@pytest.mark.parametrize("error", [OperationalError("server closed the connection")])
def test_a_database_that_is_down(monkeypatch, error, caplog):
    def fail(*args, **kwargs):
        raise error

    share = make_share()
    monkeypatch.setattr("django_oss_share.services.access.opening.share_by_public_id", fail)
    with pytest.raises(Denied) as caught:
        visit(share)
    assert (caught.value.reason, caught.value.status, caught.value.retry_after) == ("unavailable", 503, 30)
    assert "server closed the connection" in caplog.text


def test_no_repr_of_a_visit_shows_what_opens_or_whence():
    share = make_share(password=PASSWORD)
    unlocked = access.unlock(tokens.make(share), PASSWORD, VISITOR)
    shown = repr(unlocked) + repr(unlocked.visit)
    for secret in (unlocked.mark, tokens.make(share), share.public_id, "203.0.113.7"):
        assert secret not in shown
