"""Objects' headers changed, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...oss import InvalidArgument
from .. import inputs
from ..clients import Client
from ..errors import NotAllowed
from ..objects import storage_of
from ..policy import GRANT
from ..reach import require_reach
from .outcomes import Outcome
from .wanted import Wanted, checked
from .work import Work

#: Objects changed by one call of :func:`change`.
MAX_KEYS = 1000


def may_change_metadata(user: Any) -> bool:
    """Whether the user may change objects: who may hand out access that writes."""
    return bool(user.has_perm(GRANT))


def describe(storage: str, key: str, *, by: Any = None) -> dict[str, str]:
    """The changeable headers of an object as they are, by lower-case names.

    :raises NotAllowed: ``by`` does not reach it. :raises ObjectNotFound: there is none. :raises ServiceError: OSS.
    """
    from ...oss.rewriting import CHANGEABLE, RewritingClient

    backend = storage_of(storage)
    require_reach(by, storage, key)
    headers = backend.connected(RewritingClient).stored(backend.object_key(inputs.checked_key(key))).headers
    return {name: headers.get(name, "") for name in CHANGEABLE}


def change(
    storage: str,
    keys: Sequence[str],
    wanted: Wanted,
    *,
    version_id: str = "",
    dry_run: bool = False,
    by: Any = None,
    client: Client | None = None,
) -> list[Outcome]:
    """Change the objects ``keys``, each once and with its audit row; what came of each, in their order.

    :param keys: 1 to 1,000 names in the storage. :param version_id: which the object must have now; of one object.
    :param dry_run: only look.
    :raises NotAllowed: ``by`` lacks the permission to grant access, or does not reach a key.
    :raises InvalidArgument: a bad input, named, see its ``field``.
    """
    _require(by)
    if isinstance(keys, str) or not 1 <= len(keys) <= MAX_KEYS:
        raise InvalidArgument(f"keys has {len(keys)} entries; allowed is a list of 1 to {MAX_KEYS}.", field="keys")
    for name, value in (("filename", wanted.filename), ("version_id", version_id)):
        if value and len(keys) > 1:
            raise InvalidArgument(f"{name}={value!r} goes with a single key.", field=name, value=value)
    names = [inputs.checked_key(key, "keys") for key in dict.fromkeys(keys)]
    require_reach(by, storage, *names)
    work = Work(storage, checked(wanted), dry_run=dry_run, by=by, client=client)
    return [work.on(key, inputs.checked_version(version_id)) for key in names]


def change_below(
    storage: str,
    prefix: str,
    wanted: Wanted,
    *,
    dry_run: bool = False,
    by: Any = None,
    client: Client | None = None,
) -> Iterator[Outcome]:
    """:func:`change` for all objects whose names begin with ``prefix``, one after the other as they are asked for.

    What is wrong with the arguments is raised at once.
    """
    _require(by)
    if wanted.filename:
        raise InvalidArgument(f"filename={wanted.filename!r} goes with a single key.", field="filename")
    require_reach(by, storage, prefix)
    work = Work(storage, checked(wanted), dry_run=dry_run, by=by, client=client)
    return work.below(prefix)


def _require(by: Any) -> None:
    if by is not None and not may_change_metadata(by):
        raise NotAllowed(f"{by.get_username() or 'An anonymous user'} lacks the permission {GRANT!r}.")
