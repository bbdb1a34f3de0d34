"""Buckets, keys and shares that links are made of, and means to break them."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import oss2
from oss2.models import BucketReferer, BucketVersioningConfig
from shares.factories import make_share

from django_oss_share.models import Share
from django_oss_share.oss import Credentials, Endpoint, Presigner
from django_oss_share.services import tokens
from django_oss_share.testing import OSSEmulator

from .gateway import Given, ask, gateway

BACKEND = "django_oss_share.storage.OSSStorage"
SITE = "https://files.example.com"
CDN_KEY = "aliyuncdnexp1234"
#: Keys of the project on a bucket in OSS itself, for what needs no answer.
PAIR = ("LTAIproject", "the-secret")


@dataclass
class World:
    """:ivar emulator: the bucket of the storage ``default``. :ivar settings: Django's."""

    emulator: OSSEmulator
    settings: Any
    closing: ExitStack
    #: More for :func:`diagnose`.
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    # Links

    def link(self, key: str = "q3.pdf", *, pair: tuple[str, ...] = (), version: str = "v4", **more: Any) -> str:
        """By a key of the account unless another is given; kept by no safeguard of the storage's."""
        emulator = self.emulator
        credentials = Credentials(*(pair or (emulator.access_key_id, emulator.access_key_secret)))
        endpoint = Endpoint(emulator.endpoint, region=more.pop("region", emulator.region))
        return Presigner(credentials, endpoint, emulator.bucket, signature_version=version).presign(key, **more).url

    def native(self, key: str = "q3.pdf", *, pair: tuple[str, ...] = PAIR, host: str = "", **more: Any) -> str:
        """A link to a bucket in OSS itself, or to a domain of it."""
        region = more.pop("region", "cn-hangzhou")
        endpoint = Endpoint(f"https://{host}", region, "cname") if host else Endpoint.for_region(region)
        version = more.pop("version", "v4")
        presigner = Presigner(Credentials(*pair), endpoint, "examplebucket", signature_version=version)
        return presigner.presign(key, **more).url

    def session(self, seconds: float, policy: str = "") -> tuple[str, str, str]:
        """Temporary credentials that live ``seconds``."""
        role = self.emulator.add_role("reader")
        end = self.now + timedelta(seconds=seconds)
        made = self.emulator.accounts.open_session(role, "doctor", end, policy)
        return made.access_key_id, made.access_key_secret, made.security_token

    def user(self, effect: str, action: str) -> tuple[str, str]:
        document = {"Version": "1", "Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]}
        made = self.emulator.add_user(f"{effect}-{action}", json.dumps(document))
        return made.access_key_id, made.access_key_secret

    # The project

    def storage(self, alias: str, **options: Any) -> None:
        """A storage more."""
        given = {"bucket_name": "examplebucket", "region_name": "cn-hangzhou", **options}
        self.settings.STORAGES = {**self.settings.STORAGES, alias: {"BACKEND": BACKEND, "OPTIONS": given}}

    def knows_native(self, **options: Any) -> None:
        """From now on the bucket in OSS itself is the project's."""
        self.storage("native", access_key=PAIR[0], secret_key=PAIR[1], **options)

    def token_known(self, credentials: tuple[str, str, str], end: datetime) -> None:
        """A storage signs with that token, and knows when it ends."""
        names = ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN")
        given = {"PROVIDER": "static", **dict(zip(names, credentials, strict=True)), "EXPIRATION": end}
        self.settings.OSS_SHARE = {**self.settings.OSS_SHARE, "CREDENTIALS": {"temporary": given}}

    def share(self, **fields: Any) -> str:
        return self.address(make_share(**{"key": "q3.pdf", **fields}))

    def address(self, share: Share) -> str:
        return f"{SITE}/s/{tokens.make(share)}/"

    # What goes wrong

    @property
    def bucket(self) -> oss2.Bucket:
        auth = oss2.Auth(self.emulator.access_key_id, self.emulator.access_key_secret)
        return oss2.Bucket(auth, self.emulator.endpoint, self.emulator.bucket)

    def versioned(self) -> str:
        """Keep versions from now on; the id of that of a file that is there."""
        self.bucket.put_bucket_versioning(BucketVersioningConfig("Enabled"))
        return str(self.bucket.put_object("q3.pdf", b"%PDF-1.7", {"Content-Type": "application/pdf"}).versionid)

    def refuses_referers(self, *, empty: bool) -> None:
        self.bucket.put_bucket_referer(BucketReferer(empty, ["https://www.example.com"]))

    def denies(self) -> None:
        statement = {"Effect": "Deny", "Principal": ["*"], "Action": ["oss:GetObject"], "Resource": ["acs:oss:*:*:*"]}
        self.bucket.put_bucket_policy(json.dumps({"Version": "1", "Statement": [statement]}))

    def behind(self, answer: Callable[[str], Given]) -> str:
        """``host:port`` of a gateway that is asked instead."""
        return self.closing.enter_context(gateway(answer))

    def proxied(self, change: Callable[[str], str]) -> str:
        """The place of a proxy that asks OSS for something else than it was asked for."""
        return f"http://{self.behind(lambda target: ask(self.emulator.endpoint + change(target)))}"

    def resolves(self, host: str, to: str = "127.0.0.1") -> None:
        """That host has the address ``to``, by default this machine's, where the emulator is; "": none."""
        self.closing.enter_context(resolving(host, to))


@contextmanager
def resolving(name: str, to: str) -> Iterator[None]:
    real = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host == name and not to:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return real(to if host == name else host, *args, **kwargs)

    socket.getaddrinfo = resolve  # type: ignore[assignment]
    try:
        yield
    finally:
        socket.getaddrinfo = real
