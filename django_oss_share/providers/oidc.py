"""A role assumed by an OIDC token, such as a Kubernetes service account's: STS AssumeRoleWithOIDC.

The call is not signed, so it needs no client of the vendor's; and that client puts the OIDC token into the URL, where
logs and proxies read it. Here it travels in the body.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from ..oss import Credentials, Endpoint
from ..oss.secret import Secret, SecretBytes, SecretDict
from .answers import read_credentials, read_json
from .errors import RefreshFailed
from .http import opener, send
from .sts import Wanted

_SERVICE = "STS AssumeRoleWithOIDC"


@dataclass(frozen=True, slots=True)
class OIDC:
    """Asks STS for the credentials of a role, by a token that stands in a file and is replaced there from time to time.

    :param provider_arn: ``acs:ram::…:oidc-provider/name``.
    :param timeout: seconds for the whole call.
    :param proxy: a URL, instead of the environment's; it may hold a password.
    """

    wanted: Wanted
    provider_arn: str
    token_file: Path
    endpoint: Endpoint
    timeout: float
    proxy: str | None = field(default=None, repr=False)

    def __call__(self) -> Credentials:
        """:raises RefreshFailed: there is no token in the file, STS refused it, or STS did not answer."""
        status, body = send(
            _SERVICE,
            opener(self._proxies()),
            "POST",
            f"{self.endpoint.url}/?{urlencode(_common())}",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=self._form(),
            seconds=self.timeout,
        )
        answer = read_json(_SERVICE, body)
        if status != 200:
            raise RefreshFailed(f"{_SERVICE} refused: HTTP {status}, {str(answer.get('Code'))[:100]}.")
        members = answer.get("Credentials")
        return read_credentials(_SERVICE, members if isinstance(members, SecretDict) else SecretDict())

    def _proxies(self) -> dict[str, str] | None:
        if self.proxy:
            return {"http": self.proxy, "https": self.proxy}
        # The way to the emulator leads out of nothing, whatever the environment says of proxies.
        return {} if self.endpoint.is_loopback else None

    def _form(self) -> SecretBytes:
        form = {
            "RoleArn": self.wanted.role_arn,
            "OIDCProviderArn": self.provider_arn,
            "OIDCToken": self._token(),
            "RoleSessionName": self.wanted.session_name,
            "DurationSeconds": self.wanted.duration,
            "Policy": self.wanted.policy_text,
        }
        return SecretBytes(urlencode({name: value for name, value in form.items() if value is not None}).encode())

    def _token(self) -> Secret:
        try:
            token = Secret(self.token_file.read_text().strip())
        except (OSError, UnicodeDecodeError) as error:
            raise RefreshFailed(f"The OIDC token could not be read: {type(error).__name__}.") from None
        if not token:
            raise RefreshFailed(f"The OIDC token's file {self.token_file} is empty.")
        return token


def _common() -> dict[str, str]:
    return {
        "Action": "AssumeRoleWithOIDC",
        "Format": "JSON",
        "Version": "2015-04-01",
        "Timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "SignatureNonce": secrets.token_hex(16),
    }
