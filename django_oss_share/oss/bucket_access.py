"""Who may read a bucket and its objects without a signature, and from which pages: ACLs and Referer rules."""

from __future__ import annotations

import alibabacloud_oss_v2 as sdk

from .client import BucketClient
from .referer import RefererRule

#: Seconds to wait for an answer: somebody waits, and maybe a transaction does.
_TIMEOUT = 5


class AccessClient(BucketClient):
    """Reads and sets ACLs and the Referer rule of one bucket, by one short try each.

    :raises PermissionDenied: the credentials lack ``oss:GetBucketAcl``, ``oss:PutObjectAcl`` and the like.
    """

    def bucket_acl(self) -> str:
        """``private``, ``public-read`` or ``public-read-write``."""
        with self._translated("GetBucketAcl"):
            result = self._sdk.get_bucket_acl(sdk.GetBucketAclRequest(self.bucket), **_SHORT)
        return str(result.acl)

    def set_bucket_acl(self, acl: str) -> None:
        """Of all objects that have no ACL of their own."""
        with self._translated("PutBucketAcl"):
            self._sdk.put_bucket_acl(sdk.PutBucketAclRequest(self.bucket, acl=acl), **_SHORT)

    def object_acl(self, key: str, *, version_id: str | None = None) -> str:
        """As :meth:`bucket_acl`, or ``default``: the bucket's. :raises ObjectNotFound: there is no such object."""
        request = sdk.GetObjectAclRequest(self.bucket, key, version_id=version_id)
        with self._translated("GetObjectAcl", key):
            return str(self._sdk.get_object_acl(request, **_SHORT).acl)

    def set_object_acl(self, key: str, acl: str, *, version_id: str | None = None) -> None:
        """:raises ObjectNotFound: there is no such object."""
        request = sdk.PutObjectAclRequest(self.bucket, key, acl=acl, version_id=version_id)
        with self._translated("PutObjectAcl", key):
            self._sdk.put_object_acl(request, **_SHORT)

    def referer_rule(self) -> RefererRule:
        """The bucket's; one that is not set where nobody has set any."""
        with self._translated("GetBucketReferer"):
            result = self._sdk.get_bucket_referer(sdk.GetBucketRefererRequest(self.bucket), **_SHORT)
        found = result.referer_configuration
        return RefererRule(
            allowed=_patterns(found.referer_list),
            denied=_patterns(found.referer_blacklist),
            allow_empty=found.allow_empty_referer is not False,
            truncate_query=found.allow_truncate_query_string is not False,
            truncate_path=bool(found.truncate_path),
        )

    def set_referer_rule(self, rule: RefererRule) -> None:
        """In place of the present one, all of it; :raises InvalidArgument: it is not fit to be set."""
        rule.checked()
        configuration = sdk.RefererConfiguration(
            allow_empty_referer=rule.allow_empty,
            allow_truncate_query_string=rule.truncate_query,
            truncate_path=rule.truncate_path,
            referer_list=sdk.RefererList(referers=list(rule.allowed)),
            referer_blacklist=sdk.RefererBlacklist(referers=list(rule.denied)),
        )
        request = sdk.PutBucketRefererRequest(self.bucket, referer_configuration=configuration)
        with self._translated("PutBucketReferer"):
            self._sdk.put_bucket_referer(request, **_SHORT)


_SHORT = {"retry_max_attempts": 1, "readwrite_timeout": _TIMEOUT}


def _patterns(listed: sdk.RefererList | sdk.RefererBlacklist | None) -> tuple[str, ...]:
    return tuple(listed.referers or ()) if listed is not None else ()
