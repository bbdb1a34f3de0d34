"""The shares that an export makes: each once, however often the part that it is in is written."""

from __future__ import annotations

from hashlib import sha256

from ...models import ExportJob
from ...models.share import PUBLIC_ID_BYTES


def share_id(job: ExportJob, what: str) -> str:
    """The public id of the share that ``job`` makes of ``what``; its seed is random, so nobody foresees it."""
    return sha256(f"{job.seed}\0{what}".encode()).digest()[:PUBLIC_ID_BYTES].hex()
