"""Addresses of the admin's pages, and what they say."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from shares.factories import make_user

from django_oss_share.models import AuditEvent, Share

LIST = "admin:oss_share_share_changelist"


def log_in(name: str, *permissions: str, **fields: Any) -> tuple[Client, Any]:
    """A client of a new user of the staff with these permissions, and the user."""
    user = make_user(name, *permissions, is_staff=True, **fields)
    client = Client(REMOTE_ADDR="203.0.113.7", headers={"User-Agent": "Firefox", "Accept-Language": "en"})
    client.force_login(user)
    return client, user


def shares_list() -> str:
    return reverse(LIST)


def page_of(share: Share) -> str:
    return reverse("admin:oss_share_share_change", args=[share.pk])


def body(response: Any) -> str:
    assert response.status_code == 200, response
    return str(response.content.decode())


def messages_of(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def last_event(**which: Any) -> AuditEvent:
    return AuditEvent.objects.filter(**which).order_by("-id")[0]
