"""What STS and the metadata service answer, read with suspicion."""

from __future__ import annotations

import json
from datetime import datetime

from ..oss import Credentials, OSSShareError
from ..oss.secret import SecretBytes, SecretDict
from .errors import RefreshFailed

_MEMBERS = ("AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration")


def read_json(service: str, body: SecretBytes) -> SecretDict:
    """The JSON object in ``body``.

    :param service: for messages.
    :raises RefreshFailed: there is none. What stood there instead is not repeated: it may be half a secret.
    """
    try:
        answer = json.loads(body, object_hook=SecretDict)
    except ValueError:
        answer = None
    if not isinstance(answer, SecretDict):
        raise RefreshFailed(f"{service} answered {len(body)} bytes that are no JSON object.")
    return answer


def read_credentials(service: str, answer: SecretDict) -> Credentials:
    """The credentials in ``answer``.

    :raises RefreshFailed: a member is missing, empty or malformed, by name.
    """
    for member in _MEMBERS:
        if not isinstance(answer.get(member), str) or not answer[member]:
            raise RefreshFailed(f"{service} answered credentials without {member}.")
    try:
        expiration = datetime.fromisoformat(answer["Expiration"])
    except ValueError:
        raise RefreshFailed(f"{service} answered an Expiration that is no date.") from None
    try:
        return Credentials(answer["AccessKeyId"], answer["AccessKeySecret"], answer["SecurityToken"], expiration)
    except OSSShareError as error:
        # Its frames hold what was read.
        raise RefreshFailed(f"{service} answered malformed credentials: {error}") from None
