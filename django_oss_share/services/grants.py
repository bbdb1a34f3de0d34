"""Temporary credentials for somebody else: a folder of a bucket, some actions, some hours; shown once.

::

    issued = grants.create("incoming/acme/", actions=("list", "put"), duration=7200, recipient="Acme", by=user)
    issued.shell, issued.python
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ..models import Action, Grant
from ..oss import Credentials, Endpoint, InvalidArgument
from ..oss.session_policy import check_actions, session_policy
from ..oss.validate import lifetime
from ..providers import UnknownProvider, further_credentials
from ..storage import OSSStorage
from . import audit, objects, snippets
from .errors import NotAllowed
from .policy import GRANT
from .reach import require_reach
from .transactions import atomic

_SESSION_NAME = "django-oss-share-grant"


@dataclass(frozen=True, slots=True)
class Issued:
    """What was granted, and the credentials, which are kept nowhere.

    :ivar endpoint: where the recipient finds the bucket.
    """

    grant: Grant
    credentials: Credentials
    endpoint: Endpoint

    @property
    def shell(self) -> str:
        """What to paste into a shell, ending in an ossutil command."""
        return snippets.shell(self.credentials, self.endpoint, self.grant.bucket, self.grant.prefix, self.grant.actions)

    @property
    def python(self) -> str:
        """A script with the official SDK, which takes the credentials from that shell's environment."""
        return snippets.python(self.endpoint, self.grant.bucket, self.grant.prefix, self.grant.actions)


def create(
    prefix: str,
    *,
    recipient: str,
    actions: Iterable[str] = ("list", "get"),
    duration: int | timedelta = 3600,
    storage: str = "default",
    credentials: str | None = None,
    note: str = "",
    by: Any = None,
) -> Issued:
    """Credentials that may do ``actions`` below ``prefix`` for ``duration``, and the record of it.

    :param prefix: a folder in the storage, ending in a slash.
    :param recipient: whom they are for; for the record.
    :param actions: of ``list``, ``get``, ``put`` and ``copy``.
    :param duration: seconds or a timedelta, 900 to 43,200 seconds and no more than the role's own maximum.
    :param credentials: the ``assume_role`` set whose role is assumed; the storage's own by default.
    :param by: the user who grants; None for code.
    :raises NotAllowed: ``by`` lacks the permission, or does not reach the folder.
    :raises InvalidArgument: a bad input, named. :raises UnknownStorage: no such storage.
    :raises UnknownProvider: no set of credentials that assumes a role.
    :raises RefreshFailed: STS refused, or did not answer; nothing was granted.
    """
    if by is not None and not by.has_perm(GRANT):
        raise NotAllowed("Granting temporary access needs the permission 'oss_share.grant_access'.")
    backend = objects.storage_of(storage)
    require_reach(by, storage, prefix)
    key_prefix = backend.object_key(prefix)
    grant = Grant(
        created_by=by,
        created_by_label=by.get_username()[:150] if by else "",
        recipient=_checked("recipient", recipient, 200, least=1),
        note=_checked("note", note, 2000),
        storage=storage,
        bucket=backend.bucket_name,
        prefix=key_prefix,
        actions=list(check_actions(actions)),
        duration=lifetime(duration, maximum=None),
    )
    given = further_credentials(
        credentials or _own_credentials(storage, backend),
        session_name=_SESSION_NAME,
        duration=grant.duration,
        policy=session_policy(grant.bucket, key_prefix, grant.actions),
    )
    _record(grant, given)
    return Issued(grant, given, backend.tool_endpoint)


def _record(grant: Grant, given: Credentials) -> None:
    assert given.expiration is not None  # noqa: S101 - of STS
    grant.expires_at, grant.access_key_id = given.expiration, given.access_key_id
    with atomic():
        grant.save()
        audit.record(
            Action.GRANTED,
            actor=grant.created_by,
            storage=grant.storage,
            key=grant.prefix,
            data={
                "grant": grant.pk,
                "recipient": grant.recipient,
                "actions": grant.actions,
                "until": given.expiration.isoformat(),
                "access_key_id": given.access_key_id,
            },
        )


def _own_credentials(alias: str, backend: OSSStorage) -> str:
    if not isinstance(backend.credentials, str):
        raise UnknownProvider(
            f"The storage {alias!r} signs with a key pair, which cannot be limited: name a set of "
            "OSS_SHARE['CREDENTIALS'] with the provider 'assume_role' (credentials=...)."
        )
    return backend.credentials


def _checked(field: str, text: str, most: int, *, least: int = 0) -> str:
    text = text.strip()
    if not least <= len(text) <= most or any(character < " " and character not in "\r\n\t" for character in text):
        raise InvalidArgument(
            f"{field} must have {least} to {most} characters and no control characters.", field=field, value=text[:80]
        )
    return text
