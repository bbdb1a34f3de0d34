"""``manage.py oss_acl``: who reads an object or a bucket without a signature, shown and changed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...oss import OSSShareError
from ...services import acl
from ...services.errors import Unconfirmed
from ...services.objects import storage_of
from ..printing import as_json, lines


class Command(BaseCommand):
    help = "Shows or changes the ACL of an object, or without a key that of the bucket."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", nargs="?", help="an object's name in the storage (default: the bucket)")
        parser.add_argument("--storage", default="default", help="alias in STORAGES (default: %(default)s)")
        parser.add_argument("--version-id", default="", help="of a bucket with versioning")
        parser.add_argument("--set", choices=acl.ObjectACL.values, dest="acl", help="the new ACL")
        parser.add_argument("--yes", action="store_true", help="you have read the warning, and mean it")
        parser.add_argument("--json", action="store_true", dest="as_json", help="one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        # A shell's variable that is empty names no object, and must not stand for all of them.
        if options["key"] == "":
            raise CommandError("The key is empty; leave it out for the bucket.")
        place = options["storage"], options["key"] or ""
        try:
            if options["acl"]:
                acl.set_acl(*place, options["acl"], version_id=options["version_id"], confirmed=options["yes"])
            known = _facts(*place, acl.access_to(*place, options["version_id"]))
        except Unconfirmed as error:
            raise CommandError(
                "\n".join([*error.warnings, "Nothing was changed; if you mean it, add --yes."])
            ) from None
        except (OSSShareError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(as_json(known) if options["as_json"] else "\n".join(lines(known)))


def _facts(storage: str, key: str, access: acl.Access) -> dict[str, Any]:
    backend = storage_of(storage)
    return {
        "bucket": backend.bucket_name,
        "key": key,
        "acl": access.acl,
        "bucket_acl": access.bucket_acl,
        "public": access.is_public,
        "url": backend.plain_url(key) if key and access.is_public else None,
    }
