"""What OSS was asked, beside what the link says: where they differ, something in between changed it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...oss.links import mask_url
from ...oss.reading.verifying import canonical_request
from .case import Case

#: The lines of V4's canonical request, of V1's string to sign.
_V4_LINES = ("method", "bucket and key", "parameters")
_V1_LINES = ("method", "Content-MD5", "Content-Type", "end")
_CREDENTIAL = re.compile(r"(x-oss-credential=[^%/&\s]{0,4})[^%/&\s]*")


def difference(case: Case, error: Mapping[str, str]) -> list[dict[str, str]]:
    """The lines in which what OSS was asked differs from what the link says, each with both."""
    theirs = error.get("CanonicalRequest") or error.get("StringToSign")
    signature = case.link.signature
    if not theirs or signature is None or signature.missing:
        return []
    names = _V4_LINES if signature.version == "V4" else _V1_LINES
    if signature.version == "V4" and "CanonicalRequest" not in error:
        return []
    ours = canonical_request(case.link, case.bucket or case.link.bucket, "GET").split("\n")
    lines = theirs.strip("\n").split("\n")
    size = max(len(ours), len(lines))
    ours, lines = ours + [""] * (size - len(ours)), lines + [""] * (size - len(lines))
    if len(ours) == len(names) + 1 and signature.version == "V1":
        names = (*names, "bucket, key and parameters")
    return [
        {"part": names[at] if at < len(names) else "headers", "link": hide(mine), "oss": hide(other)}
        for at, (mine, other) in enumerate(zip(ours, lines, strict=True))
        if mine != other and not (at == 0 and {mine, other} <= {"GET", "HEAD"})
    ]


def hide(text: str) -> str:
    """A line of a canonical request without tokens and most of access keys."""
    return _CREDENTIAL.sub(r"\1***", mask_url(text))
