"""Shares whose storage signs with a role."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
from django.db import transaction

from django_oss_share.models import Share
from django_oss_share.services import access, shares, tokens
from django_oss_share.services.clients import Client
from django_oss_share.testing import Fault, Kind

pytestmark = pytest.mark.django_db(transaction=True)


def issue(share):
    return access.issue(access.open_share(tokens.make(share), Client()))


def test_a_share_lives_longer_than_any_token(role):
    share = shares.create(key="reports/q3.pdf")
    link = issue(share)
    assert urlopen(link.url).read() == b"the third quarter"
    assert not link.clipped
    assert share.expires_at.timestamp() > role.token.ends_at + 86_400


def test_sts_down_and_no_token_is_a_503_with_retry_after(role, oss_emulator):
    share = shares.create(key="reports/q3.pdf", check=False, max_downloads=1)
    oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
    with pytest.raises(access.Denied) as caught:
        issue(share)
    assert caught.value.status == 503
    assert 1 <= caught.value.retry_after <= 3
    assert Share.objects.get().downloads == 0


def test_within_the_callers_transaction(role, oss_emulator):
    share = shares.create(key="reports/q3.pdf", check=False)
    with transaction.atomic():
        shares.update(share, note="being changed")
        link = issue(share)
    assert urlopen(link.url).status == 200
    assert oss_emulator.calls["AssumeRole"] == 1
