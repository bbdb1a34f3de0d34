# Django's processes send tasks through the same application as the worker's.
from .celery import app

__all__ = ["app"]
