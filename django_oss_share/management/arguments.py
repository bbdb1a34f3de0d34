"""What people type at a command line: lengths of time, moments, users, shares."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import get_current_timezone

from ..conf import LONGEST
from ..models import Share
from ..models.share import PUBLIC_ID_BYTES
from ..services import tokens
from ..services.inputs import NEVER, Expiry

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(?:\d+[smhdw])+").fullmatch
_PART = re.compile(r"(\d+)([smhdw])").findall
_DIGEST = re.compile(r"[0-9a-f]{64}").fullmatch
_PUBLIC_ID = re.compile(rf"[0-9a-f]{{{2 * PUBLIC_ID_BYTES}}}").fullmatch


def duration(text: str) -> timedelta:
    """``90s``, ``30m``, ``12h``, ``7d``, ``2w``, ``1d12h``; a bare number is seconds.

    :raises ArgumentTypeError: none of these, or longer than a timedelta holds.
    """
    try:
        if text.isdecimal():
            return timedelta(seconds=int(text))
        if _DURATION(text):
            return sum((timedelta(**{_UNITS[unit]: int(count)}) for count, unit in _PART(text)), timedelta())
    except OverflowError:
        raise ArgumentTypeError(f"{text!r} is longer than 999999999 days.") from None
    raise ArgumentTypeError(f"{text!r} is not a length of time; write it as 90s, 30m, 12h, 7d, 2w or 1d12h.")


def age(text: str) -> timedelta:
    """A :func:`duration` with its unit, of a day at least: what is older is lost, and 365 are meant to be days.

    :raises ArgumentTypeError: none of these.
    """
    found = duration(text)
    if text.isdecimal() or not timedelta(days=1) <= found <= LONGEST:
        raise ArgumentTypeError(f"{text!r} is no age; write it with its unit, such as 365d, of 1d to {LONGEST.days}d.")
    return found


def count(text: str) -> int:
    """:raises ArgumentTypeError: no whole number from 1 on."""
    if not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no number from 1 to 999999999.")
    return int(text)


def head(text: str) -> str:
    """:raises ArgumentTypeError: not the digest of a seal; an empty variable of a script must not pass for one."""
    if not _DIGEST(text):
        raise ArgumentTypeError(f"{text!r} is no head; it is 64 hexadecimal digits, as 'oss_audit verify' prints.")
    return text


def expiry(text: str) -> Expiry:
    """A :func:`duration` from now, a date or a time (in the project's time zone unless it names one), or ``never``.

    :raises ArgumentTypeError: none of these.
    """
    if text == "never":
        return NEVER
    if (moment := _moment(text)) is not None:
        return moment
    try:
        return duration(text)
    except ArgumentTypeError:
        raise ArgumentTypeError(
            f"{text!r} is no expiry; write a length of time such as 30d or 12h, a date such as 2026-12-31, a time such "
            "as 2026-12-31T18:00, or 'never'."
        ) from None


def moment(text: str) -> datetime:
    """A date or a time, in the project's time zone unless it names one; :raises ArgumentTypeError: it is none."""
    if (found := _moment(text)) is None:
        raise ArgumentTypeError(f"{text!r} is no time; write 2026-12-31 or 2026-12-31T18:00.")
    return found


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)) is not None:
            found = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone is set below
        return found and (found if found.tzinfo else found.replace(tzinfo=get_current_timezone())).astimezone(UTC)
    except (ValueError, OverflowError):
        # The latter from the calendar's first and last day, which are beyond it in another time zone.
        raise ArgumentTypeError(f"{text!r} is not in the calendar.") from None


def user_named(name: str) -> Any:
    """:raises CommandError: no user has that name."""
    users = get_user_model()
    try:
        return users._default_manager.get_by_natural_key(name)
    except (users.DoesNotExist, UnicodeEncodeError):
        # The latter from an argument in another encoding than the terminal's.
        raise CommandError(f"There is no user {name!r}.") from None


def share_named(text: str) -> Share:
    """The share of a number (``17``), a public id, a link or a token.

    :raises CommandError: there is none; a link is not repeated, since it may be genuine.
    """
    if text.isdecimal() and len(text) < 2 * PUBLIC_ID_BYTES:
        found, what = Share.objects.filter(pk=int(text)).first(), f"number {text}"
    elif _PUBLIC_ID(text):
        found, what = Share.objects.filter(public_id=text).first(), f"public id {text}"
    else:
        found, what = _share_of_link(text), "that link"
    if found is None:
        raise CommandError(f"There is no share with {what}.")
    return found


def _share_of_link(text: str) -> Share | None:
    for part in re.split(r"[/?#]", text):
        try:
            return Share.objects.filter(public_id=tokens.parse(part).public_id).first()
        except tokens.BadToken:
            continue
    raise CommandError("That is no share: give its number, its public id (18 hexadecimal digits) or its whole link.")
