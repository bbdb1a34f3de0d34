"""GetCallerIdentity: who is asking."""

from __future__ import annotations

from ..accounts import SESSION_PREFIX, Identity
from .call import STSCall


def answer(call: STSCall, identity: Identity) -> dict[str, object]:
    common = {"AccountId": call.accounts.account_id, "Arn": identity.arn, "PrincipalId": identity.user_id}
    if (identity.access_key_id or "").startswith(SESSION_PREFIX):
        return {**common, "IdentityType": "AssumedRoleUser", "RoleId": identity.user_id.partition(":")[0]}
    kind = "Account" if identity.user_id == call.accounts.account_id else "RAMUser"
    return {**common, "IdentityType": kind, "UserId": identity.user_id}
