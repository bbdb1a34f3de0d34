"""What was chosen to be exported, on its way from a list to the form and from the form back here."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ..services.exports.sources import Objects, Shares

#: Characters: each may take three bytes on its way, and 2.5 MB is what Django takes (DATA_UPLOAD_MAX_MEMORY_SIZE).
MAX_LENGTH = 800_000
# Beyond what a database counts up to.
_PAST_ALL = 2**63
# Which no page can show.
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Choice:
    """Shares by their ids, or objects and folders of a storage by their keys; nothing: the form asks."""

    shares: tuple[int, ...] = ()
    storage: str = ""
    keys: tuple[str, ...] = ()

    @classmethod
    def of_keys(cls, storage: str, keys: Sequence[str]) -> Choice:
        return cls(storage=storage, keys=tuple(keys))

    @property
    def folder(self) -> str | None:
        """The one folder that was chosen, of which the form can ask more; else None."""
        return self.keys[0] if len(self.keys) == 1 and self.keys[0].endswith("/") else None

    @property
    def source(self) -> Shares | Objects:
        return Shares(self.shares) if self.shares else Objects(self.keys)

    def __bool__(self) -> bool:
        return bool(self.shares or self.keys)

    def __str__(self) -> str:
        """In ASCII without line ends, which browsers would change."""
        if not self:
            return ""
        return json.dumps({"shares": self.shares} if self.shares else {"storage": self.storage, "keys": self.keys})


class ChoiceField(forms.CharField):
    """A :class:`Choice` that the page carries along."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, max_length=MAX_LENGTH, strip=False)

    def clean(self, value: Any) -> Any:
        return _read(super().clean(value))


def _read(text: str) -> Choice:
    try:
        given = json.loads(text) if text else {}
        choice = Choice(tuple(given.pop("shares", ())), given.pop("storage", ""), tuple(given.pop("keys", ())))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise _malformed() from None
    if given or (choice.shares and choice.keys) or not _is_possible(choice):
        raise _malformed()
    return choice


def _is_possible(choice: Choice) -> bool:
    texts = (choice.storage, *choice.keys)
    return all(isinstance(text, str) and not _SURROGATE.search(text) for text in texts) and all(
        type(each) is int and 0 < each < _PAST_ALL for each in choice.shares
    )


def _malformed() -> forms.ValidationError:
    return forms.ValidationError(_("What was chosen got lost on the way; choose it again."))
