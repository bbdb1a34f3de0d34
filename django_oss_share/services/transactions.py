"""The one transaction of a change, its audit row and its signals."""

from __future__ import annotations

from typing import Any

from django.db import router, transaction
from django.dispatch import Signal

from ..models import Share


def atomic() -> Any:
    """A transaction on the database of the shares, which is the audit's too."""
    return transaction.atomic(using=router.db_for_write(Share))


def send_on_commit(signal: Signal, **facts: Any) -> None:
    """Send ``signal`` once the transaction is committed; a receiver's error is logged and stops nobody."""
    transaction.on_commit(lambda: signal.send_robust(Share, **facts), using=router.db_for_write(Share), robust=True)
