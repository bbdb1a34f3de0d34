"""Making a file request."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ...models import Action, FileRequest
from ...models.share import PUBLIC_ID_BYTES
from ...oss import InvalidArgument
from ...signals import request_created
from .. import audit, inputs
from ..clients import Client
from ..inputs import Expiry
from ..objects import storage_of
from ..policy import policy_of
from ..reach import require_reach
from ..shares import hashed_password
from ..transactions import atomic, send_on_commit
from ..uploads.patterns import checked_patterns
from . import checks
from .permissions import require_request

#: Bytes that a file may have unless the request says otherwise: as many as one PUT carries.
DEFAULT_MAX_SIZE = 5 * 1024**3


def create(
    prefix: str,
    *,
    name: str,
    storage: str = "default",
    created_by: Any = None,
    expires_in: timedelta | int | None = None,
    expires_at: Expiry | None = None,
    password: str | None = None,
    max_files: int | None = None,
    max_size: int = DEFAULT_MAX_SIZE,
    content_types: Iterable[str] = (),
    note: str = "",
    notify: bool = True,
    by: Any = None,
    client: Client | None = None,
    now: datetime | None = None,
) -> FileRequest:
    """A page that takes files for the folder ``prefix``, ending in a slash.

    :param name: what visitors read: what the files are for. :param note: more of it.
    :param created_by: the owner; ``by``, who makes it, is the same unless given.
    :param expires_in: seconds or a timedelta; or ``expires_at``, an aware datetime or NEVER. By default, the policy's.
    :param max_files: how many files it takes altogether; None: no limit. :param max_size: bytes of each.
    :param content_types: such as ``["image/*", "application/pdf", ".docx"]``; empty: any.
    :param notify: whether the owner gets an e-mail when files arrive.
    :raises NotAllowed: ``by`` may not request files, or not there. :raises InvalidArgument: a bad input, named.
    :raises PolicyViolation: an expiry or a password that ``OSS_SHARE`` does not allow.
    """
    password, created_by = inputs.veiled(password), inputs.checked_owner(created_by)
    require_request(by)
    now = now or timezone.now()
    policy = policy_of(by or created_by)
    checked = checks.checked_prefix(prefix)
    storage_of(storage)
    require_reach(by, storage, checked)
    if expires_in is not None and expires_at is not None:
        raise InvalidArgument("expires_in and expires_at exclude each other; keep one.", field="expires_in")
    field = "expires_at" if expires_in is None else "expires_in"
    given = next((each for each in (expires_in, expires_at) if each is not None), policy.default_expiry or inputs.NEVER)
    request = FileRequest(
        public_id=os.urandom(PUBLIC_ID_BYTES).hex(),
        storage=storage,
        prefix=checked,
        name=checks.checked_name(name),
        note=inputs.checked_text("note", note, 2000),
        created_by=created_by,
        created_by_label=created_by.get_username()[:150] if created_by else "",
        created_at=now,
        expires_at=inputs.checked_expiry(given, policy, now, None, field),
        max_files=checks.checked_max_files(max_files),
        max_size=checks.checked_max_size(max_size),
        content_types=checked_patterns(content_types),
        notify=bool(notify),
    )
    request.password = hashed_password(password, by=by or created_by).encoded
    with atomic():
        request.save(force_insert=True)
        facts = {
            "kind": "request",
            "expires_at": request.expires_at and request.expires_at.isoformat(),
            "max_files": request.max_files,
            "max_size": request.max_size,
            "password": request.has_password,
        }
        event = audit.record(
            Action.CREATED,
            request=request,
            actor=by or created_by,
            client=client,
            key=request.prefix,
            data=facts,
            at=now,
        )
        send_on_commit(request_created, file_request=request, event=event)
    return request
