"""The role of the machine: credentials from ECS's instance metadata service.

Source: the vendor's page "Use an instance RAM role", whose "security-hardened mode" is the session token asked for
first. The vendor's own provider is not used: it caches and starts a scheduler of its own, and its import adds handlers
to the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from ..oss import Credentials
from ..oss.secret import SecretBytes
from .answers import read_credentials, read_json
from .errors import RefreshFailed
from .http import opener, send

ENDPOINT = "http://100.100.100.200"
#: Seconds that the service's tokens live at least when they are new.
LONGEST = 21_600
_SERVICE = "The instance metadata service"
_ROLES = "/latest/meta-data/ram/security-credentials/"


@dataclass(frozen=True, slots=True)
class ECSRamRole:
    """Asks for the credentials of the role that the ECS instance has.

    :param role_name: asked for, where empty: an instance has one.
    :param timeout: seconds for all requests together.
    """

    role_name: str = ""
    endpoint: str = ENDPOINT
    timeout: float = 5

    def __call__(self) -> Credentials:
        """:raises RefreshFailed: the machine is no ECS instance, has no role, or its metadata service is down."""
        session = self._send("PUT", "/latest/api/token", {"X-aliyun-ecs-metadata-token-ttl-seconds": "60"})
        headers = {"X-aliyun-ecs-metadata-token": session.decode("ascii", "replace").strip()}
        role = self.role_name or self._send("GET", _ROLES, headers).decode("utf-8", "replace").strip()
        answer = read_json(_SERVICE, self._send("GET", _ROLES + quote(role, safe=""), headers))
        if answer.get("Code") != "Success":
            raise RefreshFailed(f"{_SERVICE} has no credentials for the role {role!r}: {answer.get('Code')!r}.")
        return read_credentials(_SERVICE, answer)

    def _send(self, method: str, path: str, headers: dict[str, str]) -> SecretBytes:
        # Never by a proxy: it would see the credentials, and reach another machine's metadata.
        status, body = send(
            _SERVICE, opener({}), method, self.endpoint + path, headers=headers, seconds=self.timeout / 3
        )
        if status != 200:
            raise RefreshFailed(f"{_SERVICE} answered HTTP {status} to {path}.")
        return body
