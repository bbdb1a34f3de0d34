"""Whether who asks may have it: policies, then the bucket's policy, then ACLs; and where they come from (Referer)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .accounts import Accounts, Identity
from .errors import (
    OSSError,
    anonymous_forbidden,
    authorizer_denied,
    bucket_policy_denied,
    no_permission,
    referer_denied,
)
from .policies import Policy, Question, Verdict, matches
from .request import Request

#: Operations that RAM knows by another name; the others by their own.
_ACTIONS: Mapping[str, str] = {
    "HeadObject": "GetObject",
    "GetObjectMeta": "GetObject",
    "GetSymlink": "GetObject",
    "PutSymlink": "PutObject",
    "AppendObject": "PutObject",
    "PostObject": "PutObject",
    "CopyObject": "PutObject",
    "InitiateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "DeleteMultipleObjects": "DeleteObject",
    "ListObjectsV2": "ListObjects",
    "HeadBucket": "GetBucketInfo",
}
#: Actions that have one of their own where a version is named.
_VERSIONED = frozenset(
    {"GetObject", "DeleteObject", "GetObjectAcl", "PutObjectAcl", "GetObjectTagging", "PutObjectTagging"}
)
#: What ACLs open to everybody.
_PUBLIC_READ = frozenset({"oss:GetObject", "oss:GetObjectVersion", "oss:ListObjects", "oss:ListObjectVersions"})
_PUBLIC_WRITE = frozenset(
    {"oss:PutObject", "oss:DeleteObject", "oss:AbortMultipartUpload", "oss:ListParts", "oss:ListMultipartUploads"}
)
#: So that an owner who locked themselves out can undo it.
_ABOVE_BUCKET_POLICY = frozenset({"oss:PutBucketPolicy", "oss:GetBucketPolicy", "oss:DeleteBucketPolicy"})
# Scheme and host, of which the former may be missing.
_ORIGIN = re.compile(r"(?:[^/?:]*://)?[^/?]*").match


@dataclass(frozen=True, slots=True)
class RefererRule:
    """Hotlink protection of a bucket.

    :ivar allowed: patterns with ``*`` and ``?`` that a Referer must begin with; empty for any Referer.
    :ivar denied: patterns that it must not begin with.
    :ivar truncate_query: compare it without its query. :ivar truncate_path: compare scheme and host alone.
    """

    allow_empty: bool = True
    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    truncate_query: bool = True
    truncate_path: bool = False

    def refuse(self, referer: str) -> OSSError | None:
        """Why a request with that header is refused, or None."""
        if not (self.allowed or self.denied):
            return None
        if not referer:
            return None if self.allow_empty or not self.allowed else referer_denied("0003-00000501")
        address = self._compared(referer)
        if any(_begins(pattern, address) for pattern in self.denied):
            return referer_denied("0003-00000502")
        if self.allowed and not any(_begins(pattern, address) for pattern in self.allowed):
            return referer_denied("0003-00000503")
        return None

    def _compared(self, referer: str) -> str:
        if self.truncate_path:
            found = _ORIGIN(referer)
            return found[0] if found else referer
        return referer.partition("?")[0] if self.truncate_query else referer


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """What a bucket lays down about access.

    :ivar acl: ``private``, ``public-read`` or ``public-read-write``.
    """

    acl: str = "private"
    policy: Policy | None = None
    referer: RefererRule = RefererRule()


def action(operation: str, *, versioned: bool = False) -> str:
    """The RAM action of an operation: ``oss:GetObject`` for HeadObject.

    :param versioned: the request names a version.
    """
    name = _ACTIONS.get(operation, operation)
    return f"oss:{name}Version" if versioned and name in _VERSIONED else f"oss:{name}"


def authorize(
    identity: Identity,
    operation: str,
    request: Request,
    accounts: Accounts,
    *,
    bucket: str | None,
    key: str | None,
    access: BucketAccess | None = None,
    object_acl: str = "default",
    versioned: bool = False,
) -> None:
    """Return if the request may be carried out.

    :param bucket: the one concerned, which for the source of a copy is not the request's.
    :param access: the bucket's; None for a request to the service, or for a bucket that does not exist yet.
    :param object_acl: the object's own ACL, or ``default`` for its bucket's.
    :param versioned: a version is named.
    :raises OSSError: 403 AccessDenied.
    """
    access = access or BucketAccess()
    _check_referer(identity, request, key, access.referer)
    question = _question(identity, action(operation, versioned=versioned), request, accounts, bucket, key)
    if identity.session_policy and identity.session_policy.says(question) is not Verdict.ALLOW:
        raise authorizer_denied()
    if _granted(identity, question, access) or _is_public(question.action, object_acl, access.acl, key):
        return
    if not identity.anonymous:
        raise authorizer_denied()
    raise no_permission() if question.action in _PUBLIC_READ | _PUBLIC_WRITE else anonymous_forbidden()


def _granted(identity: Identity, question: Question, access: BucketAccess) -> bool:
    """Whether a policy allows it; False where all are silent.

    :raises OSSError: one denies it.
    """
    of_bucket = _bucket_verdict(access.policy, question)
    if of_bucket is Verdict.DENY:
        raise bucket_policy_denied()
    of_identity = _identity_verdict(identity, question)
    if of_identity is Verdict.DENY:
        raise authorizer_denied("0003-00000201")
    return Verdict.ALLOW in (of_bucket, of_identity)


def _bucket_verdict(policy: Policy | None, question: Question) -> Verdict:
    if policy is None or question.action in _ABOVE_BUCKET_POLICY:
        return Verdict.SILENT
    return policy.says(question)


def _identity_verdict(identity: Identity, question: Question) -> Verdict:
    if identity.anonymous:
        return Verdict.SILENT
    return identity.policy.says(question) if identity.policy else Verdict.ALLOW


def _question(
    identity: Identity, action_: str, request: Request, accounts: Accounts, bucket: str | None, key: str | None
) -> Question:
    resource = "*" if bucket is None else f"{bucket}/{key}" if key is not None else bucket
    names = {identity.arn, identity.user_id} if not identity.anonymous else set[str]()
    return Question(action_, resource, accounts.region, accounts.account_id, frozenset(names), _context(request))


def _context(request: Request) -> dict[str, str]:
    context = {
        "acs:sourceip": request.remote_addr,
        "acs:securetransport": str(request.scheme == "https").lower(),
        "oss:prefix": request.param("prefix", "") or "",
        "oss:delimiter": request.param("delimiter", "") or "",
    }
    if "referer" in request.headers:
        context["acs:referer"] = request.headers["referer"]
    return context


def _is_public(action_: str, object_acl: str, bucket_acl: str, key: str | None) -> bool:
    acl = bucket_acl if key is None or object_acl == "default" else object_acl
    if action_ in _PUBLIC_READ:
        return acl in ("public-read", "public-read-write")
    return action_ in _PUBLIC_WRITE and acl == "public-read-write"


def _check_referer(identity: Identity, request: Request, key: str | None, rule: RefererRule) -> None:
    """Only for objects, and only for those who hold no key themselves: anonymous requests and links."""
    if key is None or not (identity.anonymous or identity.by_link):
        return
    refusal = rule.refuse(request.headers.get("referer", ""))
    if refusal is not None:
        raise refusal


def _begins(pattern: str, referer: str) -> bool:
    address = referer if "://" in pattern else referer.partition("://")[2] or referer
    return matches(f"{pattern}*", address)
