"""Changes of a bucket's settings and of an object's ACL, each with its row of the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..models import Action
from ..oss.errors import Unreachable
from . import audit
from .transactions import atomic


@contextmanager
def on_record(data: Mapping[str, Any], **facts: Any) -> Iterator[None]:
    """Write the row, and then let OSS be asked, by one short try: what cannot be written down is not done.

    Where no answer came, it may have been done all the same: then the row stays, and says so.

    :param facts: as ``audit.record`` takes them. :raises Unreachable: no answer came.
    """
    try:
        with atomic():
            audit.record(Action.CHANGED, data=data, **facts)
            yield
    except Unreachable:
        with atomic():
            audit.record(Action.CHANGED, data={**data, "answer": "none"}, **facts)
        raise
