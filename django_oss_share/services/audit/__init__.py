"""The audit: written in the transaction of what it tells of, sealed in batches, verified, purged.

::

    audit.record(Action.GRANTED, actor=user, data={"prefix": "in/"})
    audit.seal(); audit.verify().findings; audit.purge(older_than=timedelta(days=365))
"""

from .paging import in_order
from .purging import purge
from .records import record, signature_digest
from .seals import seal
from .verification import Finding, Report, verify

__all__ = ["Finding", "Report", "in_order", "purge", "record", "seal", "signature_digest", "verify"]
