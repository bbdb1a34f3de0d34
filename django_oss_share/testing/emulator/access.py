"""What the store says about access to a bucket and an object, put before :mod:`authorization`."""

from __future__ import annotations

import json
from functools import lru_cache

from .accounts import Accounts, Identity
from .authorization import BucketAccess, RefererRule, authorize
from .policies import Policy
from .request import Request
from .store import Bucket, Store

parse_bucket_policy = lru_cache(256)(lambda text: Policy.parse(text, of_bucket=True))


def authorize_object(
    store: Store,
    accounts: Accounts,
    identity: Identity,
    request: Request,
    operation: str,
    bucket: str,
    key: str | None,
    version_id: str | None,
) -> None:
    """Return if ``identity`` may carry out ``operation`` there.

    :raises OSSError: AccessDenied, or NoSuchBucket.
    """
    found = store.buckets.get(bucket)
    stored = store.objects.find(bucket, key, version_id) if key is not None else None
    authorize(
        identity,
        operation,
        request,
        accounts,
        bucket=bucket,
        key=key,
        access=bucket_access(store, found),
        object_acl=stored.draft.acl if stored else "default",
        versioned=version_id is not None,
    )


def bucket_access(store: Store, bucket: Bucket) -> BucketAccess:
    """The bucket's ACL, policy and Referer rule."""
    policy = store.buckets.configuration(bucket.name, "policy")
    referer = store.buckets.configuration(bucket.name, "referer")
    return BucketAccess(
        bucket.acl,
        parse_bucket_policy(policy) if policy else None,
        load_referer(referer) if referer else RefererRule(),
    )


def load_referer(text: str) -> RefererRule:
    """The rule as PutBucketReferer stored it."""
    stored = json.loads(text)
    lists = {name: tuple(stored[name]) for name in ("allowed", "denied")}
    return RefererRule(**{**stored, **lists})
