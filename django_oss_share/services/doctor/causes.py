"""What can be the matter with a link."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cause(models.TextChoices):
    """The values are for programs and do not change; the labels are for people."""

    OK = "ok", _("Nothing is wrong with it.")
    LINK_EXPIRED = "link_expired", _("The link has expired.")
    TOKEN_EXPIRED = "token_expired", _("The security token that signed it has expired.")
    LINK_OUTLIVES_TOKEN = "link_outlives_token", _("The link promises more than its security token lives.")
    CLOCK_SKEW = "clock_skew", _("A clock is wrong.")
    TAMPERED = "tampered", _("The link was changed since it was signed.")
    UNKNOWN_ACCESS_KEY = "unknown_access_key", _("OSS does not know the access key that signed it.")
    WRONG_REGION = "wrong_region", _("It was signed for another region.")
    WRONG_ENDPOINT = "wrong_endpoint", _("The bucket is not to be had at that host.")
    NO_PERMISSION = "no_permission", _("Whoever signed it may not read the object.")
    POLICY_DENIED = "policy_denied", _("A rule says no.")
    REFERER_DENIED = "referer_denied", _("The bucket refuses the page that it was opened from.")
    NOT_FOUND = "not_found", _("There is no such object.")
    VERSION_GONE = "version_gone", _("That version is gone.")
    KEY_ENCODING = "key_encoding", _("The object’s key is not encoded as it should be.")
    NEEDS_CUSTOM_DOMAIN = "needs_custom_domain", _("OSS’s own domain makes browsers save the file.")
    CONTENT_TYPE = "content_type", _("The content type is not that of the file.")
    CONTENT_DISPOSITION = "content_disposition", _("The object says that it is to be saved.")
    STALE_CACHE = "stale_cache", _("A cache still serves what the object was before.")
    UNREACHABLE = "unreachable", _("There is no answer.")


@dataclass(frozen=True, slots=True)
class Judgement:
    """:ivar explanation: what was seen. :ivar cure: what to do; "" where there is nothing to."""

    cause: Cause
    explanation: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What is the matter with a link, and what the link is.

    :ivar link: facts, fit for JSON, with secrets masked.
    """

    cause: Cause
    explanation: str
    cure: str
    link: dict[str, Any] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        return self.cause is Cause.OK

    def as_dict(self) -> dict[str, Any]:
        """Fit for JSON."""
        return {"cause": self.cause.value, "explanation": self.explanation, "cure": self.cure, "link": self.link}
