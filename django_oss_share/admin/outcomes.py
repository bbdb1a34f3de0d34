"""What came of a step that was taken on many shares: how many, and which were refused, why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Share, State
from ..oss import InvalidArgument, OSSShareError
from ..services.errors import NotAllowed, WrongState

#: Of one reason; the rest is counted.
_NAMED = 5


class Outcomes:
    """Each share is tried by itself; a refused one stays as it was."""

    def __init__(self) -> None:
        self.done = 0
        self._refused: defaultdict[Any, list[tuple[Share, OSSShareError]]] = defaultdict(list)

    def attempt(self, share: Share, change: Callable[[], object]) -> None:
        """Carry out ``change``, or keep what speaks against it."""
        try:
            change()
            self.done += 1
        except (InvalidArgument, WrongState, NotAllowed) as error:
            self._refused[_kind_of(error)].append((share, error))

    @property
    def bad_input(self) -> InvalidArgument | None:
        """What is wrong with what was asked for, if nothing else came of it."""
        if self.done or len(self._refused) != 1:
            return None
        ((_share, error), *_others) = next(iter(self._refused.values()))
        return error if isinstance(error, InvalidArgument) else None

    def tell(self, request: HttpRequest, title: Any, others: int) -> None:
        """In one message a reason.

        :param others: shares that the user may not change, left out from the start.
        """
        if self.done:
            text = ngettext("%(step)s: done for %(count)d share.", "%(step)s: done for %(count)d shares.", self.done)
            messages.success(request, text % {"step": title, "count": self.done})
        for refused in self._refused.values():
            messages.error(request, _refusal(refused))
        if others:
            text = ngettext(
                "%(count)d share is left out: you may not change it.",
                "%(count)d shares are left out: you may not change them.",
                others,
            )
            messages.error(request, text % {"count": others})


def _kind_of(error: OSSShareError) -> Any:
    """By which refusals are told together."""
    if isinstance(error, WrongState):
        return State(error.state)
    return error.field if isinstance(error, InvalidArgument) else NotAllowed


def _refusal(refused: list[tuple[Share, OSSShareError]]) -> str:
    share, error = refused[0]
    if len(refused) == 1:
        return f"{share.label}: {error}"
    names = ", ".join(share.label for share, _error in refused[:_NAMED])
    if len(refused) > _NAMED:
        names = _("%(names)s and %(count)d more") % {"names": names, "count": len(refused) - _NAMED}
    return _("Not done for %(count)d shares (%(why)s): %(names)s") % {
        "count": len(refused),
        "why": _why(error),
        "names": names,
    }


def _why(error: OSSShareError) -> str:
    if isinstance(error, WrongState):
        return str(State(error.state).label)
    return _("they are not yours") if isinstance(error, NotAllowed) else str(error).rstrip(".")
