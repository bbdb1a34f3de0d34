"""The words that a share's columns hold, and what people read for them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """At any moment a share is in exactly one of these."""

    SCHEDULED = "scheduled", _("scheduled")
    ACTIVE = "active", _("active")
    EXPIRED = "expired", _("expired")
    EXHAUSTED = "exhausted", _("limit reached")
    REVOKED = "revoked", _("revoked")


class Kind(models.TextChoices):
    """What a share covers."""

    OBJECT = "object", _("one file")
    SELECTION = "selection", _("several files")
    PREFIX = "prefix", _("a folder")


class Mode(models.TextChoices):
    """What a visitor meets first."""

    PAGE = "page", _("a page with a button")
    DIRECT = "direct", _("the file at once")


class Disposition(models.TextChoices):
    """What a browser does with the file."""

    ATTACHMENT = "attachment", _("save it")
    INLINE = "inline", _("show it")


class Pin(models.TextChoices):
    """What happens when another file is stored under the shared key."""

    NONE = "none", _("the new file is served")
    REPORT = "report", _("the new file is served, and the change written down")
    ETAG = "etag", _("nothing is served any more")
    VERSION = "version", _("the old version is served")


class Action(models.TextChoices):
    """What an audit row tells of."""

    CREATED = "created", _("created")
    VIEWED = "viewed", _("page opened")
    UNLOCKED = "unlocked", _("unlocked")
    UNLOCK_FAILED = "unlock_failed", _("wrong password")
    ISSUED = "issued", _("link handed out")
    DENIED = "denied", _("refused")
    EXTENDED = "extended", _("expiry changed")
    CHANGED = "changed", _("settings changed")
    PASSWORD_SET = "password_set", _("password changed")
    ROTATED = "rotated", _("link replaced")
    REVOKED = "revoked", _("revoked")
    REVIVED = "revived", _("revived")
    HANDED_OVER = "handed_over", _("handed over")
    OBJECT_CHANGED = "object_changed", _("the file was replaced")
    EXPORTED = "exported", _("exported")
    GRANTED = "granted", _("access granted")
    UPLOADED = "uploaded", _("uploaded")
    PURGED = "purged", _("purged")
    CREDENTIALS_REFRESHED = "credentials_refreshed", _("credentials refreshed")
    RECONCILED = "reconciled", _("compared with access logs")
