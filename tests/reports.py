"""What Django would mail to the admins, or show under DEBUG, of a request that failed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.signals import got_request_exception
from django.views.debug import ExceptionReporter


@contextmanager
def error_reports() -> Iterator[list[str]]:
    """Of each request that fails meanwhile, as text and as HTML."""
    reports: list[str] = []

    def report(request: Any, **kwargs: Any) -> None:
        reporter = ExceptionReporter(request, *sys.exc_info())
        reports.extend([reporter.get_traceback_text(), reporter.get_traceback_html()])

    got_request_exception.connect(report)
    try:
        yield reports
    finally:
        got_request_exception.disconnect(report)
