"""What is found of a bucket, and what its settings mean for links: judged from facts alone, without the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ...oss.referer import RefererRule
from .clocks import MAX_SKEW, WARN_SKEW

if TYPE_CHECKING:
    from ...oss.bucket_settings import CORSRule

_WRITES = frozenset({"PUT", "POST", "DELETE"})


class Level(StrEnum):
    OK = "ok"
    #: Something that some need and others do not.
    ADVICE = "advice"
    #: OSS does not let us look.
    UNKNOWN = "unknown"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """:ivar check: what was looked at, such as ``acl``. :ivar cause: what was found, for programs; does not change.

    :ivar explanation: what was seen. :ivar cure: what to do; "" where there is nothing to.
    """

    check: str
    level: Level
    cause: str
    explanation: str
    cure: str = ""

    def as_dict(self) -> dict[str, str]:
        """Fit for JSON."""
        return {**asdict(self), "level": self.level.value}


def of_clock(offset: float) -> Finding:
    """:param offset: seconds that OSS's clock is ahead of ours."""
    seconds, way = abs(round(offset)), "behind" if offset > 0 else "ahead of"
    if abs(offset) <= WARN_SKEW:
        return Finding("clock", Level.OK, "ok", f"This machine's clock is within {WARN_SKEW} seconds of OSS's.")
    return Finding(
        "clock",
        Level.ERROR if abs(offset) > MAX_SKEW else Level.WARNING,
        "clock_skew",
        f"This machine's clock is {seconds} seconds {way} OSS's: links begin and end at the wrong time, and from 15 "
        "minutes on OSS refuses all.",
        "Have the clock set by NTP, such as by chrony.",
    )


def of_region(found: str, configured: str) -> Finding:
    if not configured or found == configured:
        return Finding("region", Level.OK, "ok", f"The bucket is in {found}.")
    return Finding(
        "region",
        Level.ERROR,
        "wrong_region",
        f"The bucket is in {found}, and links are signed for {configured}.",
        f"Set region_name to {found!r}.",
    )


def of_acl(acl: str) -> Finding:
    if acl == "private":
        return Finding("acl", Level.OK, "ok", "The bucket is private: nothing opens without a signature.")
    everybody = "replace and delete" if acl == "public-read-write" else "read"
    return Finding(
        "acl",
        Level.ERROR if acl == "public-read-write" else Level.WARNING,
        acl.replace("-", "_"),
        f"The bucket is {acl}: everybody can {everybody} its objects without a link, for ever, whatever becomes of "
        "their shares.",
        "Set it to private (manage.py oss_acl), unless all of it is public on purpose; for lasting addresses, put a "
        "CDN before a private bucket.",
    )


def of_policy(document: Mapping[str, Any] | None) -> Iterator[Finding]:
    if document is None:
        yield Finding("policy", Level.OK, "ok", "The bucket has no policy: RAM alone says who may do what.")
        return
    found = [each for each in map(_of_statement, _listed(document.get("Statement"))) if each is not None]
    yield from found or [Finding("policy", Level.OK, "ok", "Its policy opens nothing to all, and denies nothing.")]


def _of_statement(statement: Any) -> Finding | None:
    """What it means for links; None: nothing that all of them would feel."""
    if not isinstance(statement, Mapping):
        return None
    actions = ", ".join(map(str, _listed(statement.get("Action")))) or "all but some actions"
    some = " under a condition" if statement.get("Condition") else ""
    if statement.get("Effect") == "Deny":
        return Finding(
            "policy",
            Level.ADVICE,
            "policy_denied",
            f"A statement of the policy denies {actions}{some}: links that it covers answer 403, whoever signed them.",
            "See that it covers no object that is shared, and that its condition lets visitors through.",
        )
    if "*" not in map(str, _listed(statement.get("Principal"))):
        return None
    return Finding(
        "policy",
        Level.ADVICE if some else Level.ERROR,
        "public_policy",
        f"A statement of the policy allows {actions} to everybody{some}, without a signature.",
        "Name the principals, or remove the statement; for lasting addresses, put a CDN before the bucket.",
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def of_referer(rule: RefererRule) -> Finding:
    if not rule.is_set:
        return Finding(
            "referer",
            Level.WARNING,
            "no_referer_rule",
            "No Referer rule is set: any page of the web can embed its files while a link lives, at your cost.",
            "List your own sites by manage.py oss_referer, and go on allowing an empty Referer.",
        )
    if rule.refuses_empty:
        return Finding(
            "referer",
            Level.ERROR,
            "referer_denied",
            "An empty Referer is refused: the pages of shares send none, so that no link of theirs opens, nor one from "
            "a mail.",
            "Allow the empty Referer beside the listed ones (manage.py oss_referer).",
        )
    listed = ", ".join((*rule.allowed, *(f"not {pattern}" for pattern in rule.denied)))
    return Finding("referer", Level.OK, "ok", f"Only these pages may lead to its files, and none at all: {listed}.")


def of_cors(rules: tuple[CORSRule, ...]) -> Iterator[Finding]:
    if not rules:
        yield Finding(
            "cors",
            Level.ADVICE,
            "no_cors",
            "No CORS rule is set: scripts of your pages can neither upload to it nor read from it; plain links work.",
            "If visitors are to upload, allow your site's origin with the methods PUT and POST and the headers '*', "
            "and expose ETag.",
        )
    for rule in rules:
        if "*" in rule.origins and not _WRITES.isdisjoint(rule.methods):
            yield Finding(
                "cors",
                Level.WARNING,
                "cors_for_everybody",
                f"Scripts of any page may use a link for {', '.join(rule.methods)}.",
                "Name the origins of your own sites.",
            )
        else:
            origins = ", ".join(rule.origins)
            yield Finding("cors", Level.OK, "ok", f"Scripts of {origins} may ask for {', '.join(rule.methods)}.")


def of_versioning(status: str) -> Finding:
    if status == "Enabled":
        return Finding("versioning", Level.OK, "ok", "The bucket keeps versions, which shares can be held to.")
    return Finding(
        "versioning",
        Level.ADVICE,
        "no_versions",
        "The bucket keeps no versions: what is overwritten or deleted is gone; a share can be held to an ETag alone.",
        "Turn versioning on, with a lifecycle rule for old versions, if either matters.",
    )
