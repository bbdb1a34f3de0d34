"""OSS's access logs, line by line: who asked for what, with which link, and what was sent.

Any field may be ``-``, and new ones are added at the end. The order, and which fields stand in quotes, are those of
the vendor's page "Log storage" and of real lines. What the requester wrote (Referer, User-Agent) is passed over: the
fields after it are found from the end of the line, so that a made-up browser name cannot pass for them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import unquote

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
_LINE = re.compile(
    r"\s*(?P<address>\S+) \S+ \S+ \[(?P<time>[^\]]+)\] "
    r'"(?P<method>[A-Z]+) (?P<uri>\S+(?: [^"]*?)??)(?: HTTP/[\d.]+)?" (?P<status>\d{3}) '
    r'(?P<sent>\d{1,18}|-) (?:\d+|-) ".*" "[^"]*" "(?P<request_id>[^"]*)" "(?:true|false|-)" "(?P<requester>[^"]*)" '
    r'"(?P<operation>\w+|-)" "(?P<bucket>[^"]*)" "(?P<key>[^"]*)" (?P<size>\d{1,18}|-) (?:\d+|-) "(?P<error>[^"]*)" '
    r'(?:\d+|-) "[^"]*" (?:-?\d+|-) "(?P<sync>[^"]*)"(?: "[^"]*"| [^\s"]+)*\s*'
).fullmatch
_TIME = re.compile(r"(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)").fullmatch
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z").fullmatch
# Of a query, what is of interest.
_PARAMETERS = frozenset(
    ["x-oss-signature", "x-oss-credential", "x-oss-date", "x-oss-process", "Signature", "OSSAccessKeyId", "uploadId"]
)


class Link(NamedTuple):
    """The signature of a request's address.

    :ivar digest: as the audit keeps it. :ivar signed_at: aware UTC; None where the link does not say it (V1).
    :ivar is_part: of an upload by parts. Their links count as one: the digest is that of the upload's id.
    """

    digest: str
    access_key_id: str
    signed_at: datetime | None
    is_part: bool = False


class Line(NamedTuple):
    """One request.

    :ivar at: aware UTC. :ivar size: bytes of the object, None if not known. :ivar link: None: it was not by a link.
    """

    at: datetime
    address: str
    method: str
    status: int
    sent: int
    bucket: str
    key: str
    size: int | None
    error: str
    is_processed: bool
    is_anonymous: bool
    is_cdn: bool
    link: Link | None


def parse(text: str) -> Line | None:
    """The request that a line tells of; None: it is no line of an access log."""
    found = _LINE(text)
    at = _moment(found["time"]) if found else None
    if found is None or at is None:
        return None
    parameters = _parameters(found["uri"])
    link = _link(parameters, found["method"])
    return Line(
        at=at,
        address=found["address"],
        method=found["method"],
        status=int(found["status"]),
        sent=_number(found["sent"]) or 0,
        bucket=found["bucket"],
        # The bucket's own requests have none; a first slash is that of the address.
        key="" if found["key"] == "-" else _key(found["key"]),
        size=_number(found["size"]),
        error="" if found["error"] == "-" else found["error"],
        is_processed="x-oss-process" in parameters,
        is_anonymous=link is None and found["requester"] == "-",
        is_cdn=found["sync"].lower() == "cdn",
        link=link,
    )


def _parameters(uri: str) -> dict[str, str]:
    """Values that are still encoded, the first of each name; whoever asks may encode the names, too."""
    found: dict[str, str] = {}
    for part in uri.partition("?")[2].split("&"):
        name, _, value = part.partition("=")
        if (name := unquote(name)) in _PARAMETERS:
            found.setdefault(name, value)
    return found


def _key(encoded: str) -> str:
    # No key has a NUL, but a request may; PostgreSQL would not store it.
    return unquote(encoded).removeprefix("/").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _number(text: str) -> int | None:
    return None if text == "-" else int(text)


def _moment(text: str) -> datetime | None:
    found = _TIME(text)
    if found is None or found[2] not in _MONTHS or not _is_sane(found[3]):
        return None
    offset = timedelta(hours=int(found[8]), minutes=int(found[9])) * (1 if found[7] == "+" else -1)
    day, year, hour, minute, second = (int(found[group]) for group in (1, 3, 4, 5, 6))
    try:
        local = datetime(year, _MONTHS[found[2]], day, hour, minute, second, tzinfo=timezone(offset))
        return local.astimezone(UTC)
    except ValueError:
        return None


def _is_sane(year: str) -> bool:
    """Whether there is time left before and after it, whatever a request made up."""
    return 2000 <= int(year) < 9999


def _link(parameters: dict[str, str], method: str) -> Link | None:
    encoded = parameters.get("x-oss-signature") or parameters.get("Signature")
    if not encoded:
        return None
    signature = unquote(encoded)
    # None has a "%" in it: what is left of one was encoded once more on its way into the log.
    if "%" in signature:
        signature = unquote(signature)
    owner = unquote(parameters.get("x-oss-credential") or parameters.get("OSSAccessKeyId") or "")
    is_part = method == "PUT" and "uploadId" in parameters
    known_by = f"uploadId={unquote(parameters['uploadId'])}" if is_part else signature
    digest = sha256(known_by.encode(errors="replace")).hexdigest()
    return Link(digest, owner.partition("/")[0], _signed_at(parameters.get("x-oss-date", "")), is_part)


def _signed_at(text: str) -> datetime | None:
    found = _DATE(text)
    if found is None or not _is_sane(found[1]):
        return None
    try:
        return datetime(*map(int, found.groups()), tzinfo=UTC)  # type: ignore[arg-type, misc]
    except ValueError:
        return None
