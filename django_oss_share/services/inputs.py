"""Checks of what people ask for; every error names the field, the value and what is allowed."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import Enum
from ipaddress import ip_interface, ip_network
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.text import Truncator

from ..conf import LONGEST
from ..models.share import MAX_DOWNLOADS
from ..oss import InvalidArgument, InvalidKey
from ..oss.credentials import as_utc
from ..oss.disposition import check_filename
from ..oss.secret import Secret
from ..oss.validate import check_key, check_line, is_plain
from ..storage.names import clean_name
from .errors import PolicyViolation
from .policy import Policy

#: Bytes of UTF-8; hashing takes longer the more there are.
MAX_PASSWORD_BYTES = 1024
_MAX_FILENAME = 255
_MAX_VERSION = 128


class _Never(Enum):
    NEVER = "never"

    def __repr__(self) -> str:
        return "NEVER"


#: As an expiry: none.
NEVER: Final = _Never.NEVER
#: When a share ends: an aware datetime, a timedelta or seconds from now, or NEVER.
Expiry = datetime | timedelta | int | _Never


def checked_key(key: str, field: str = "key") -> str:
    """:raises InvalidKey: OSS or a browser would refuse it, or the storage's names would fold it into another."""
    if is_plain(key) and "//" not in key:
        return key
    try:
        check_key(key)
    except InvalidKey as error:
        error.field = field
        raise
    if "\\" in key or clean_name(key) != key:
        raise InvalidKey(
            f"{field}={key!r} has a doubled slash or a backslash, which a storage's names do not keep.",
            field=field,
            value=key,
        )
    return key


def checked_prefix(prefix: str) -> str:
    """:raises InvalidKey: empty, which would share the whole bucket, not a folder, or as :func:`checked_key`."""
    if not isinstance(prefix, str) or not prefix.endswith("/"):
        raise InvalidKey(
            f"prefix={prefix!r} is no folder: it must end in '/', such as 'team/', so that it opens no neighbour.",
            field="prefix",
            value=prefix,
        )
    return checked_key(prefix, "prefix")


def checked_md5(field: str, md5: str) -> str:
    """As ``Content-MD5`` has it, or "" for none; :raises InvalidArgument: it is no MD5 in base64."""
    try:
        if not md5 or len(b64decode(md5, validate=True)) == 16:
            return md5 or ""
    except (NotBase64, TypeError, ValueError):
        pass
    raise InvalidArgument(
        f"{field}={md5!r} must be the MD5 in base64, 24 characters, as the header Content-MD5 has it.", field=field
    )


def checked_filename(filename: str | None) -> str:
    """``""`` for none; :raises InvalidArgument: a browser would not save under it, or it is too long."""
    if filename is None or filename == "":
        return ""
    return _short("filename", check_filename(filename), _MAX_FILENAME)


def checked_text(field: str, text: str, maximum: int) -> str:
    """:raises InvalidArgument: it is not a str, holds a NUL or a lone surrogate, or is too long."""
    if not isinstance(text, str):
        raise InvalidArgument(f"{field} must be a str; got {type(text).__name__}.", field=field, value=text)
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidArgument(f"{field}={text!r} holds a NUL or a lone surrogate.", field=field, value=text)
    return _short(field, text, maximum)


def checked_user(field: str, user: Any) -> Any:
    """:raises InvalidArgument: it is none, such as a user's name."""
    if not isinstance(user, get_user_model()):
        given = repr(user) if isinstance(user, str | int | None) else f"a {type(user).__name__}"
        raise InvalidArgument(
            f"{field} must be a user ({settings.AUTH_USER_MODEL}), such as request.user; got {given}.",
            field=field,
            value=user,
        )
    return user


def checked_owner(user: Any) -> Any:
    """``created_by``: a user, or None for nobody; :raises InvalidArgument: something else."""
    return None if user is None else checked_user("created_by", user)


def checked_choice(field: str, value: str, choices: type[models.TextChoices]) -> str:
    """:raises InvalidArgument: not one of ``choices``."""
    if value not in choices.values:
        listed = ", ".join(repr(each) for each in choices.values)
        raise InvalidArgument(f"{field}={value!r} is unknown; allowed are {listed}.", field=field, value=value)
    return str(value)


def checked_limit(max_downloads: int | None) -> int | None:
    """:raises InvalidArgument: not a whole number of 1 to 2,147,483,647, and not None."""
    if max_downloads is None:
        return None
    if isinstance(max_downloads, bool) or not isinstance(max_downloads, int) or not 1 <= max_downloads <= MAX_DOWNLOADS:
        raise InvalidArgument(
            f"max_downloads={max_downloads!r} is out of range; allowed are 1 to {MAX_DOWNLOADS}, or None for no limit.",
            field="max_downloads",
            value=max_downloads,
        )
    return max_downloads


def checked_networks(networks: Iterable[str]) -> list[str]:
    """The networks as ``ipaddress`` spells them; :raises InvalidArgument: one is none, or has host bits set."""
    if isinstance(networks, str):
        raise InvalidArgument(
            f"allowed_networks={networks!r} must be a list of networks, such as ['10.0.0.0/8'].",
            field="allowed_networks",
            value=networks,
        )
    return [_network(network) for network in networks]


def _network(network: str) -> str:
    try:
        return str(ip_network(network))
    except ValueError:
        advice = _network_advice(network)
        raise InvalidArgument(
            f"allowed_networks: {network!r} is not a network: {advice}", field="allowed_networks", value=network
        ) from None


def _network_advice(network: Any) -> str:
    try:
        return f"host bits set; meant {ip_interface(network).network}?"
    except ValueError:
        return "allowed are addresses and networks such as '10.0.0.0/8' and '2001:db8::/32'."


def checked_version(version_id: str | None) -> str:
    """``""`` for none; :raises InvalidArgument: no link could name it."""
    if version_id is None:
        return ""
    return check_line("version_id", checked_text("version_id", version_id, _MAX_VERSION))


def veiled(password: Any) -> Any:
    """``password`` as no error report shows it: those print the variables of every frame."""
    return Secret(password) if isinstance(password, str) else password


def checked_password(password: str | None, policy: Policy) -> str | None:
    """:raises PolicyViolation: missing, too short or too long; it is never repeated."""
    if password is None or password == "":
        if policy.password_required:
            raise PolicyViolation(
                f"password is missing, and OSS_SHARE['PASSWORD_REQUIRED'] asks for one of "
                f"{policy.password_min_length} to {MAX_PASSWORD_BYTES} characters.",
                field="password",
            )
        return None
    if not isinstance(password, str):
        raise InvalidArgument(f"password must be a str; got {type(password).__name__}.", field="password")
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise InvalidArgument("password holds a lone surrogate, which UTF-8 cannot encode.", field="password")
    if len(password) < policy.password_min_length or len(password.encode()) > MAX_PASSWORD_BYTES:
        raise PolicyViolation(
            f"password has {len(password)} characters; allowed are {policy.password_min_length} or more, "
            f"up to {MAX_PASSWORD_BYTES} bytes.",
            field="password",
        )
    return password


def checked_start(starts_at: datetime | None) -> datetime | None:
    """:raises InvalidArgument: it is naive."""
    return None if starts_at is None else as_utc("starts_at", starts_at)


def checked_expiry(
    expiry: Expiry, policy: Policy, now: datetime, starts_at: datetime | None, field: str = "expires_at"
) -> datetime | None:
    """When the share ends; None: never.

    :raises InvalidArgument: not a moment, naive, in the past, or not after ``starts_at``.
    :raises PolicyViolation: later than the policy allows.
    """
    if expiry is NEVER:
        if policy.max_expiry is not None:
            raise PolicyViolation(
                f"{field}=NEVER is not allowed: a share may live {_days(policy.max_expiry)} at most.",
                field=field,
                value=expiry,
            )
        return None
    end = _moment(field, expiry, now)
    if end <= max(now, starts_at or now):
        what, then = ("now", now) if starts_at is None or starts_at <= now else ("its start", starts_at)
        raise InvalidArgument(f"{field}={_utc(end)} is not after {what}, {_utc(then)}.", field=field, value=expiry)
    latest = now + (policy.max_expiry or LONGEST)
    # A form that was filled in takes a moment to arrive.
    if end > latest + timedelta(minutes=1):
        raise PolicyViolation(
            f"{field}={_utc(end)} is too late: a share may live {_days(policy.max_expiry or LONGEST)}, "
            f"until {_utc(latest)}.",
            field=field,
            value=expiry,
        )
    return end


def _moment(field: str, expiry: Any, now: datetime) -> datetime:
    if isinstance(expiry, datetime):
        return as_utc(field, expiry)
    if isinstance(expiry, bool) or not isinstance(expiry, int | timedelta):
        raise InvalidArgument(
            f"{field}={expiry!r} must be an aware datetime, a timedelta, or seconds as an int.",
            field=field,
            value=expiry,
        )
    seconds = expiry if isinstance(expiry, int) else expiry.total_seconds()
    if not 1 <= seconds <= LONGEST.total_seconds():
        raise InvalidArgument(
            f"{field}={expiry!r} is out of range; allowed are 1 second to {_days(LONGEST)}.", field=field, value=expiry
        )
    return now + timedelta(seconds=seconds)


def _short(field: str, text: str, maximum: int) -> str:
    if len(text) > maximum:
        raise InvalidArgument(
            f"{field}={Truncator(text).chars(40)!r} has {len(text)} characters; allowed are {maximum} at most.",
            field=field,
            value=text,
        )
    return text


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _days(length: timedelta) -> str:
    if length.seconds or length.days < 1:
        return str(length)
    return f"{length.days} days"
