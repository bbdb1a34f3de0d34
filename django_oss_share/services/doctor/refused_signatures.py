"""Refusals of whoever signed: the signature, the key, the token, the clock."""

from __future__ import annotations

from collections.abc import Mapping

from ...oss.reading.words import moment, span
from .case import Case
from .causes import Cause, Judgement
from .clocks import SET_CLOCK, WARN_SKEW, clock_difference
from .differences import compared, difference
from .fetching import Answer


def mismatch(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause in (Cause.TAMPERED, Cause.KEY_ENCODING, Cause.WRONG_REGION):
        return seen
    signature = case.link.signature
    method = case.finding.method if case.finding and case.finding.matches else "GET"
    if method not in ("GET", "HEAD"):
        return seen
    differing = difference(compared(case, error))
    place = case.link.place
    if any(each["part"] == "bucket and key" and each["oss"].startswith(f"/{place.host}/") for each in differing):
        return Judgement(
            Cause.WRONG_ENDPOINT,
            f"OSS takes {place.netloc} for a bucket: no bucket has that domain bound to it.",
            f"Bind the domain to the bucket{f' {case.bucket}' if case.bucket else ''} in OSS's console.",
        )
    if differing:
        parts = " and ".join(dict.fromkeys(each["part"] for each in differing))
        return Judgement(
            Cause.TAMPERED,
            f"The request was changed on its way, by a proxy or a gateway: OSS received other {parts} than were sent.",
            "Have what stands between pass requests on unchanged, headers and query too.",
        )
    if signature and signature.additional:
        names = ", ".join(signature.additional)
        explanation = f"The header {names} was signed along; whoever opens the link must send it as it was then."
        return Judgement(Cause.TAMPERED, explanation, "For links that browsers open, sign no headers.")
    known = "though it is right by the secret known here, " if case.finding and case.finding.matches else ""
    return Judgement(
        Cause.TAMPERED,
        f"OSS computed another signature, {known}for the very request that was sent: the link was changed before, or "
        "was signed with another secret than OSS has of that access key.",
        "Copy the whole link again. If it was like that from the start, look at the secret that signs, and whether the "
        "link is for an upload (PUT).",
    )


def unknown_key(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    signature = case.link.signature
    if signature and signature.is_temporary and not signature.token:
        return seen
    if signature and signature.is_temporary:
        explanation = "STS does not know the temporary access key that signed it."
        return Judgement(
            Cause.UNKNOWN_ACCESS_KEY, explanation, "Sign with credentials that STS gave out, all three parts."
        )
    return Judgement(
        Cause.UNKNOWN_ACCESS_KEY,
        "OSS does not know the access key that signed it: it was deleted or disabled, or is of another account.",
        "Sign with a key that RAM's console lists as active, and make the links anew that the old one signed.",
    )


def token_expired(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause in (Cause.LINK_EXPIRED, Cause.TOKEN_EXPIRED):
        return seen
    end = case.link.signature.expires_at if case.link.signature else None
    until = f", though the link promises until {moment(end)}" if end else ""
    return Judgement(
        Cause.TOKEN_EXPIRED,
        f"OSS says that the security token which signed it has expired{until}.",
        "Make a new link, for less than the token lives; a share signs anew at each visit.",
    )


def bad_token(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    explanation = f"The security token in it is not whole, or another key's: {error.get('Message', '')}"
    return Judgement(Cause.TAMPERED, explanation, "Copy the whole link again; sign with all three parts that STS gave.")


def skewed(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause is Cause.CLOCK_SKEW:
        return seen
    behind = clock_difference(answer, case.now)
    by = f" by {span(behind)}" if behind is not None and abs(behind) > WARN_SKEW else ""
    return Judgement(Cause.CLOCK_SKEW, f"It is dated ahead of OSS's clock{by}; OSS takes 15 minutes.", SET_CLOCK)
