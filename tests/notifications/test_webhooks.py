from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from shares.factories import make_share, reason_of

from django_oss_share.conf import conf
from django_oss_share.models import AuditEvent, Notification
from django_oss_share.services import access, notifications, shares, tokens
from django_oss_share.services.clients import Client
from django_oss_share.services.notifications import delivery, webhooks
from django_oss_share.services.notifications.delivery import MAX_ATTEMPTS, _taken

from .conftest import SECRET

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_is_told_unless_the_settings_say_so():
    shares.revoke(make_share())
    assert not Notification.objects.exists()


def test_a_change_is_told_signed_and_without_the_link(webhook):
    share = make_share(name="Third quarter")
    shares.revoke(share, reason="sent by mistake")
    assert not webhook.got, "nothing is sent inside the request"
    assert notifications.deliver().sent == 1
    ((headers, body),) = webhook.got
    told = json.loads(body)
    assert told["type"] == "share.revoked"
    assert told["data"]["share"]["label"] == "Third quarter"
    assert told["data"]["reason"] == "sent by mistake"
    assert headers["webhook-id"] == str(AuditEvent.objects.get().pk)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert tokens.make(share).encode() not in body


def test_a_secret_may_be_written_as_standard_webhooks_writes_it(receiver, settings):
    # The worked case of the specification's reference libraries.
    settings.OSS_SHARE = {
        "ALLOW_HTTP": True,
        "WEBHOOKS": [{"URL": receiver.url, "SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}],
    }
    headers = webhooks.signature(conf.webhooks[0], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_only_the_actions_that_were_asked_for(receiver, settings):
    settings.OSS_SHARE = {
        "ALLOW_HTTP": True,
        "WEBHOOKS": [{"URL": receiver.url, "SECRET": SECRET, "ACTIONS": ["denied"]}],
    }
    share = make_share()
    shares.revoke(share)
    assert reason_of(access.open_share, tokens.make(share), Client()) == "revoked"
    notifications.deliver()
    assert [json.loads(body)["type"] for _, body in receiver.got] == ["share.denied"]


def test_what_was_rolled_back_is_not_told(webhook):
    share = make_share()
    with pytest.raises(RuntimeError), transaction.atomic():
        shares.revoke(share)
        raise RuntimeError
    assert not Notification.objects.exists()


@pytest.mark.parametrize("status", [302, 400, 500, 503])
def test_what_is_not_taken_is_tried_again_later_with_the_same_id(webhook, status):
    webhook.answers = [status]
    shares.revoke(make_share())
    assert notifications.deliver().put_off == 1
    message = Notification.objects.get()
    assert message.error == f"The webhook answered {status}."
    assert message.next_try_at > timezone.now() + timedelta(seconds=20)
    assert notifications.deliver().sent == 0, "not yet"
    assert notifications.deliver(now=timezone.now() + timedelta(minutes=1)).sent == 1
    assert len({headers["webhook-id"] for headers, _ in webhook.got}) == 1
    assert len(webhook.got) == 2


def test_it_is_given_up_in_the_end_and_stays_on_record(webhook, caplog):
    webhook.answers = [500] * MAX_ATTEMPTS
    shares.revoke(make_share())
    now = timezone.now()
    for _ in range(MAX_ATTEMPTS):
        done = notifications.deliver(now=now)
        now += timedelta(hours=8)
    assert done.given_up == 1
    assert Notification.objects.given_up().count() == 1
    assert notifications.deliver(now=now).sent == 0
    assert "given up after 12 tries" in caplog.text
    assert webhook.url not in caplog.text


def test_a_receiver_that_is_not_there_costs_no_error(webhook, settings):
    settings.OSS_SHARE = {"ALLOW_HTTP": True, "WEBHOOKS": [{"URL": "http://127.0.0.1:9/hook", "SECRET": SECRET}]}
    shares.revoke(make_share())
    assert notifications.deliver().put_off == 1
    assert "ConnectionRefusedError" in Notification.objects.get().error


def test_a_name_that_leads_into_the_private_network_gets_nothing(webhook, settings):
    hook = {"URL": webhook.url, "SECRET": SECRET}
    shares.revoke(make_share())
    settings.DEBUG = False
    settings.OSS_SHARE = {"ALLOW_HTTP": True, "WEBHOOKS": [hook]}
    message = Notification.objects.get()
    connection = type("Connection", (), {"sock": type("Socket", (), {"getpeername": lambda self: ("10.0.0.5", 443)})()})
    with pytest.raises(PermissionError, match="private address"):
        webhooks._check_peer(connection, "hooks.example.com")
    settings.OSS_SHARE = {**settings.OSS_SHARE, "PRIVATE_ENDPOINT_HOSTS": ["hooks.example.com"]}
    webhooks._check_peer(connection, "hooks.example.com")
    assert message.attempts == 0


def test_a_webhook_that_is_configured_no_more_is_not_called(webhook, settings):
    shares.revoke(make_share())
    settings.OSS_SHARE = {}
    assert notifications.deliver().put_off == 1
    assert not webhook.got


def test_what_was_taken_by_one_is_not_sent_by_another(webhook):
    shares.revoke(make_share())
    now = timezone.now()
    first, second = list(_taken(now, math.inf)), list(_taken(now, math.inf))
    assert (len(first), len(second)) == (1, 0)
    assert notifications.deliver(now=now + timedelta(minutes=3)).sent == 1, "whoever took it was killed"


def test_all_that_is_due_goes_out_in_one_run(webhook, monkeypatch):
    monkeypatch.setattr(delivery, "_PAGE", 2)
    share = make_share()
    for days in range(1, 6):
        shares.extend(share, timedelta(days=days))
    assert notifications.deliver().sent == 5
    assert len(webhook.got) == 5


def test_a_run_ends_in_time_and_the_next_goes_on(webhook):
    shares.revoke(make_share())
    assert notifications.deliver(seconds=0).sent == 0
    assert Notification.objects.get().attempts == 0
    assert notifications.deliver().sent == 1


def test_nobody_waits_behind_one_who_is_down(webhook, settings, monkeypatch):
    dead = {"URL": "http://127.0.0.1:9/hook", "SECRET": SECRET}
    settings.OSS_SHARE = {**settings.OSS_SHARE, "WEBHOOKS": [dead, *settings.OSS_SHARE["WEBHOOKS"]]}
    tried = []
    post = webhooks._post
    monkeypatch.setattr(webhooks, "_post", lambda url, *rest: (tried.append(url), post(url, *rest))[1])
    share = make_share()
    for days in range(1, 4):
        shares.extend(share, timedelta(days=days))
    done = notifications.deliver()
    assert (done.sent, done.put_off) == (3, 3)
    assert tried.count(dead["URL"]) == 1
    assert set(Notification.objects.due(timezone.now() + timedelta(days=1)).values_list("attempts", flat=True)) == {1}


def test_what_was_sent_is_forgotten_with_the_audit(webhook, settings):
    shares.revoke(make_share())
    notifications.deliver()
    settings.OSS_SHARE = {**settings.OSS_SHARE, "RETENTION": timedelta(days=7)}
    notifications.deliver(now=timezone.now() + timedelta(days=8))
    assert not Notification.objects.exists()


def test_old_messages_do_not_pile_up(webhook):
    shares.revoke(make_share())
    notifications.deliver()
    assert Notification.objects.count() == 1
    notifications.deliver(now=timezone.now() + timedelta(days=31))
    assert not Notification.objects.exists()


PRIVATE = ["metadata.google.internal", "hooks", "a.local", "10.0.0.5", "169.254.169.254", "[fd00::1]", "127.0.0.1"]


@pytest.mark.parametrize(
    ("hook", "says"),
    [
        ({"URL": "https://example.com/"}, "'URL', 'SECRET'"),
        ({"URL": "https://example.com/", "SECRET": "s" * 30, "EVENTS": []}, "'URL', 'SECRET'"),
        ({"URL": "https://example.com/", "SECRET": "short"}, "has 5 characters"),
        ({"URL": "https://user:pass@example.com/", "SECRET": "s" * 30}, "https URL of a host"),
        ({"URL": "ftp://example.com/", "SECRET": "s" * 30}, "https URL of a host"),
        ({"URL": "http://example.com/", "SECRET": "s" * 30}, "plain http"),
        ({"URL": "https://example.com:99999/", "SECRET": "s" * 30}, "the port of a URL is malformed"),
        ({"URL": "https://[::1/", "SECRET": "s" * 30}, "the host or"),
        ({"URL": "https://example.com/\u00e9", "SECRET": "s" * 30}, "percent-encoded"),
        ({"URL": "https://example.com/" + "a" * 500, "SECRET": "s" * 30}, "at most 500 characters"),
        ({"URL": "https://example.com/", "SECRET": "whsec_" + "!" * 30}, "not base64"),
        *(({"URL": f"https://{host}/", "SECRET": "s" * 30}, "inside a private network") for host in PRIVATE),
    ],
)
def test_a_webhook_that_is_set_wrongly_is_told_without_its_secrets(settings, hook, says):
    settings.OSS_SHARE = {"WEBHOOKS": [hook]}
    with pytest.raises(ImproperlyConfigured, match=says) as error:
        _ = conf.webhooks
    assert "pass" not in str(error.value) and "sssss" not in str(error.value)


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_webhook_that_is_meant(settings, host):
    settings.OSS_SHARE = {
        "WEBHOOKS": [{"URL": f"https://{host}/", "SECRET": SECRET}],
        "PRIVATE_ENDPOINT_HOSTS": [host.strip("[]").lower()],
    }
    assert conf.webhooks


def test_one_url_has_one_entry(settings):
    hook = {"URL": "https://example.com/hook", "SECRET": SECRET}
    settings.OSS_SHARE = {"WEBHOOKS": [{**hook, "ACTIONS": ["issued"]}, {**hook, "ACTIONS": ["denied"]}]}
    with pytest.raises(ImproperlyConfigured, match="listed twice"):
        _ = conf.webhooks
