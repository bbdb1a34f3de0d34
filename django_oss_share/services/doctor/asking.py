"""The judgement once OSS was asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from ...oss.reading.keys import other_spellings
from ...oss.validate import check_line
from . import contents
from .answers import error_of, facts
from .case import Case
from .causes import Cause, Judgement
from .clocks import clock_difference, judge_clock, notes_on_clock
from .differences import compared, difference
from .fetching import Answer, Forbidden, NoAnswer, fetch
from .refusals import judge_refusal

#: Keys that are looked for where the one in the link is not there.
_MOST_SPELLINGS = 8
_SAFE = "".join(map(chr, range(0x21, 0x7F)))


_INTERNAL = Judgement(
    Cause.UNREACHABLE,
    "Its host is an internal one, which answers inside its region alone; this machine does not use it.",
    "Link by the public host, network='public'; the signature is the same.",
)


@dataclass(frozen=True, slots=True)
class Heard:
    """:ivar facts: of the answer, fit for JSON."""

    judgement: Judgement
    facts: dict[str, Any] = field(default_factory=dict)


def ask(case: Case, seen: Judgement, *, allow_hosts: Iterable[str], referer: str) -> Heard:
    """Fetch the link, if that changes nothing and may be done.

    :param seen: what the link shows by itself.
    """
    method = _method(case)
    if method not in ("GET", "HEAD"):
        case.notes.append(f"It was not fetched: that would carry the {method} out.")
        return Heard(seen, {"fetched": False})
    # As browsers send it, in ASCII.
    headers = {"Referer": quote(check_line("referer", referer), safe=_SAFE)} if referer else {}
    sent_at = datetime.now(UTC)
    try:
        answer = fetch(case.link, case.known, allow_hosts=allow_hosts, method=method, headers=headers)
    except Forbidden as error:
        case.notes.append(str(error))
        internal = seen.cause is Cause.OK and case.link.place.network == "internal"
        return Heard(_INTERNAL if internal else seen, {"fetched": False})
    except NoAnswer as error:
        return Heard(_unreachable(case, error), {"fetched": True})
    return _heard(case, seen, answer, clock_difference(answer, sent_at))


def _method(case: Case) -> str:
    if case.finding and case.finding.matches:
        return case.finding.method
    names = {name for name, _ in case.link.pairs}
    return "POST" if names & {"uploads", "append"} else "PUT" if "partNumber" in names else "GET"


def _unreachable(case: Case, error: NoAnswer) -> Judgement:
    if case.link.place.network == "internal":
        return Judgement(Cause.UNREACHABLE, str(error), _INTERNAL.cure)
    return Judgement(Cause.UNREACHABLE, str(error), error.hint or "Look at the network, the host and the port.")


def _heard(case: Case, seen: Judgement, answer: Answer, ahead: float | None) -> Heard:
    error = error_of(answer)
    told = {"fetched": True, **facts(answer, error, ahead)}
    case.notes += notes_on_clock(ahead)
    if answer.status in (200, 206, 304):
        judgement = contents.judge(case, answer) or judge_clock(case, ahead) or _works(case, seen)
        return Heard(judgement, told)
    judgement = judge_refusal(case, answer, error, seen)
    if judgement.cause is Cause.NOT_FOUND:
        judgement = contents.judge_missing(case, answer) or _meant(case) or judgement
    lines = compared(case, error)
    return Heard(judgement, {**told, "canonical_request": lines, "difference": difference(lines)})


def _works(case: Case, seen: Judgement) -> Judgement:
    if seen.cause is Cause.LINK_OUTLIVES_TOKEN:
        return seen
    until = case.link.signature.expires_at if case.link.signature else None
    end = f", until {until:%Y-%m-%d %H:%M:%S} UTC" if until else ""
    return Judgement(Cause.OK, f"It opens{end}.")


def _meant(case: Case) -> Judgement | None:
    """Another spelling of the key, under which there is an object."""
    if case.storage is None or not case.key:
        return None
    spellings = list(other_spellings(case.key, case.link.key_path))[:_MOST_SPELLINGS]
    for key, how in spellings:
        if contents.may_look(case, key) and contents.is_there(case, key):
            return Judgement(
                Cause.KEY_ENCODING,
                f"There is no object {case.key!r}, but there is {key!r}: {how}.",
                "Percent-encode the key once, as UTF-8, before it is signed: storage.url(name) does.",
            )
    return None
