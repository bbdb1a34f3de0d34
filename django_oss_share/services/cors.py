"""Which sites' pages may upload into a bucket: a CORS rule, which browsers ask for before they send."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..oss import InvalidArgument
from .bucket_changes import on_record
from .clients import Client
from .objects import storage_of
from .policy import require_set_access
from .reach import require_reach

if TYPE_CHECKING:
    from ..oss.bucket_settings import CORSRule, SettingsClient

_METHODS = ("PUT", "POST")
_HEADERS = ("*",)
# By which a page compares what arrived with what it sent.
_EXPOSED = ("ETag",)
# No browser says the port that goes without saying, so that such a rule would let nobody in.
_ORIGIN = re.compile(r"(?!http:.*:80$|https:.*:443$)https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?").fullmatch


def rules_of(storage: str, *, by: Any = None) -> tuple[CORSRule, ...]:
    """The bucket's rules, in the order in which OSS looks at them.

    :raises NotAllowed: ``by`` does not reach all of the bucket. :raises ServiceError: OSS does not tell.
    """
    require_reach(by, storage, "")
    return _connected(storage).cors()


def allow_uploads(
    storage: str, origins: Iterable[str], *, by: Any = None, client: Client | None = None
) -> tuple[CORSRule, ...]:
    """Let the pages of ``origins`` upload into the bucket; other rules stay. All rules, as they are now.

    :param origins: such as ``https://files.example.com`` or ``https://*.example.com``.
    :raises InvalidArgument: one is none. :raises NotAllowed: ``by`` lacks a permission.
    :raises ServiceError: OSS refuses.
    """
    wanted = [_checked(origin) for origin in origins]
    return _change(storage, lambda allowed: tuple(dict.fromkeys((*allowed, *wanted))), by, client)


def forbid_uploads(
    storage: str, origins: Iterable[str], *, by: Any = None, client: Client | None = None
) -> tuple[CORSRule, ...]:
    """Take back what :func:`allow_uploads` gave; arguments, and what is raised, are the same."""
    unwanted = {_checked(origin) for origin in origins}
    return _change(storage, lambda allowed: tuple(each for each in allowed if each not in unwanted), by, client)


def _change(storage: str, change: Any, by: Any, client: Client | None) -> tuple[CORSRule, ...]:
    from ..oss.bucket_settings import CORSRule

    require_set_access(by)
    require_reach(by, storage, "")
    oss = _connected(storage)
    before = oss.cors()
    ours = next((rule for rule in before if _is_ours(rule)), None)
    allowed = change(ours.origins if ours else ())
    after = tuple(rule for rule in before if rule is not ours)
    if allowed:
        after += (CORSRule(allowed, _METHODS, _HEADERS, _EXPOSED),)
    if after == before:
        return before
    facts = {"cors": [[asdict(rule) for rule in rules] for rules in (before, after)]}
    with on_record(facts, actor=by, client=client, storage=storage):
        oss.set_cors(after)
    return after


def _is_ours(rule: CORSRule) -> bool:
    return (rule.methods, rule.headers, rule.exposed) == (_METHODS, _HEADERS, _EXPOSED)


def _connected(storage: str) -> SettingsClient:
    from ..oss.bucket_settings import SettingsClient

    return storage_of(storage).connected(SettingsClient)


def _checked(origin: str) -> str:
    if not isinstance(origin, str) or _ORIGIN(origin) is None:
        raise InvalidArgument(
            f"origin={origin!r} is no origin of a site; write it as browsers do, such as 'https://files.example.com', "
            "without a path and without the port that goes without saying.",
            field="origins",
            value=origin,
        )
    return origin
