"""The scope of a V4 signature, and the key that goes with it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from ..accounts import Accounts, Identity
from ..errors import OSSError, malformed_authorization

_TIME_FORMAT = "%Y%m%dT%H%M%SZ"


class ECs(NamedTuple):
    """OSS's codes for what can be wrong with a scope, which differ by where it stands."""

    malformed: str
    date: str
    region: str


@dataclass(frozen=True, slots=True)
class Scope:
    """``20261124/cn-hangzhou/oss/aliyun_v4_request``, and whose it is."""

    access_key_id: str
    date: str
    region: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/oss/aliyun_v4_request"

    def sign(self, access_key_secret: str, text: str) -> str:
        """The signature of ``text`` in lower-case hex."""
        key = b"aliyun_v4" + access_key_secret.encode()
        for part in str(self).split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()


def read_scope(credential: str, signed_at: datetime, accounts: Accounts, *, name: str, ecs: ECs) -> Scope:
    """``AK/20261124/cn-hangzhou/oss/aliyun_v4_request`` taken apart.

    :param name: of the parameter, field or header it stands in.
    :raises OSSError: 400 InvalidArgument, it has another form, day or region.
    """
    parts = credential.split("/")
    if len(parts) != 5 or not parts[0] or parts[3:] != ["oss", "aliyun_v4_request"]:
        raise malformed_authorization(f"Invalid credential in {name}.", name, credential, ecs.malformed)
    scope = Scope(*parts[:3])
    if scope.date != f"{signed_at:%Y%m%d}":
        raise malformed_authorization(f"Invalid signing date in {name}.", name, credential, ecs.date)
    if scope.region != accounts.region:
        raise malformed_authorization(f"Invalid signing region in {name}.", name, credential, ecs.region)
    return scope


def read_time(text: str, refusal: OSSError) -> datetime:
    """``20261124T220509Z`` as aware UTC.

    :raises OSSError: ``refusal``, where it has another form.
    """
    try:
        moment = datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise refusal from None
    # strptime takes single digits, blanks and other scripts' digits, too.
    if moment.strftime(_TIME_FORMAT) != text:
        raise refusal
    return moment


def of_link(identity: Identity) -> Identity:
    """``identity``, known by a link."""
    return replace(identity, by_link=True)
