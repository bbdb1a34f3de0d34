"""Who may sign: the account's keys, its users, its roles, and the sessions STS opens for them. Thread-safe."""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock

from .errors import invalid_access_key_id, invalid_security_token, security_token_expired, token_mismatch
from .policies import Policy

#: Of session keys, as STS gives them out.
SESSION_PREFIX = "STS."
#: By which real tokens begin, too.
_TOKEN_PREFIX = "CAIS"  # noqa: S105 - no secret
_MAC_BYTES = 32
#: Where there is a token, and a key that STS does not know.
_EC_NOT_OF_STS = "0002-00000002"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A permanent key.

    :ivar policy: None for the account's owner, who may do everything.
    """

    access_key_id: str
    access_key_secret: str = field(repr=False)
    arn: str
    user_id: str
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """What AssumeRole gives out keys for.

    :ivar policy: what it may do; None for everything.
    :ivar trusted: the ARNs that may assume it; None for everyone of the account.
    :ivar max_session_duration: seconds.
    """

    arn: str
    policy: Policy | None = None
    trusted: frozenset[str] | None = None
    max_session_duration: int = 43_200


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials. The token holds all of it, so that nothing needs to be remembered.

    :ivar policy: the session policy's text, or "".
    """

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str = field(repr=False)
    expiration: datetime
    role_arn: str
    name: str
    policy: str = ""

    @property
    def arn(self) -> str:
        """``acs:ram::ACCOUNT:assumed-role/ROLE/SESSION``."""
        return f"{self.role_arn.replace(':role/', ':assumed-role/')}/{self.name}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, once the signature is believed.

    :ivar access_key_id: None when nobody signed.
    :ivar policy: of the user or role; None for one that may do everything.
    :ivar session_policy: what of it the session is limited to; None for no limit.
    :ivar by_link: signed in the query, as links are.
    """

    access_key_id: str | None = None
    arn: str = ""
    user_id: str = ""
    policy: Policy | None = None
    session_policy: Policy | None = None
    by_link: bool = False

    @property
    def anonymous(self) -> bool:
        return self.access_key_id is None


@dataclass(frozen=True, slots=True)
class Signatory:
    """A key that was looked up: the secret to check the signature with, and who that would be."""

    access_key_secret: str = field(repr=False)
    identity: Identity


class Accounts:
    """One account in one region.

    Sessions are derived from the owner's key, so that they outlive a restart with the same one.
    """

    def __init__(
        self,
        access_key_id: str,
        access_key_secret: str,
        *,
        region: str = "cn-hangzhou",
        account_id: str = "1234567890123456",
    ) -> None:
        self.region = region
        self.account_id = account_id
        self.owner = AccessKey(access_key_id, access_key_secret, f"acs:ram::{account_id}:root", account_id)
        self._seed = sha256(access_key_secret.encode()).digest()
        self._lock = Lock()
        self._keys = {access_key_id: self.owner}
        self._roles: dict[str, Role] = {}

    def add_user(self, name: str, policy: str, *, access_key_id: str = "", access_key_secret: str = "") -> AccessKey:
        """A RAM user with a key; both halves are made up where they are not given.

        :param policy: JSON, of what the user may do.
        :raises ValueError: the policy is malformed.
        """
        key = AccessKey(
            access_key_id or f"LTAI{secrets.token_hex(10)}",
            access_key_secret or secrets.token_hex(15),
            f"acs:ram::{self.account_id}:user/{name}",
            numeric_id(name),
            Policy.parse(policy),
        )
        with self._lock:
            self._keys[key.access_key_id] = key
        return key

    def add_role(
        self,
        name: str,
        policy: str | None = None,
        *,
        trusted: Iterable[str] | None = None,
        max_session_duration: int = 43_200,
    ) -> Role:
        """A role. Before the first is added, every role of the account is taken to exist and may do everything.

        :param policy: JSON, of what it may do; None for everything.
        :param trusted: the ARNs that may assume it; None for everyone of the account.
        :raises ValueError: the policy is malformed.
        """
        role = Role(
            f"acs:ram::{self.account_id}:role/{name}",
            Policy.parse(policy) if policy is not None else None,
            frozenset(trusted) if trusted is not None else None,
            max_session_duration,
        )
        with self._lock:
            self._roles[role.arn] = role
        return role

    def remove_key(self, access_key_id: str) -> None:
        """From now on the key is unknown."""
        with self._lock:
            self._keys.pop(access_key_id, None)

    def role(self, arn: str) -> Role | None:
        with self._lock:
            return self._roles.get(arn) if self._roles else Role(arn)

    def open_session(self, role: Role, name: str, expiration: datetime, policy: str = "") -> Session:
        """Temporary credentials for ``role``.

        :param policy: a session policy (JSON, already known to be sound), or "".
        """
        access_key_id = SESSION_PREFIX + secrets.token_hex(12)
        return self._session(access_key_id, role.arn, name, int(expiration.timestamp()), policy)

    def signatory(self, access_key_id: str, security_token: str | None, now: datetime) -> Signatory:
        """Who would have signed with this key and token, and the secret to find out whether they did.

        :raises OSSError: 403, there is no such key, or the token does not belong to it or is over.
        """
        if security_token:
            return self._temporary(access_key_id, security_token, now)
        with self._lock:
            key = self._keys.get(access_key_id)
        if key is None:
            raise invalid_access_key_id(access_key_id)
        return Signatory(key.access_key_secret, Identity(access_key_id, key.arn, key.user_id, key.policy))

    def _temporary(self, access_key_id: str, security_token: str, now: datetime) -> Signatory:
        if not access_key_id.startswith(SESSION_PREFIX):
            raise invalid_access_key_id(access_key_id, ec=_EC_NOT_OF_STS)
        session = self._read(security_token)
        if session.access_key_id != access_key_id:
            raise token_mismatch()
        if session.expiration <= now:
            raise security_token_expired()
        role = self.role(session.role_arn)
        if role is None:
            raise invalid_security_token()
        limit = Policy.parse(session.policy) if session.policy else None
        user_id = f"{numeric_id(role.arn)}:{session.name}"
        return Signatory(session.access_key_secret, Identity(access_key_id, session.arn, user_id, role.policy, limit))

    def _session(self, access_key_id: str, role_arn: str, name: str, expires: int, policy: str) -> Session:
        payload = json.dumps([access_key_id, role_arn, name, expires, policy]).encode()
        token = _TOKEN_PREFIX + b64encode(self._mac(b"token", payload) + payload).decode()
        secret = b64encode(self._mac(b"secret", access_key_id.encode())).decode().rstrip("=")
        return Session(access_key_id, secret, token, datetime.fromtimestamp(expires, UTC), role_arn, name, policy)

    def _read(self, security_token: str) -> Session:
        try:
            data = b64decode(security_token.removeprefix(_TOKEN_PREFIX), validate=True)
        except (Base64Error, ValueError):
            raise invalid_security_token() from None
        mac, payload = data[:_MAC_BYTES], data[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(b"token", payload)):
            raise invalid_security_token()
        session = self._session(*json.loads(payload))
        # Base64 has spare bits: the same bytes can be spelled in several ways, of which one was given out.
        if not hmac.compare_digest(session.security_token.encode(), security_token.encode()):
            raise invalid_security_token()
        return session

    def _mac(self, purpose: bytes, data: bytes) -> bytes:
        return hmac.digest(self._seed, purpose + b"\0" + data, "sha256")


def numeric_id(name: str) -> str:
    """The number under which RAM would know a user or role."""
    return str(int.from_bytes(sha256(name.encode()).digest()[:7]))
