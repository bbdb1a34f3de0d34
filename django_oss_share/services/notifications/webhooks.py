"""To another program, by a signed POST (https://www.standardwebhooks.com, whose verifiers exist in most languages).

::

    webhook-id: 01a20f7a-…           of the audit event: the same at every try
    webhook-timestamp: 1795556054    Unix time of this try
    webhook-signature: v1,…          base64(HMAC-SHA256(secret, "{id}.{timestamp}.{body}"))
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import b64encode
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import urlsplit

from ...conf import Webhook, conf
from ...models import Notification
from ...oss.endpoints import is_allowed_address
from .errors import DeliveryFailed, Unreachable

#: Seconds for the connection, and for the answer.
TIMEOUT = 5


def send_webhook(message: Notification) -> None:
    """POST ``message`` as JSON; any 2xx answer takes it. Redirects are not followed.

    :raises DeliveryFailed: any other answer, or a webhook that the settings no longer have.
    :raises Unreachable: no answer, or an address that webhooks are kept from.
    """
    hook = next((each for each in conf.webhooks if each.url == message.target), None)
    if hook is None:
        raise DeliveryFailed("No webhook of OSS_SHARE['WEBHOOKS'] has that URL any more.")
    body = json.dumps(message.payload, ensure_ascii=False).encode()
    headers = {"content-type": "application/json", **signature(hook, str(message.event_id), int(time.time()), body)}
    status = _post(hook.url, body, headers)
    if not 200 <= status < 300:
        raise DeliveryFailed(f"The webhook answered {status}.")


def signature(hook: Webhook, identity: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers that a receiver verifies."""
    signed = f"{identity}.{timestamp}.".encode() + body
    digest = b64encode(hmac.digest(hook.key, signed, "sha256")).decode()
    return {"webhook-id": identity, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{digest}"}


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.connect()
        _check_peer(connection, parts.hostname or "")
        connection.request("POST", parts.path + (f"?{parts.query}" if parts.query else "") or "/", body, headers)
        return connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise Unreachable(f"The webhook could not be reached ({type(error).__name__}).") from error
    finally:
        connection.close()


def _check_peer(connection: HTTPConnection, host: str) -> None:
    """Whom the name led to: a public name may point into the private network, by mistake or on purpose."""
    address = ip_address(connection.sock.getpeername()[0].partition("%")[0])
    is_allowed = host in conf.private_endpoint_hosts
    is_own = (getattr(address, "ipv4_mapped", None) or address).is_loopback
    if not is_allowed_address(address, allow_private=is_allowed) or (is_own and not (is_allowed or conf.allow_http)):
        raise PermissionError(
            f"{host} is at a private address; allow it in OSS_SHARE['PRIVATE_ENDPOINT_HOSTS'] if that is meant."
        )
