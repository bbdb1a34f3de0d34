from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone
from shares.factories import make_share, make_user, visit

from django_oss_share.models import Notification
from django_oss_share.services import access, notifications, shares, tokens

from .mailing import LOCMEM, SMTP, mail_by

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def told(settings):
    settings.OSS_SHARE = {"NOTIFY_OWNER": ["issued", "revoked"]}
    mail_by(settings, LOCMEM)


@pytest.fixture
def owner():
    return make_user("ann", email="ann@example.com")


def test_the_owner_learns_of_a_download_once_an_hour(owner):
    share = make_share(created_by=owner, name="Third\r\nquarter")
    access.issue(visit(share))
    access.issue(visit(share))
    assert notifications.deliver().sent == 1
    (message,) = mail.outbox
    assert message.to == ["ann@example.com"]
    assert message.subject == "Third quarter: link handed out"
    assert "reports/q3.pdf" in message.body and "203.0.113.7" in message.body
    assert tokens.make(share) not in message.body and "x-oss-signature" not in message.body


def test_a_later_download_is_told_again(owner):
    share = make_share(created_by=owner)
    access.issue(visit(share))
    notifications.deliver()
    Notification.objects.update(created_at=timezone.now() - timedelta(hours=2))
    access.issue(visit(share))
    assert notifications.deliver().sent == 1


@pytest.mark.parametrize("fields", [{"email": ""}, {"email": "ann@example.com", "is_active": False}])
def test_nobody_to_write_to(fields):
    share = make_share(created_by=make_user("ann", **fields))
    shares.revoke(share)
    assert not Notification.objects.exists()


def test_nobody_is_told_of_their_own_doing(owner):
    shares.revoke(make_share(created_by=owner), by=owner)
    assert not Notification.objects.exists()


def test_other_actions_are_not_told(owner):
    shares.extend(make_share(created_by=owner), timedelta(days=3))
    assert not Notification.objects.exists()


def test_a_mail_server_that_is_down_is_tried_again(owner, settings):
    mail_by(settings, SMTP, host="127.0.0.1", port=9)
    shares.revoke(make_share(created_by=owner))
    assert notifications.deliver().put_off == 1
    mail_by(settings, LOCMEM)
    assert notifications.deliver(now=timezone.now() + timedelta(minutes=1)).sent == 1


def test_a_server_that_is_down_is_tried_once_a_run(owner, settings, monkeypatch):
    mail_by(settings, SMTP, host="127.0.0.1", port=9)
    tried = []
    send = EmailMessage.send
    monkeypatch.setattr(EmailMessage, "send", lambda self, **kwargs: (tried.append(self), send(self, **kwargs))[1])
    for _ in range(3):
        shares.revoke(make_share(created_by=owner))
    assert notifications.deliver().put_off == 3
    assert len(tried) == 1


def test_one_refused_recipient_keeps_nobody_from_their_mail(owner, monkeypatch):
    send = EmailMessage.send

    def refuse_ann(self, **kwargs):
        if self.to == ["ann@example.com"]:
            raise SMTPRecipientsRefused({})
        return send(self, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", refuse_ann)
    shares.revoke(make_share(created_by=owner))
    shares.revoke(make_share(created_by=make_user("bob", email="bob@example.com")))
    done = notifications.deliver()
    assert (done.sent, done.put_off) == (1, 1)


def test_a_backend_of_the_projects_own_may_raise_anything(owner, monkeypatch, caplog):
    def fail(self, **kwargs):
        raise ZeroDivisionError

    shares.revoke(make_share(created_by=owner))
    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", fail)
        assert notifications.deliver().put_off == 1
    assert Notification.objects.get().error == "ZeroDivisionError; see the log."
    assert "ZeroDivisionError" in caplog.text
    assert notifications.deliver(now=timezone.now() + timedelta(minutes=1)).sent == 1
