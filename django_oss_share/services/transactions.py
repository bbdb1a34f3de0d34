"""The one transaction of a change, its audit row and its signals."""

from __future__ import annotations

from typing import Any

from django.db import router, transaction
from django.dispatch import Signal

from ..models import FileRequest, Share


def atomic() -> Any:
    """A transaction on the database of the shares, which is the audit's too."""
    return transaction.atomic(using=router.db_for_write(Share))


def send_on_commit(signal: Signal, **facts: Any) -> None:
    """Send ``signal`` once the transaction is committed; a receiver's error is logged and stops nobody."""
    sender = FileRequest if "file_request" in facts else Share
    transaction.on_commit(lambda: signal.send_robust(sender, **facts), using=router.db_for_write(Share), robust=True)
