from __future__ import annotations

import pytest
from django.core import mail
from django.core.management.base import CommandError
from notifications.mailing import LOCMEM, mail_by
from shares.factories import make_share, make_user

from django_oss_share.services import shares


@pytest.mark.django_db(transaction=True)
def test_what_is_due_is_sent(run, settings):
    settings.OSS_SHARE = {"NOTIFY_OWNER": ["revoked"]}
    mail_by(settings, LOCMEM)
    shares.revoke(make_share(created_by=make_user("ann", email="ann@example.com")))
    assert not mail.outbox
    assert run("oss_notify") == "1 sent, 0 put off, 0 given up.\n"
    assert run("oss_notify") == "0 sent, 0 put off, 0 given up.\n"
    assert len(mail.outbox) == 1


def test_settings_that_cannot_be_read_are_told_in_one_line(run, settings):
    settings.OSS_SHARE = {"RETENTION": "a year"}
    with pytest.raises(CommandError, match="RETENTION"):
        run("oss_notify")
