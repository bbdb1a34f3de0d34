"""Saying no: a page for people, a line for programs that ask for one, each with the status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..services.access import Denied, Reason
from .pages import page, same_page

#: What to do about it; nothing here tells anything of the share.
ADVICE: Mapping[Reason, str | Promise] = {
    Reason.UNKNOWN: _("Check that the whole address was copied: the end of a long link is easily lost."),
    Reason.REVOKED: _("Whoever shared it has taken it back. Ask them if you still need the file."),
    Reason.EXPIRED: _("Ask whoever shared it to prolong it: this same link will then work again."),
    Reason.EXHAUSTED: _("Ask whoever shared it to allow more downloads: this same link will then work again."),
    Reason.SCHEDULED: _("Come back a little later: this same link will then work."),
    Reason.NETWORK: _("It was shared for certain networks only, such as that of an office. Try it from there."),
    Reason.OWNER: _("Ask a colleague of theirs to take it over: this same link will then work again."),
    Reason.THROTTLED: _("This keeps others from guessing. Nothing is lost: the link works again after the wait."),
    Reason.ITEM: _("It may have been moved or renamed. Look for it in what is shared."),
    Reason.GONE: _("It was deleted or moved after it was shared. Ask whoever shared it. No download was counted."),
    Reason.REPLACED: _("Another file took its place, so this link no longer hands it out. Ask whoever shared it."),
    Reason.ZIP: _("They are too many or too large, or that is not allowed. Download them one by one."),
    Reason.UNAVAILABLE: _("Nothing was counted, and the link stays as it is."),
}


@dataclass(frozen=True, slots=True)
class House:
    """What one kind of public pages has of its own.

    :ivar home: the URL's name of the page that a token leads to. :ivar locked: the template that asks for a password.
    :ivar advice: by reason. :ivar said: by reason, where the usual words would be of something else.
    """

    home: str
    locked: str
    advice: Mapping[Reason, str | Promise]
    said: Mapping[Reason, str | Promise] = field(default_factory=dict)

    def words(self, reason: Reason) -> str:
        """What people read for ``reason``."""
        return str(self.said.get(reason, reason.label))


SHARES = House("oss_share:share", "locked", ADVICE)
_LOCKED = (Reason.PASSWORD, Reason.WRONG_PASSWORD)
#: Where there is a way back to what is shared.
_INSIDE = (Reason.ITEM, Reason.ZIP)
# Of who tries addresses; they say nothing of the one at hand.
_SAME_FOR_ALL = (Reason.UNKNOWN, Reason.THROTTLED)
_PROBLEM = "application/problem+json"
_MEDIA_TYPES = ("text/html", _PROBLEM, "application/json", "text/plain")


def refuse(request: HttpRequest, token: str, denied: Denied, house: House = SHARES) -> HttpResponse:
    """The answer to a visitor who may not have it: HTML, unless another form is asked for by the Accept header."""
    wanted = request.get_preferred_type(_MEDIA_TYPES) or "text/html"
    if wanted == "text/html":
        response = _shown(request, token, denied, house)
    elif wanted == "text/plain":
        response = HttpResponse(f"{house.words(denied.reason)}\n", "text/plain; charset=utf-8", denied.status)
    else:
        response = _problem(denied, house)
    if denied.retry_after:
        response["Retry-After"] = str(denied.retry_after)
    return response


def _shown(request: HttpRequest, token: str, denied: Denied, house: House) -> HttpResponse:
    reason = denied.reason
    if reason in _LOCKED:
        return page(request, house.locked, {"reason": reason, "token": token}, status=denied.status)
    context: dict[str, Any] = {
        "reason": reason,
        "words": house.words(reason),
        "advice": house.advice[reason],
        "wait": _wait(denied.retry_after),
    }
    if denied.share is None and reason in _SAME_FOR_ALL:
        return same_page("denied", f"{reason} {denied.retry_after}", context, status=denied.status)
    if denied.share is not None and reason is Reason.SCHEDULED:
        context["starts_at"] = denied.share.starts_at
    if reason in _INSIDE:
        context["token"] = token
    return page(request, "denied", context, status=denied.status)


def _wait(seconds: int) -> str:
    """In words; "" for none."""
    if seconds > 90:
        return ngettext("%(count)s minute", "%(count)s minutes", -(-seconds // 60)) % {"count": -(-seconds // 60)}
    return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds} if seconds else ""


def _problem(denied: Denied, house: House) -> HttpResponse:
    return problem(house.words(denied.reason), denied.status, code=denied.reason)


def problem(title: str, status: int, **facts: Any) -> HttpResponse:
    """As RFC 9457 has it."""
    facts = {"type": "about:blank", "title": title, "status": status, **facts}
    return JsonResponse(facts, status=status, content_type=_PROBLEM)
