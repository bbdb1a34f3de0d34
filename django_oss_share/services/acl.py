"""Who reads an object without a signature: ACLs of objects and buckets, shown and, after a warning, changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..oss import InvalidArgument
from . import inputs
from .bucket_changes import on_record
from .clients import Client
from .errors import Unconfirmed
from .objects import storage_of
from .policy import require_set_access
from .reach import require_reach

if TYPE_CHECKING:
    from ..oss.bucket_access import AccessClient


class ACL(models.TextChoices):
    """What OSS takes for a bucket, and for an object beside ``default``."""

    PRIVATE = "private", gettext_lazy("private: only signed links open it")
    PUBLIC_READ = "public-read", gettext_lazy("public read: everybody reads it")
    PUBLIC_READ_WRITE = "public-read-write", gettext_lazy("public read and write: everybody reads and replaces it")


class ObjectACL(models.TextChoices):
    """What OSS takes for an object."""

    DEFAULT = "default", gettext_lazy("as the bucket")
    PRIVATE = ACL.PRIVATE.value, ACL.PRIVATE.label
    PUBLIC_READ = ACL.PUBLIC_READ.value, ACL.PUBLIC_READ.label
    PUBLIC_READ_WRITE = ACL.PUBLIC_READ_WRITE.value, ACL.PUBLIC_READ_WRITE.label


@dataclass(frozen=True, slots=True)
class Access:
    """Who reads an object, as its ACL and the bucket's have it; policies may open or forbid more.

    :ivar acl: the object's own, or ``default``; of the bucket itself, the bucket's.
    """

    acl: str
    bucket_acl: str

    @property
    def effective(self) -> str:
        return self.bucket_acl if self.acl == ObjectACL.DEFAULT else self.acl

    @property
    def is_public(self) -> bool:
        """Whether everybody who knows the address reads it."""
        return self.effective != ACL.PRIVATE


def access_to(storage: str, key: str = "", version_id: str = "", *, by: Any = None) -> Access:
    """Who reads an object, or without ``key`` the objects of the bucket that have no ACL of their own.

    :raises NotAllowed: ``by`` does not reach it. :raises ObjectNotFound: there is none.
    :raises InvalidArgument: a version of nothing. :raises ServiceError: OSS does not tell.
    """
    require_reach(by, storage, key)
    version_id = inputs.checked_version(version_id)
    if version_id and not key:
        raise InvalidArgument(
            f"version_id={version_id!r} is of no object; name its key.", field="version_id", value=version_id
        )
    path, client = _connected(storage, key)
    of_bucket = client.bucket_acl()
    return Access(client.object_acl(path, version_id=version_id or None) if key else of_bucket, of_bucket)


def warnings(acl: str, now: Access, *, of_bucket: bool) -> list[str]:
    """What ``acl`` brings about that is to be confirmed; nothing, where it opens nothing.

    :param now: who reads it at present.
    """
    wanted = acl if of_bucket or acl != ObjectACL.DEFAULT else now.bucket_acl
    if wanted == ACL.PRIVATE or wanted == now.effective:
        return []
    found = [
        _(
            "Everybody who has or guesses an address reads every object of the bucket that has no ACL of its own, and "
            "lists their names."
        )
        if of_bucket
        else _("Everybody who has or guesses the address reads the object."),
        _(
            "That needs no signature, has no end, and is on your bill. No share, password or limit protects it any "
            "more. A CDN in front of the private bucket gives addresses that last without that."
        ),
    ]
    if wanted == ACL.PUBLIC_READ_WRITE:
        found.append(_("And everybody may replace it with anything, and delete it."))
    return found


def set_acl(
    storage: str,
    key: str,
    acl: str,
    *,
    version_id: str = "",
    confirmed: bool = False,
    by: Any = None,
    client: Client | None = None,
) -> Access:
    """Change who reads the object ``key``, or with ``""`` the bucket; what it was before.

    :param confirmed: somebody has read :func:`warnings`.
    :raises NotAllowed: ``by`` lacks a permission, or does not reach it.
    :raises InvalidArgument: an ACL that OSS does not have. :raises Unconfirmed: it opens something to everybody.
    :raises ObjectNotFound: there is no such object. :raises PermissionDenied: of OSS; also where the account blocks
        public access. :raises Unreachable: no answer; it may have been done, and the row says so.
    """
    require_set_access(by)
    require_reach(by, storage, key)
    inputs.checked_choice("acl", acl, ObjectACL if key else ACL)
    before = access_to(storage, key, version_id)
    if not confirmed and (to_confirm := warnings(acl, before, of_bucket=not key)):
        raise Unconfirmed(f"ACL {acl!r}", to_confirm)
    path, oss = _connected(storage, key)
    facts = {"acl": [before.acl, acl], "of": "object" if key else "bucket"}
    if version_id:
        facts["version_id"] = version_id
    with on_record(facts, actor=by, client=client, storage=storage, key=key):
        if key:
            oss.set_object_acl(path, acl, version_id=version_id or None)
        else:
            oss.set_bucket_acl(acl)
    return before


def _connected(storage: str, key: str) -> tuple[str, AccessClient]:
    backend = storage_of(storage)
    # The SDK takes half a second to import, which only whoever asks has to spend.
    from ..oss.bucket_access import AccessClient

    return backend.object_key(inputs.checked_key(key)) if key else "", backend.connected(AccessClient)
