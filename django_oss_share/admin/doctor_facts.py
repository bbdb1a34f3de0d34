"""The facts of a link and of an answer, in the words of the reader; API and command have them by their keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: With a place of their own on the page, or none.
_APART = (
    "parameters",
    "repairs",
    "notes",
    "answer",
    "leads_to",
    "endpoint_in_words",
    "headers",
    "difference",
    "canonical_request",
)
_NAMES: Mapping[str, Any] = {
    "access_key_id": gettext_lazy("access key ID"),
    "addressing": gettext_lazy("addressing"),
    "allowed_networks": gettext_lazy("allowed networks"),
    "bucket": gettext_lazy("bucket"),
    "clock_ahead": gettext_lazy("clock ahead (seconds)"),
    "code": gettext_lazy("code"),
    "date": gettext_lazy("date"),
    "downloads": gettext_lazy("downloads"),
    "ec": gettext_lazy("EC"),
    "endpoint": gettext_lazy("endpoint"),
    "ends_at": gettext_lazy("stops working"),
    "expires_at": gettext_lazy("expires"),
    "expires_in": gettext_lazy("valid for (seconds)"),
    "fetched": gettext_lazy("asked for"),
    "files": gettext_lazy("files"),
    "host": gettext_lazy("host"),
    "id": gettext_lazy("ID"),
    "key": gettext_lazy("key"),
    "kind": gettext_lazy("kind"),
    "label": gettext_lazy("name"),
    "max_downloads": gettext_lazy("download limit"),
    "max_files": gettext_lazy("files at most"),
    "message": gettext_lazy("message"),
    "method": gettext_lazy("method"),
    "owner": gettext_lazy("owner"),
    "password": gettext_lazy("password"),
    "prefix": gettext_lazy("folder"),
    "public_id": gettext_lazy("public ID"),
    "region": gettext_lazy("region"),
    "request_id": gettext_lazy("request ID"),
    "scheme": gettext_lazy("scheme"),
    "signature": gettext_lazy("signature"),
    "signature_version": gettext_lazy("signature version"),
    "signed_at": gettext_lazy("signed"),
    "signed_by": gettext_lazy("signed by"),
    "signed_headers": gettext_lazy("signed headers"),
    "signing_region": gettext_lazy("signing region"),
    "starts_at": gettext_lazy("starts"),
    "state": gettext_lazy("state"),
    "status": gettext_lazy("status"),
    "storage": gettext_lazy("storage"),
    "temporary_credentials": gettext_lazy("temporary credentials"),
    "token_expires_at": gettext_lazy("security token ends"),
    "url": gettext_lazy("URL"),
    "version_id": gettext_lazy("version"),
}


def facts_in_words(facts: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Those that there are."""
    return [
        (_NAMES.get(name, name), _in_words(value))
        for name, value in facts.items()
        if name not in _APART and value not in (None, "", [])
    ]


def _in_words(value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else value
