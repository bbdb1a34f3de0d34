"""AssumeRoleWithOIDC: credentials for a token of an identity provider.

The token's form and end are checked, its signature is not: the emulator has no provider's keys.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import Any

from ..accounts import Identity
from .assume_role import open_session, required, role_of
from .call import STSCall
from .errors import oidc_token_expired, oidc_token_invalid, wrongly_formed

_PROVIDER_ARN = re.compile(r"acs:ram::\d+:oidc-provider/[\w.-]{1,128}", re.ASCII)


def answer(call: STSCall, identity: Identity) -> dict[str, object]:
    """Credentials for ``RoleArn``.

    :param identity: nobody: the call is not signed.
    :raises STSError: the token is not good, or a parameter is out of range.
    """
    if not _PROVIDER_ARN.fullmatch(required(call, "OIDCProviderArn")):
        raise wrongly_formed("OIDCProviderArn")
    claims = _claims(required(call, "OIDCToken"))
    if datetime.fromtimestamp(claims["exp"], UTC) <= call.now:
        raise oidc_token_expired()
    token_info = {
        "Subject": str(claims.get("sub", "")),
        "Issuer": str(claims.get("iss", "")),
        "ClientIds": str(claims.get("aud", "")),
        "ExpirationTime": f"{datetime.fromtimestamp(claims['exp'], UTC):%Y-%m-%dT%H:%M:%SZ}",
        "VerificationInfo": "Success",
    }
    return {**open_session(call, role_of(call)), "OIDCTokenInfo": token_info}


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        raise oidc_token_invalid("The number of Jwt field should be divided into 3 parts with '.' .")
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        raise oidc_token_invalid("The Jwt content is invalid that cannot be recognized.") from None
    if not isinstance(claims, dict) or type(claims.get("exp")) is not int or not 0 <= claims["exp"] < 2**32:
        raise oidc_token_invalid("The Jwt content is invalid that cannot be recognized.")
    return claims
