"""What OSS was asked, beside what the link says: where they differ, something in between changed it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import zip_longest

from ...oss.links import mask_url
from ...oss.reading.verifying import canonical_request
from .case import Case

#: The lines of V4's canonical request, of V1's string to sign.
_V4_LINES = ("method", "bucket and key", "parameters")
_V1_LINES = ("method", "Content-MD5", "Content-Type", "end", "bucket, key and parameters")
_PAYLOAD = "UNSIGNED-PAYLOAD"
_CREDENTIAL = re.compile(r"(x-oss-credential=[^%/&\s]{0,4})[^%/&\s]*")


def compared(case: Case, error: Mapping[str, str]) -> dict[str, list[str]]:
    """The lines that are signed, as the link has them and as OSS received them; empty: OSS did not tell."""
    signature = case.link.signature
    if signature is None or signature.missing:
        return {}
    # By V1, the string to sign is all that there is.
    theirs = error.get("CanonicalRequest" if signature.version == "V4" else "StringToSign")
    if not theirs:
        return {}
    ours = canonical_request(case.link, case.bucket or case.link.bucket)
    return {"link": hide(ours).split("\n"), "oss": hide(theirs.strip("\n")).split("\n")}


def difference(lines: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """Those of :func:`compared` that differ, each with both."""
    if not lines:
        return []
    names = _V4_LINES if _PAYLOAD in lines["link"] else _V1_LINES
    return [
        {"part": names[at] if at < len(names) else "headers", "link": mine, "oss": other}
        for at, (mine, other) in enumerate(zip_longest(lines["link"], lines["oss"], fillvalue=""))
        if mine != other and not (at == 0 and {mine, other} <= {"GET", "HEAD"})
    ]


def hide(text: str) -> str:
    """A canonical request without tokens and most of access keys."""
    return _CREDENTIAL.sub(r"\1***", mask_url(text))
