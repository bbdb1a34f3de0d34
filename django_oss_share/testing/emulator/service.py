"""OSS without its network: an authenticated request in, an answer out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from . import router
from .access import authorize_object
from .access_log import AccessLog, Outcome, line, target_of
from .accounts import Accounts, Identity
from .auth import authenticate
from .authorization import authorize
from .errors import OSSError, internal_error, service_unavailable, too_many_requests, wrong_endpoint
from .faults import Calls, Fault, Faults, Kind
from .moments import milliseconds
from .operations.buckets import check_name
from .operations.call import Call
from .operations.cors import cors_headers
from .request import Request, endpoint_region, hostname
from .response import Response
from .store import Store
from .sts import handle_sts, is_sts, sts_operation

#: Operations that look into who may do what by themselves: object by object, or after reading a form.
_OWN_PERMISSION = frozenset({"DeleteMultipleObjects", "PostObject", "OptionObject"})
#: Operations that nobody signs, or that sign in their body.
_UNSIGNED = frozenset({"OptionObject", "PostObject"})

_REFUSALS = {429: too_many_requests, 500: internal_error, 503: service_unavailable}

FaultsHit = Mapping[Kind, Fault]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Service:
    """One account in one region.

    :ivar cnames: bucket by custom domain, in lower case and without port.
    :ivar clock_offset: seconds that its clock is ahead of ``clock``.
    :ivar force_download: send objects as attachments unless a custom domain is asked.
    """

    store: Store
    accounts: Accounts
    cnames: dict[str, str] = field(default_factory=dict)
    clock: Callable[[], datetime] = utc_now
    clock_offset: float = 0.0
    force_download: bool = False
    faults: Faults = field(default_factory=Faults)
    calls: Calls = field(default_factory=Calls)
    log: AccessLog = field(default_factory=AccessLog)

    def now(self, hits: FaultsHit) -> datetime:
        """The time that the emulator believes it is."""
        skew = hits[Kind.SKEW].seconds if Kind.SKEW in hits else None
        return self.clock() + timedelta(seconds=self.clock_offset + (skew or 0))

    def name(self, request: Request) -> str:
        """The operation asked for, by OSS's name; ``Unknown`` where it has none."""
        if is_sts(request):
            return sts_operation(request)
        try:
            return router.find(request).name
        except OSSError:
            return "Unknown"

    def answer(self, request: Request, hits: FaultsHit) -> Response:
        """Carry the request out.

        :raises OSSError: it is refused.
        """
        now = self.now(hits)
        if is_sts(request):
            return handle_sts(request, self.accounts, now, hits)
        if refused := hits.get(Kind.STATUS):
            raise _REFUSALS[refused.status or 500]()
        _check_bucket(request.bucket)
        operation = router.find(request)
        identity = Identity() if operation.name in _UNSIGNED else authenticate(request, self.accounts, now)
        self._check_endpoint(request)
        self._authorize(operation.name, request, identity)
        return operation.handler(
            Call(
                request=request,
                store=self.store,
                accounts=self.accounts,
                identity=identity,
                now=milliseconds(now),
                custom_domain=hostname(request.host) in self.cnames,
                force_download=self.force_download,
                faults=hits,
            )
        )

    def write_down(self, request: Request, outcome: Outcome) -> None:
        """Add a line to the bucket's log, if one is kept."""
        if request.bucket is not None and target_of(self.store, request.bucket) is not None:
            said = line(self.store, request, outcome, self.now({}), self.accounts.account_id)
            self.log.add(request.bucket, said)

    def cross_origin(self, request: Request) -> dict[str, str]:
        """The headers by which a browser lets a page read the answer, if the bucket's rules say so."""
        if request.bucket is None or request.method == "OPTIONS":
            return {}
        return cors_headers(self.store, request.bucket, request.method, request.headers)

    def _check_endpoint(self, request: Request) -> None:
        """:raises OSSError: the bucket is there, but not in the region whose endpoint was asked."""
        named = endpoint_region(request.host)
        if named not in (None, self.accounts.region) and request.bucket and self.store.buckets.find(request.bucket):
            raise wrong_endpoint(request.bucket, f"oss-{self.accounts.region}.aliyuncs.com")

    def _authorize(self, operation: str, request: Request, identity: Identity) -> None:
        if operation in _OWN_PERMISSION:
            return
        bucket = request.bucket
        if bucket is None or (operation == "PutBucket" and self.store.buckets.find(bucket) is None):
            authorize(identity, operation, request, self.accounts, bucket=bucket, key=None)
            return
        authorize_object(
            *(self.store, self.accounts, identity, request, operation),
            *(bucket, request.key, request.param("versionId")),
        )


def _check_bucket(name: str | None) -> None:
    """:raises OSSError: InvalidBucketName; a domain that nobody bound is no such bucket instead."""
    if name is not None and "." not in name:
        check_name(name)
