"""The emulator inside a test's own process."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from .access_log import BEIJING, target_of
from .accounts import AccessKey, Accounts, Role
from .faults import Calls, Faults
from .moments import milliseconds
from .operations.buckets import check_name
from .request import hostname
from .server import Server
from .service import Service, utc_now
from .store import ALL, Bucket, Draft, Store, Window

DEFAULT_BUCKET = "examplebucket"
DEFAULT_REGION = "cn-hangzhou"


class Keys(NamedTuple):
    """An access key."""

    access_key_id: str
    access_key_secret: str


class OSSEmulator:
    """OSS and STS on a loopback port, started by ``with`` (or :meth:`start`) and gone at its end.

    >>> with OSSEmulator(buckets=["examplebucket"]) as emulator:
    ...     STORAGES = {"default": {"BACKEND": "django_oss_share.storage.OSSStorage",
    ...                             "OPTIONS": emulator.storage_options()}}

    :param root: where objects are kept; a directory of its own, removed at the end, by default. A later start on the
        same root finds the same objects and the same keys.
    :param buckets: made if they are missing; the first one is :attr:`bucket`.
    :param cnames: bucket by custom domain.
    :param port: 0 for any free one.
    :param clock: gives aware UTC.
    :param force_download: send objects as attachments, except by custom domains, as OSS does for new buckets.
    :raises RootInUse: another emulator serves ``root``.
    """

    def __init__(
        self,
        root: Path | str | None = None,
        *,
        buckets: Iterable[str] = (DEFAULT_BUCKET,),
        region: str = DEFAULT_REGION,
        cnames: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        access_key_id: str | None = None,
        access_key_secret: str | None = None,
        clock: Callable[[], datetime] = utc_now,
        force_download: bool = False,
    ) -> None:
        self.region = region
        self._buckets = list(buckets) or [DEFAULT_BUCKET]
        self._cnames = _checked_cnames(cnames or {})
        self.bucket = self._buckets[0]
        self._host = host
        with ExitStack() as opened:
            self.root = Path(root or opened.enter_context(TemporaryDirectory(prefix="oss-emulator-")))
            self._store = Store(self.root)
            opened.callback(self._store.close)
            self.access_key_id, self.access_key_secret = _keys(self.root, access_key_id, access_key_secret)
            self.accounts = self._accounts()
            self._service = Service(
                self._store, self.accounts, dict(self._cnames), clock, force_download=force_download
            )
            for name in self._buckets:
                self.add_bucket(name)
            self._server = Server(self._service, host, port)
            opened.callback(self._server.stop)
            self._opened = opened.pop_all()

    def start(self) -> OSSEmulator:
        """Begin to answer."""
        self._server.start()
        return self

    def stop(self) -> None:
        """End, and remove the root where it was a temporary one. Does nothing the second time."""
        self._opened.close()

    def __enter__(self) -> OSSEmulator:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """``http://127.0.0.1:PORT``: with it, clients put the bucket into the path."""
        return f"http://{self._host}:{self._server.port}"

    @property
    def virtual_endpoint(self) -> str:
        """``http://localhost:PORT``: with it, clients ask ``BUCKET.localhost``: this machine, to a browser."""
        return f"http://localhost:{self._server.port}"

    @property
    def sts_endpoint(self) -> str:
        """STS answers on the same port."""
        return self.endpoint

    @property
    def faults(self) -> Faults:
        """What is to go wrong."""
        return self._service.faults

    @property
    def calls(self) -> Calls:
        """How often each operation was asked for."""
        return self._service.calls

    @property
    def clock_offset(self) -> float:
        """Seconds that the emulator's clock is ahead; may be set."""
        return self._service.clock_offset

    @clock_offset.setter
    def clock_offset(self, seconds: float) -> None:
        self._service.clock_offset = seconds

    def storage_options(self, **more: Any) -> dict[str, Any]:
        """The OPTIONS of an ``OSSStorage`` on :attr:`bucket`; ``more`` goes on top."""
        return {
            "bucket_name": self.bucket,
            "region_name": self.region,
            "endpoint_url": self.endpoint,
            "access_key": self.access_key_id,
            "secret_key": self.access_key_secret,
            **more,
        }

    def add_user(self, name: str, policy: str) -> AccessKey:
        """A RAM user who may do what ``policy`` (JSON) says, with a key.

        :raises ValueError: the policy is malformed.
        """
        return self.accounts.add_user(name, policy)

    def add_role(self, name: str, policy: str | None = None, **options: Any) -> Role:
        """A role for AssumeRole; see :meth:`Accounts.add_role`."""
        return self.accounts.add_role(name, policy, **options)

    def add_bucket(self, name: str, acl: str = "private") -> None:
        """Make a bucket; one that is there stays as it is.

        :raises OSSError: InvalidBucketName.
        """
        check_name(name)
        self._store.buckets.create(Bucket(name, self.region, self.accounts.account_id, self._now(), acl, ""))

    def add_cname(self, domain: str, bucket: str) -> None:
        """From now on ``domain`` is that bucket's."""
        self._service.cnames |= _checked_cnames({domain: bucket})

    def put(self, key: str, data: bytes, *, bucket: str | None = None, **headers: str) -> None:
        """Store an object without a request; ``content_type="text/plain"`` and the like become headers."""
        content = self._store.blobs.receive(BytesIO(data))
        kept = {"content-type": "application/octet-stream"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        self._store.objects.put(bucket or self.bucket, key, Draft(content, kept), self._now())

    def get(self, key: str, *, bucket: str | None = None) -> bytes:
        """An object's bytes, without a request.

        :raises OSSError: NoSuchKey.
        """
        _, body = self._store.objects.open(bucket or self.bucket, key)
        with closing(body):
            return b"".join(body.blocks())

    def keys(self, prefix: str = "", *, bucket: str | None = None) -> list[str]:
        """All keys that start with ``prefix``, in order, without a request."""
        page = self._store.listing.objects(bucket or self.bucket, Window(prefix=prefix, limit=ALL))
        return [row["key"].decode() for row in page.rows]

    def uploads(self, *, bucket: str | None = None) -> list[str]:
        """The keys of the multipart uploads that were neither completed nor aborted."""
        page = self._store.listing.uploads(bucket or self.bucket, Window(limit=ALL))
        return [row["key"].decode() for row in page.rows]

    def deliver_logs(self) -> list[str]:
        """Put what was logged since the last time into the buckets that PutBucketLogging named; the keys.

        OSS does so every hour.
        """
        written = []
        moment = f"{datetime.fromtimestamp(self._now() / 1000, BEIJING):%Y-%m-%d-%H-%M-%S}"
        for bucket, lines in self._service.log.take().items():
            if target := target_of(self._store, bucket):
                key = f"{target.prefix}{bucket}{moment}-{secrets.token_hex(4)}"
                self.put(key, "".join(f"{line}\n" for line in lines).encode(), bucket=target.bucket)
                written.append(key)
        return written

    def reset(self) -> None:
        """As freshly started: empty buckets of the first names, no faults, users, roles or domains, the right time."""
        for bucket in self._store.buckets.all():
            self._store.clear(bucket.name)
        self.accounts = self._service.accounts = self._accounts()
        self._service.cnames = dict(self._cnames)
        self.clock_offset = 0
        self.faults.clear()
        self.calls.clear()
        self._service.log.take()
        for name in self._buckets:
            self.add_bucket(name)

    def _accounts(self) -> Accounts:
        return Accounts(self.access_key_id, self.access_key_secret, region=self.region)

    def _now(self) -> int:
        return milliseconds(self._service.now({}))


def _keys(root: Path, access_key_id: str | None, access_key_secret: str | None) -> Keys:
    """The keys given, else those of the last start on ``root``, else new ones; kept for the next start."""
    path = root / "access-key.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    keys = Keys(
        access_key_id or kept.get("access_key_id") or f"LTAI{secrets.token_hex(10)}",
        access_key_secret or kept.get("access_key_secret") or secrets.token_hex(15),
    )
    path.touch(mode=0o600)
    path.write_text(json.dumps(keys._asdict()))
    return keys


def _checked_cnames(cnames: Mapping[str, str]) -> dict[str, str]:
    """:raises ValueError: an address or a name under ``localhost``, which are spoken for."""
    for domain in cnames:
        if hostname(domain) in ("localhost", "127.0.0.1", "::1") or hostname(domain).endswith(".localhost"):
            raise ValueError(f"{domain!r} cannot be a custom domain: the emulator itself answers to it.")
    return {hostname(domain): bucket for domain, bucket in cnames.items()}
