"""When a link ends: by itself, by its token, and by which clock."""

from __future__ import annotations

from datetime import timedelta

from ...oss.reading.words import moment, span
from ...oss.validate import MAX_V4_SECONDS
from .case import LONGEST_TOKEN, Case
from .causes import Cause, Judgement

#: OSS refuses a V4 link that is dated further ahead.
MAX_SKEW = timedelta(minutes=15)
_NEW_LINK = "Make a new link; a share (manage.py oss_share create) signs anew at each visit."


def from_the_future(case: Case) -> Judgement | None:
    signature = case.link.signature
    if not signature or not signature.signed_at or signature.signed_at - case.now <= MAX_SKEW:
        return None
    ahead = span((signature.signed_at - case.now).total_seconds())
    return Judgement(
        Cause.CLOCK_SKEW,
        f"It is dated {moment(signature.signed_at)}, {ahead} ahead of this machine's clock; OSS takes 15 minutes.",
        "Set the clock of the machine that signs by NTP (or this machine's, if that is the wrong one), and sign anew.",
    )


def expired(case: Case) -> Judgement | None:
    end = case.link.signature.expires_at if case.link.signature else None
    if end is None or case.now <= end:
        return None
    explanation = f"It ended on {moment(end)}, {span((case.now - end).total_seconds())} ago."
    if case.token_ends_by and case.token_ends_by < end:
        explanation += f" Its security token ended even before, by {moment(case.token_ends_by)}."
    return Judgement(Cause.LINK_EXPIRED, explanation, _NEW_LINK)


def token_expired(case: Case) -> Judgement | None:
    signature, end = case.link.signature, case.token_ends_by
    if signature is None or end is None or case.now < end:
        return None
    until = f" though the link promises until {moment(signature.expires_at)}" if signature.expires_at else ""
    how = "" if case.token_ends_at else ", at the latest: no token lives longer than 12 hours"
    return Judgement(
        Cause.TOKEN_EXPIRED,
        f"The security token that signed it ended on {moment(end)}{how},{until}.".replace(",.", "."),
        f"{_NEW_LINK} Links of this package are cut to their token; ask for less than the token lives.",
    )


def too_long(case: Case) -> Judgement | None:
    signature = case.link.signature
    if not signature or not signature.is_too_long:
        return None
    return Judgement(
        Cause.LINK_EXPIRED,
        f"It asks for {signature.expires_in:,} seconds; OSS takes V4 links of at most {MAX_V4_SECONDS:,} (7 days) and "
        "refuses others from the start.",
        f"Ask for at most {MAX_V4_SECONDS:,} seconds, or make a share, which has no such limit.",
    )


def outlives_token(case: Case) -> Judgement | None:
    signature = case.link.signature
    if not signature or not signature.is_temporary or not signature.expires_at:
        return None
    # V1 does not tell when it was signed; a token that is good now ends within 12 hours.
    end = case.token_ends_by or case.now + timedelta(seconds=LONGEST_TOKEN)
    if signature.expires_at <= end:
        return None
    how = "on" if case.token_ends_at else "by"
    why = "" if case.token_ends_at else " (no token lives longer than 12 hours)"
    return Judgement(
        Cause.LINK_OUTLIVES_TOKEN,
        f"It promises until {moment(signature.expires_at)}, but its security token ends {how} {moment(end)}{why}.",
        "Ask for less than the token lives, or make a share, which signs anew at each visit.",
    )
