"""What objects are sent with: Content-Type, Content-Disposition, Cache-Control, changed on one or on many.

OSS changes them by copying the object onto itself. Other headers, user metadata, ACL, storage class, tags and
encryption stay. Where that cannot be, the object stays as it is, and its :class:`Outcome` says why in one sentence.

::

    metadata.change("default", ["a.pdf"], Wanted(disposition="attachment", filename="季度.pdf"), by=user)
    metadata.change_below("default", "texts/", Wanted(fix_encoding=True), dry_run=True)
"""

from .changing import MAX_KEYS, change, change_below, describe, may_change_metadata
from .outcomes import Outcome, Result
from .wanted import Wanted

__all__ = [
    "MAX_KEYS",
    "Outcome",
    "Result",
    "Wanted",
    "change",
    "change_below",
    "describe",
    "may_change_metadata",
]
