"""File requests: a page of ours on which strangers leave files in a folder, straight into the bucket.

::

    request = file_requests.create("incoming/acme/", name="Tender documents", max_files=20, created_by=user)
    file_requests.get_url(request)

    visit = file_requests.open_request(token, client, mark=cookie)       # may this visitor leave files now?
    expected = file_requests.expect(visit, "plan.pdf", size=1_048_576, content_type="application/pdf", md5="…")
    # the browser sends the bytes to OSS
    received = file_requests.complete(visit, expected.ticket)            # looked at, counted, written down

Nobody sees what others left, nor that anything was left. With ``OSS_SHARE["UPLOAD_SCANNER"]``, files arrive in a
quarantine, and :func:`examine` moves them to their folder once the scanner has found nothing.
"""

from .changing import extend, hand_over, revoke, rotate, set_password, update
from .creating import DEFAULT_MAX_SIZE, create
from .examining import Examined, examine
from .links import get_url
from .opening import RequestUnlocked, RequestVisit, open_request, unlock
from .permissions import may_change, may_request
from .purging import purge
from .receiving import Expected, arrived_parts, complete, expect, give_up, link_origin, sign_parts

__all__ = [
    "DEFAULT_MAX_SIZE",
    "Examined",
    "Expected",
    "RequestUnlocked",
    "RequestVisit",
    "arrived_parts",
    "complete",
    "create",
    "examine",
    "expect",
    "extend",
    "get_url",
    "give_up",
    "hand_over",
    "link_origin",
    "may_change",
    "may_request",
    "open_request",
    "purge",
    "revoke",
    "rotate",
    "set_password",
    "sign_parts",
    "unlock",
    "update",
]
