"""Times as the emulator keeps them (whole milliseconds since 1970, UTC) and as OSS writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime


def milliseconds(moment: datetime) -> int:
    """``moment`` (aware) as milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def moment(since_1970: int) -> datetime:
    """Milliseconds since 1970 as aware UTC."""
    return datetime.fromtimestamp(since_1970 / 1000, UTC)


def http_date(since_1970: int) -> str:
    """``Fri, 24 Feb 2012 06:07:48 GMT``, for headers."""
    return format_datetime(moment(since_1970), usegmt=True)


def iso_date(since_1970: int) -> str:
    """``2012-02-24T06:07:48.000Z``, for XML."""
    return f"{moment(since_1970 // 1000 * 1000).isoformat()[:19]}.000Z"


def parse_http_date(text: str) -> int | None:
    """Whole seconds of a header's date as milliseconds, or None where it is none."""
    try:
        parsed = parsedate_to_datetime(text)
    except ValueError:
        return None
    return milliseconds(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))
