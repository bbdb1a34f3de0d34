"""Hotlink protection of a bucket: shown, tried out, and changed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from ..oss.referer import RefererRule
from .bucket_changes import on_record
from .clients import Client
from .errors import Unconfirmed
from .objects import storage_of
from .policy import require_set_access
from .reach import require_reach

if TYPE_CHECKING:
    from ..oss.bucket_access import AccessClient


def rule_of(storage: str, *, by: Any = None) -> RefererRule:
    """The rule of the storage's bucket.

    :raises NotAllowed: ``by`` does not reach all of the bucket. :raises ServiceError: OSS does not tell.
    """
    require_reach(by, storage, "")
    return _connected(storage).referer_rule()


def warnings(rule: RefererRule) -> list[str]:
    """Whom ``rule`` shuts out that few would think of; to be confirmed."""
    if not rule.refuses_empty:
        return []
    return [
        _(
            "Those who send no Referer are refused: whoever types or pastes a link, curl and download programs, mail "
            "programs, and every visitor of a share, since its pages send none so that no link is given away."
        )
    ]


def set_rule(
    storage: str, rule: RefererRule, *, confirmed: bool = False, by: Any = None, client: Client | None = None
) -> RefererRule:
    """Put ``rule`` in place of the bucket's; which that was. One without patterns refuses nobody.

    :param confirmed: somebody has read :func:`warnings`.
    :raises NotAllowed: ``by`` lacks a permission, or does not reach all of the bucket.
    :raises InvalidArgument: a pattern that matches nothing, or too many.
    :raises Unconfirmed: it shuts visitors out. :raises ServiceError: OSS refuses it.
    """
    require_set_access(by)
    require_reach(by, storage, "")
    rule.checked()
    if not confirmed and (to_confirm := warnings(rule)):
        raise Unconfirmed("The Referer rule", to_confirm)
    oss = _connected(storage)
    before = oss.referer_rule()
    with on_record({"referer": [asdict(before), asdict(rule)]}, actor=by, client=client, storage=storage):
        oss.set_referer_rule(rule)
    return before


def _connected(storage: str) -> AccessClient:
    backend = storage_of(storage)
    # The SDK takes half a second to import, which only whoever asks has to spend.
    from ..oss.bucket_access import AccessClient

    return backend.connected(AccessClient)
