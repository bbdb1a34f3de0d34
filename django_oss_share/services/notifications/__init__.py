"""Telling owners by e-mail, and other programs by webhook, what became of a share.

``OSS_SHARE["NOTIFY_OWNER"]`` and ``OSS_SHARE["WEBHOOKS"]`` say of what. Subscribers of the signals put a row for each
message into the database; nothing is sent inside a request. :func:`deliver`, which Celery beat or ``manage.py
oss_notify`` calls, sends what is due and tries again what failed.
"""

from .delivery import Delivery, deliver
from .outbox import TOLD, connect

__all__ = ["TOLD", "Delivery", "connect", "deliver"]
