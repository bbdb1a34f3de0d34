"""Letting go of what is older than ``OSS_SHARE["RETENTION"]``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..conf import conf
from . import audit, file_requests, shares


def purge(older_than: timedelta | None = None, *, by: Any = None) -> dict[str, int]:
    """Remove audit rows, and shares and file requests that ended, that are older; how many of each.

    :param older_than: the setting by default; where that is None too, nothing is removed.
    """
    if (age := older_than or conf.retention) is None:
        return {"events": 0, "shares": 0, "requests": 0}
    return {
        "events": audit.purge(age, by=by),
        "shares": shares.purge(age, by=by),
        "requests": file_requests.purge(age, by=by),
    }
