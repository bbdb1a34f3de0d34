"""How often one may ask: DRF's throttles, with rates that a project changes by ``DEFAULT_THROTTLE_RATES``.

::

    REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"oss_share_presign": "600/min"}}
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import UserRateThrottle

#: By scope, what a user may ask for unless the project says otherwise; None: without a limit.
RATES = {
    "oss_share_read": "1200/min",
    "oss_share_write": "300/min",
    "oss_share_presign": "300/min",
    "oss_share_grant": "30/hour",
}

logger = logging.getLogger("django_oss_share")


class _Throttle(UserRateThrottle):
    def get_rate(self) -> str | None:
        rates: Mapping[str, Any] = api_settings.DEFAULT_THROTTLE_RATES
        scope = str(self.scope)
        rate: str | None = rates.get(scope, RATES[scope])
        return rate

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whatever a cache backend raises: who is logged in and may do it had better be served than shut out."""
        try:
            return bool(super().allow_request(request, view))
        except Exception:
            logger.warning("The cache failed, so requests to the API are not counted.", exc_info=True)
            return True


class ReadThrottle(_Throttle):
    scope = "oss_share_read"


class WriteThrottle(_Throttle):
    scope = "oss_share_write"


class PresignThrottle(_Throttle):
    scope = "oss_share_presign"


class GrantThrottle(_Throttle):
    scope = "oss_share_grant"
