"""Links that a CDN checks, as far as they show it themselves."""

from __future__ import annotations

from ...oss.cdn import DEFAULT_VALIDITY
from ...oss.reading import CDNSignature
from ...oss.reading.words import moment, span
from .case import Case
from .causes import Cause, Judgement


def judge(case: Case) -> Judgement | None:
    """None: nothing is wrong with it, or no CDN signed it."""
    signature = case.cdn_signature
    if signature is None:
        return None
    end = signature.expires_at(validity(case))
    if case.now > end:
        return Judgement(
            Cause.LINK_EXPIRED,
            f"The CDN's signature (type {signature.type}) ended on {moment(end)}, "
            f"{span((case.now - end).total_seconds())} ago{_counted(case)}.",
            "Make a new link; a share signs anew at each visit.",
        )
    if case.cdn is None:
        return None
    if signature.type != case.cdn.scheme.type:
        return Judgement(
            Cause.TAMPERED,
            f"It is signed by type {signature.type}, but the CDN is set up for type {case.cdn.scheme.type}.",
            f"Sign with the type that the CDN checks: set type in the option cdn of STORAGES[{case.alias!r}].",
        )
    if not signature.is_of(case.cdn.key):
        return Judgement(
            Cause.TAMPERED,
            "The CDN's signature is not that of this path and time: one of them was changed, or another key signed it.",
            "Copy the link again from where it was made; else compare the key with the CDN's console.",
        )
    return None


def nothing(case: Case, signature: CDNSignature) -> Judgement:
    """What is to be said of one that is in order."""
    until = f"until {moment(signature.expires_at(validity(case)))}"
    if case.cdn is None:
        explanation = f"Nothing wrong is to be seen: a link of a CDN, type {signature.type}, {until}{_counted(case)}."
        return Judgement(Cause.OK, f"{explanation} Its signature was not checked: no storage has a CDN of that domain.")
    return Judgement(Cause.OK, f"The CDN's signature (type {signature.type}) is right, and the link is good {until}.")


def validity(case: Case) -> int:
    """Seconds that the CDN adds to the time of a link."""
    return case.cdn.scheme.validity if case.cdn else DEFAULT_VALIDITY


def _counted(case: Case) -> str:
    return "" if case.cdn else f" (with the CDN's usual {DEFAULT_VALIDITY:,} seconds; it may be set to others)"
