"""Making a share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from ...conf import conf
from ...models import Action, Disposition, Kind, Mode, Pin, Share, ShareItem
from ...models.lookups import object_digest
from ...models.share import PUBLIC_ID_BYTES
from ...oss import InvalidArgument
from ...oss.errors import ObjectNotFound
from ...signals import share_created
from .. import audit, inputs
from ..clients import Client
from ..errors import PolicyViolation
from ..inputs import Expiry
from ..objects import browse, describe, storage_of
from ..policy import Policy, policy_of, require_share
from ..reach import require_reach
from ..transactions import atomic, send_on_commit

#: Files of one selection; each is asked for when it is made.
MAX_ITEMS = 200


@dataclass(frozen=True, slots=True)
class _Target:
    """One object to share, as it is now."""

    key: str
    version_id: str = ""
    etag: str = ""


def create(
    key: str | None = None,
    *,
    keys: Sequence[str] | None = None,
    prefix: str | None = None,
    storage: str = "default",
    created_by: Any = None,
    expires_in: timedelta | int | None = None,
    expires_at: Expiry | None = None,
    starts_at: datetime | None = None,
    password: str | None = None,
    max_downloads: int | None = None,
    allowed_networks: Iterable[str] = (),
    filename: str | None = None,
    disposition: str = Disposition.ATTACHMENT,
    mode: str = Mode.PAGE,
    version_id: str | None = None,
    pin: str | None = None,
    allow_zip: bool | None = None,
    name: str = "",
    note: str = "",
    check: bool = True,
    public_id: str | None = None,
    by: Any = None,
    client: Client | None = None,
    now: datetime | None = None,
) -> Share:
    """Share an object (``key``), a selection (``keys``), or a folder (``prefix``, ending in a slash).

    :param created_by: the owner; ``by``, who makes it, is the same unless given.
    :param expires_in: seconds or a timedelta; or ``expires_at``, an aware datetime or NEVER. By default, the policy's.
    :param max_downloads: 1 to 2,147,483,647 links handed out altogether; None: no limit.
    :param allowed_networks: from which alone it opens, such as ``["10.0.0.0/8"]``.
    :param filename: to save an object as; its own name unless given.
    :param pin: what happens if another file is stored under the key, see :class:`~django_oss_share.models.Pin`;
        by default the change is reported, and with ``version_id`` that version is served.
    :param allow_zip: whether all files may be had as one zip; as the policy says unless given.
    :param check: whether to ask OSS that the objects are there; without, none can be pinned to its present ETag.
    :param public_id: random, chosen by a caller who might come back after a crash and must not make it twice.
    :raises NotAllowed: ``by`` may not share, or does not reach it.
    :raises InvalidArgument: a bad input, named, see its ``field``.
    :raises PolicyViolation: an expiry, a password or a zip that ``OSS_SHARE`` does not allow.
    :raises ObjectNotFound: there is no such object. :raises ServiceError: OSS does not tell.
    """
    password, version_id = inputs.veiled(password), inputs.checked_version(version_id)
    require_share(by)
    _refuse_inactive(created_by)
    now = now or timezone.now()
    policy = policy_of(by or created_by)
    kind, targets = _targets(key, keys, prefix)
    pin = _checked_pin(pin, kind, version_id, check)
    start = inputs.checked_start(starts_at)
    share = Share(
        public_id=public_id or os.urandom(PUBLIC_ID_BYTES).hex(),
        kind=kind,
        storage=storage,
        pin=pin,
        name=inputs.checked_text("name", name, 200),
        note=inputs.checked_text("note", note, 2000),
        filename=_checked_filename(filename, kind),
        disposition=inputs.checked_choice("disposition", disposition, Disposition),
        mode=_checked_mode(mode, kind),
        allow_zip=_checked_zip(allow_zip, kind, policy),
        created_by=created_by,
        created_by_label=created_by.get_username()[:150] if created_by else "",
        created_at=now,
        starts_at=start,
        expires_at=_end(expires_in, expires_at, policy, now, start),
        max_downloads=inputs.checked_limit(max_downloads),
        allowed_networks=inputs.checked_networks(allowed_networks),
    )
    password = inputs.checked_password(password, policy)
    storage_of(storage)
    require_reach(by, storage, *(target.key for target in targets))
    if check:
        targets = [_seen(storage, target, kind, pin, version_id) for target in targets]
    elif version_id:
        targets = [_Target(target.key, version_id) for target in targets]
    share.password = make_password(password) if password else ""
    return _saved(share, targets, by or created_by, client, now)


def _refuse_inactive(owner: Any) -> None:
    """:raises InvalidArgument: it is no user, or one whose shares open for nobody."""
    if owner is None or inputs.checked_user("created_by", owner).is_active:
        return
    if conf.owner_deactivated == "deny":
        raise InvalidArgument(
            f"created_by={owner.get_username()!r} may not log in, so their share would open for nobody.",
            field="created_by",
        )


def _saved(share: Share, targets: list[_Target], actor: Any, client: Client | None, now: datetime) -> Share:
    items: list[ShareItem] = []
    if share.kind == Kind.SELECTION:
        items = [_item(share, position, target) for position, target in enumerate(targets)]
    else:
        share.key, share.version_id, share.etag = targets[0].key, targets[0].version_id, targets[0].etag
    share.object_digest = object_digest(share.storage, share.key)
    with atomic():
        share.save(force_insert=True)
        ShareItem.objects.bulk_create(items)
        facts: dict[str, Any] = {
            "kind": share.kind,
            "expires_at": share.expires_at and share.expires_at.isoformat(),
            "max_downloads": share.max_downloads,
            "password": share.has_password,
        }
        if items:
            facts["keys"] = [item.key for item in items]
        event = audit.record(Action.CREATED, share=share, actor=actor, client=client, key=share.key, data=facts, at=now)
        send_on_commit(share_created, share=share, event=event)
    return share


def _item(share: Share, position: int, target: _Target) -> ShareItem:
    return ShareItem(
        share=share,
        position=position,
        key=target.key,
        object_digest=object_digest(share.storage, target.key),
        version_id=target.version_id,
        etag=target.etag,
    )


def _targets(key: str | None, keys: Sequence[str] | None, prefix: str | None) -> tuple[Kind, list[_Target]]:
    if sum(given is not None for given in (key, keys, prefix)) != 1:
        raise InvalidArgument("Give exactly one of key, keys and prefix: what to share.", field="key", value=key)
    if key is not None:
        return Kind.OBJECT, [_Target(inputs.checked_key(key))]
    if prefix is not None:
        return Kind.PREFIX, [_Target(inputs.checked_prefix(prefix))]
    if isinstance(keys, str) or not 1 <= len(keys or ()) <= MAX_ITEMS:
        raise InvalidArgument(
            f"keys has {len(keys or ())} entries; allowed is a list of 1 to {MAX_ITEMS}.", field="keys", value=keys
        )
    # In the order given, each once.
    return Kind.SELECTION, [_Target(inputs.checked_key(each, "keys")) for each in dict.fromkeys(keys or ())]


def _seen(storage: str, target: _Target, kind: Kind, pin: str, version_id: str | None) -> _Target:
    if kind == Kind.PREFIX:
        page = browse(storage, target.key, page_size=2)
        if not page.files and not page.folders:
            raise ObjectNotFound(f"There is nothing in the folder {target.key!r} of storage {storage!r}.", status=404)
        return target
    info = describe(storage, target.key, version_id or "")
    version = version_id or (pin == Pin.VERSION and info.version_id) or ""
    if pin == Pin.VERSION and not version:
        raise InvalidArgument(
            f"pin='version': {target.key!r} has no version; the bucket keeps none. Pin its ETag instead.",
            field="pin",
            value=pin,
        )
    return _Target(target.key, version, info.etag)


def _checked_pin(pin: str | None, kind: Kind, version_id: str | None, check: bool) -> str:
    if version_id and kind != Kind.OBJECT:
        raise InvalidArgument(
            f"version_id={version_id!r} goes with key, a single object.", field="version_id", value=version_id
        )
    if kind == Kind.PREFIX:
        if pin not in (None, Pin.NONE):
            raise InvalidArgument(f"pin={pin!r}: a folder cannot be pinned.", field="pin", value=pin)
        return Pin.NONE
    if pin is None:
        return Pin.VERSION if version_id else Pin.REPORT
    inputs.checked_choice("pin", pin, Pin)
    if version_id and pin != Pin.VERSION:
        raise InvalidArgument(f"pin={pin!r} and version_id exclude each other.", field="pin", value=pin)
    if not check and (pin == Pin.ETAG or (pin == Pin.VERSION and not version_id)):
        raise InvalidArgument(f"pin={pin!r} needs check=True, which asks OSS what is there.", field="pin", value=pin)
    return pin


def _checked_mode(mode: str, kind: Kind) -> str:
    inputs.checked_choice("mode", mode, Mode)
    if mode == Mode.DIRECT and kind != Kind.OBJECT:
        raise InvalidArgument(f"mode={mode!r} goes with key, a single object.", field="mode", value=mode)
    return mode


def _checked_filename(filename: str | None, kind: Kind) -> str:
    if filename and kind != Kind.OBJECT:
        raise InvalidArgument(
            f"filename={filename!r} goes with key, a single object.", field="filename", value=filename
        )
    return inputs.checked_filename(filename)


def _checked_zip(allow_zip: bool | None, kind: Kind, policy: Policy) -> bool:
    if allow_zip and not policy.allow_zip:
        raise PolicyViolation(
            "allow_zip=True is not allowed; OSS_SHARE['ALLOW_ZIP'] is off.", field="allow_zip", value=allow_zip
        )
    return kind != Kind.OBJECT and policy.allow_zip and allow_zip is not False


def _end(
    expires_in: timedelta | int | None, expires_at: Expiry | None, policy: Policy, now: datetime, start: datetime | None
) -> datetime | None:
    if expires_in is not None and expires_at is not None:
        raise InvalidArgument("expires_in and expires_at exclude each other; keep one.", field="expires_in")
    if expires_in is not None:
        return inputs.checked_expiry(expires_in, policy, now, start, "expires_in")
    if expires_at is not None:
        return inputs.checked_expiry(expires_at, policy, now, start)
    return inputs.checked_expiry(policy.default_expiry or inputs.NEVER, policy, now, start)
