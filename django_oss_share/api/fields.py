"""Fields that take what JSON says and nothing like it: no text for a number, no 1 for true, no moment without a zone.

DRF's own are more lenient, and a client that errs is then understood otherwise than it meant. Messages end a sentence
that begins with the field and its value, see :mod:`~django_oss_share.api.problems`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from ..models.share import MAX_DOWNLOADS
from ..oss.secret import Secret
from ..oss.suggestions import advice
from ..services.inputs import MAX_PASSWORD_BYTES

# Of names that are not known, no more is looked at: somebody may send thousands, or one of megabytes.
_MOST_NAMES, _LONGEST_NAME = 20, 100
#: The code of an error about a name that is not known.
UNKNOWN = "unknown"
DIGITS = re.compile(r"[0-9]{1,18}").fullmatch


class Strict(serializers.Serializer[Any]):
    """One that refuses what it does not know: a misspelt name would otherwise be a value that was never set."""

    def to_internal_value(self, data: Any) -> Any:
        known = [name for name, field in self.fields.items() if not field.read_only]
        unknown = [name for name in data if name not in known] if isinstance(data, Mapping) else []
        if unknown:
            told = {name: [_unknown(name[:_LONGEST_NAME], known)] for name in unknown[:_MOST_NAMES]}
            raise serializers.ValidationError(told)
        return super().to_internal_value(data)


def _unknown(name: str, known: list[str]) -> ErrorDetail:
    told = f"is unknown; {advice(name, known)}" if known else "is unknown; nothing is taken here."
    return ErrorDetail(told, code=UNKNOWN)


class Text(serializers.CharField):
    default_error_messages = {
        "invalid": "must be a text.",
        "blank": "must not be empty.",
        "max_length": "has too many characters; allowed are {max_length} at most.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **{"allow_blank": True, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # CharField strips before it asks whether anything is left.
        if data == "" and not self.allow_blank:
            self.fail("blank")
        return serializers.Field.run_validation(self, data)


class Password(Text):
    """Which no error report shows: those print the variables of every frame."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(write_only=True, max_length=MAX_PASSWORD_BYTES, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return Secret(super().to_internal_value(data))


class Choice(serializers.ChoiceField):
    default_error_messages = {"invalid_choice": "is unknown; allowed are {allowed}."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", allowed=", ".join(map(repr, self.choices)))
        return data


def choice_of(choices: type[models.TextChoices], **kwargs: Any) -> Choice:
    return Choice(choices=choices.choices, **kwargs)


class Whole(serializers.IntegerField):
    """From ``least`` to ``most``."""

    default_error_messages = {"invalid": "must be a whole number of {least} to {most}."}

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(min_value=least, max_value=most, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        number = self._read(data)
        if number is None or not self.least <= number <= self.most:
            self.fail("invalid", least=self.least, most=self.most)
        return number

    def run_validators(self, value: Any) -> None:
        """They only tell the schema: one message says all that can be wrong."""

    def _read(self, data: Any) -> int | None:
        return _whole(data)


def _whole(data: Any) -> int | None:
    """JSON, and so the schema, knows of one kind of numbers: 3.0 is 3, as some clients write it."""
    if isinstance(data, float) and data.is_integer():
        return int(data)
    return None if isinstance(data, bool) or not isinstance(data, int) else data


class WholeInQuery(Whole):
    """A number in an address, where all is text."""

    def _read(self, data: Any) -> int | None:
        return int(data) if isinstance(data, str) and DIGITS(data) else None


class Flag(serializers.BooleanField):
    default_error_messages = {"invalid": "must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Moment(serializers.DateTimeField):
    """Aware; written in UTC."""

    default_error_messages = {
        "invalid": "must be a moment with its zone, such as 2026-01-31T12:00:00Z; allowed are the years 1 to 9999."
    }

    def to_internal_value(self, value: Any) -> datetime:
        moment = _aware(value)
        if moment is None:
            self.fail("invalid")
        return moment

    def to_representation(self, value: Any) -> str:
        return str(value.astimezone(UTC).isoformat().replace("+00:00", "Z"))


def _aware(value: Any) -> datetime | None:
    try:
        moment = parse_datetime(value)
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


class Texts(serializers.ListField):
    """A list of ``least`` to ``most`` texts; what each may be is for the service to say."""

    child = Text()
    default_error_messages = {
        "not_a_list": "must be a list of texts.",
        "length": "has {length} entries; allowed are {least} to {most}.",
    }

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(min_length=least, max_length=most, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list) or not all(isinstance(each, str) for each in data):
            self.fail("not_a_list")
        if not self.least <= len(data) <= self.most:
            self.fail("length", length=len(data), least=self.least, most=self.most)
        return data

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # One entry after the other, as ListField goes, takes longer than signing all of them.
        return serializers.Field.run_validation(self, data)

    def run_validators(self, value: Any) -> None:
        """They only tell the schema."""


class Wholes(serializers.ListField):
    """A list of ``least`` to ``most`` numbers, each of 1 to ``most_of_each``."""

    default_error_messages = {
        "not_a_list": "must be a list of whole numbers of 1 to {most}.",
        "length": "has {length} entries; allowed are {least} to {most}.",
    }

    def __init__(self, least: int, most: int, *, most_of_each: int = 2**63 - 1, **kwargs: Any) -> None:
        self.least, self.most, self.most_of_each = least, most, most_of_each
        super().__init__(min_length=least, max_length=most, child=Whole(1, most_of_each), **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return serializers.Field.run_validation(self, data)

    def run_validators(self, value: Any) -> None:
        """They only tell the schema."""

    def to_internal_value(self, data: Any) -> list[int]:
        numbers = [_whole(each) for each in data] if isinstance(data, list) else [None]
        found = [each for each in numbers if each is not None and 1 <= each <= self.most_of_each]
        if len(found) < len(numbers):
            self.fail("not_a_list", most=self.most_of_each)
        if not self.least <= len(found) <= self.most:
            self.fail("length", length=len(found), least=self.least, most=self.most)
        return found


def storage(**kwargs: Any) -> Text:
    return Text(max_length=100, help_text="An alias of STORAGES.", **{"default": "default", **kwargs})


def key(**kwargs: Any) -> Text:
    """Its bytes are counted by the service."""
    return Text(max_length=1023, **kwargs)


def user(**kwargs: Any) -> Text:
    """As long as an e-mail address may be, by which many projects' users log in."""
    return Text(max_length=254, help_text="A user's name.", **kwargs)


def limit(**kwargs: Any) -> Whole:
    return Whole(1, MAX_DOWNLOADS, help_text="Links handed out altogether; null: no limit.", **kwargs)
