"""Rows and visitors, made directly: what the services would refuse can be had here too."""

from __future__ import annotations

import os
from ipaddress import ip_address
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.utils import timezone

from django_oss_share.models import Kind, Share, ShareItem
from django_oss_share.models.lookups import object_digest
from django_oss_share.services import access, tokens
from django_oss_share.services.clients import Client

PASSWORD = "correct horse battery"
VISITOR = Client(ip_address("203.0.113.7"), "Firefox")


def make_user(name: str = "ann", *permissions: str, **fields: Any) -> Any:
    user = get_user_model().objects.create_user(name, **fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def make_share(*, password: str = "", keys: tuple[str, ...] = (), **fields: Any) -> Share:
    """A share that opens, unless ``fields`` say otherwise."""
    fields = {"key": "" if keys else "reports/q3.pdf", "created_at": timezone.now(), **fields}
    share = Share(public_id=os.urandom(9).hex(), password=make_password(password) if password else "", **fields)
    share.object_digest = object_digest(share.storage, share.key)
    if keys:
        share.kind = Kind.SELECTION
    share.save()
    for position, key in enumerate(keys):
        digest = object_digest(share.storage, key)
        ShareItem.objects.create(share=share, position=position, key=key, object_digest=digest)
    return share


def visit(share: Share, client: Client = VISITOR, **more: Any) -> access.Visit:
    return access.open_share(tokens.make(share), client, **more)


def reason_of(function: Any, *args: Any, **kwargs: Any) -> str:
    """Why a call is denied; "" if it is not."""
    try:
        function(*args, **kwargs)
    except access.Denied as denied:
        return denied.reason.value
    return ""
