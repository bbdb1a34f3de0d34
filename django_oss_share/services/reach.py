"""Which part of a storage a user reaches at all: folders by group, or by a function of the project's.

::

    OSS_SHARE = {"GROUPS": {"sales": {"PREFIXES": ["sales/", "public/"]}}}
    OSS_SHARE = {"PREFIXES": "intranet.rules.folders_of"}     # def folders_of(user, storage) -> list[str] | None
"""

from __future__ import annotations

from typing import Any

from ..conf import conf, folders
from .errors import NotAllowed
from .policy import groups_of


def prefixes_of(user: Any, storage: str) -> tuple[str, ...] | None:
    """The folders of ``storage`` that the user reaches, all that is below them included; None: everything.

    Code (``user=None``) and superusers reach everything; who is in several groups reaches what any of them does.
    """
    if user is None or getattr(user, "is_superuser", False):
        return None
    rules = [conf.reach(group) for group in groups_of(user) if "PREFIXES" in group] or [conf.prefixes]
    reached = [folders(rule(user, storage)) if callable(rule) else rule for rule in rules]
    return None if None in reached else tuple(dict.fromkeys(each for part in reached for each in part or ()))


def may_reach(user: Any, storage: str, key: str) -> bool:
    """Whether the object, or the folder with all below it, is the user's to reach."""
    prefixes = prefixes_of(user, storage)
    return prefixes is None or key.startswith(prefixes)


def require_reach(user: Any, storage: str, *keys: str) -> None:
    """:raises NotAllowed: one of the objects or folders is out of the user's reach, or only partly in it."""
    prefixes = prefixes_of(user, storage)
    if prefixes is None:
        return
    for key in keys:
        if not key.startswith(prefixes):
            allowed = ", ".join(map(repr, prefixes)) or "none"
            raise NotAllowed(
                f"{user.get_username()} does not reach {key!r} in storage {storage!r}; allowed are the folders: "
                f"{allowed}."
            )


def steps_below(user: Any, storage: str, folder: str) -> list[str] | None:
    """The folders directly in ``folder`` by which the user comes to what they reach, where they do not reach itself.

    None: they do.
    """
    prefixes = prefixes_of(user, storage)
    if prefixes is None or folder.startswith(prefixes):
        return None
    below = (each[len(folder) :].partition("/")[0] for each in prefixes if each.startswith(folder))
    return sorted({f"{folder}{name}/" for name in below})
