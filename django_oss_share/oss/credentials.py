"""An access key pair, with or without a security token, and where it comes from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from .errors import InvalidArgument, MissingCredentials


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs: an AccessKey pair and, from STS, its security token and end.

    :param expiration: aware datetime at which the security token ends; kept in UTC.
    :raises MissingCredentials: an empty id or secret, so that nothing is ever signed without a key.
    :raises InvalidArgument: white space, control characters or what is not UTF-8 in a value (usually a newline read
        along from a file), or a naive ``expiration``.
    """

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)
    expiration: datetime | None = None

    def __post_init__(self) -> None:
        for name in ("access_key_id", "access_key_secret"):
            if not getattr(self, name):
                raise MissingCredentials(
                    f"{name} is empty. Set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET in the environment, or pass "
                    "both keys; an empty key never signs."
                )
            _refuse_blanks(name, getattr(self, name))
        if self.security_token is not None:
            _refuse_blanks("security_token", self.security_token)
            # STS hands out no empty token; an unset environment variable reads as one.
            object.__setattr__(self, "security_token", self.security_token or None)
        if self.expiration is not None:
            object.__setattr__(self, "expiration", as_utc("expiration", self.expiration))

    def __repr__(self) -> str:
        token = "***" if self.security_token else None
        return (
            f"Credentials(access_key_id={mask(self.access_key_id)!r}, access_key_secret='***', "
            f"security_token={token!r}, expiration={self.expiration!r})"
        )


class CredentialsProvider(Protocol):
    """Anything that hands out the credentials to sign with now; caching is its own business."""

    def retrieve(self) -> Credentials:
        """The credentials to use now.

        :raises OSSShareError: none are to be had.
        """


#: What a :class:`~django_oss_share.oss.Presigner` takes.
CredentialsSource = Credentials | CredentialsProvider | Callable[[], Credentials]


@dataclass(frozen=True, slots=True)
class EnvironmentProvider:
    """``OSS_ACCESS_KEY_ID``, ``OSS_ACCESS_KEY_SECRET`` and ``OSS_SESSION_TOKEN``, the names the vendor's SDKs read.

    They are read anew at each call, so that a rotated environment takes effect without a restart.
    """

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def retrieve(self) -> Credentials:
        return Credentials(
            self.environ.get("OSS_ACCESS_KEY_ID", ""),
            self.environ.get("OSS_ACCESS_KEY_SECRET", ""),
            self.environ.get("OSS_SESSION_TOKEN") or None,
        )


def as_retriever(source: CredentialsSource) -> Callable[[], Credentials]:
    """One way to ask, whichever of the three kinds of source was given.

    :raises MissingCredentials: ``source`` is None.
    :raises InvalidArgument: it is none of the three.
    """
    if isinstance(source, Credentials):
        return lambda: source
    if source is None:
        raise MissingCredentials("No credentials were given: pass Credentials, a provider or a callable.")
    retrieve = getattr(source, "retrieve", source)
    if not callable(retrieve):
        raise InvalidArgument(
            f"credentials must be Credentials, a provider with retrieve(), or a callable; got {type(source).__name__}.",
            field="credentials",
        )
    return retrieve


def check_retrieved(credentials: object) -> Credentials:
    """What a source handed out, if it can sign.

    :raises MissingCredentials: it is something else than credentials, such as None.
    """
    if not isinstance(credentials, Credentials):
        raise MissingCredentials(
            f"The source of credentials gave {type(credentials).__name__} instead of Credentials; nothing was signed."
        )
    return credentials


def mask(access_key_id: str) -> str:
    """The first four characters: enough to tell keys apart in a log, too little to look one up."""
    return access_key_id[:4] + "***"


def as_utc(name: str, moment: datetime) -> datetime:
    """``moment`` in UTC.

    :raises InvalidArgument: it is not a datetime, naive, or at an end of the calendar.
    """
    if not isinstance(moment, datetime):
        raise InvalidArgument(f"{name} must be a datetime with a time zone; got {moment!r}.", field=name, value=moment)
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise InvalidArgument(
            f"{name}={moment.isoformat()} has no time zone; pass an aware datetime, such as one in datetime.UTC.",
            field=name,
            value=moment,
        )
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidArgument(
            f"{name}={moment.isoformat()} is outside the years 1 to 9999 in UTC.", field=name, value=moment
        ) from None


def _refuse_blanks(name: str, value: str) -> None:
    if not isinstance(value, str):
        raise InvalidArgument(f"{name} must be a str; got {type(value).__name__}.", field=name)
    # A byte of the environment that is not UTF-8 reads as half a surrogate; the error of encoding it would show it all.
    if any(c <= " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in value):
        raise InvalidArgument(
            f"{name} holds a blank or a control character, or a byte that is not UTF-8, which no key has; was a "
            "newline read along with it?",
            field=name,
        )
