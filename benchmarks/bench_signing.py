"""Presigning beside the official SDKs and botocore, and beside the hashing that no signer can avoid."""

from __future__ import annotations

import hashlib
import hmac
import resource
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from statistics import median

import alibabacloud_oss_v2 as oss
import boto3
import oss2
from botocore.client import BaseClient
from botocore.config import Config
from harness import Rounds, Row, at_least, at_most, in_turns, main, microseconds, milliseconds, ratio, shown

from django_oss_share.oss import Credentials, Endpoint, Presigner

NAME = "signing"

_ID, _SECRET = "LTAIexample", "secretexample0123456789secret"
_BUCKET, _REGION = "examplebucket", "cn-hangzhou"
_LINKS = 100  # a round's, of each signer
_KEYS = [f"reports/2026/{number:06}.pdf" for number in range(_LINKS)]
_CHINESE = [f"报表/二〇二六年/{number:06} 季度.pdf" for number in range(_LINKS)]

Work = Callable[[], object]


def run() -> list[Row]:
    seconds = in_turns(_work(), rounds=60, clock=time.process_time)
    return [*_targets(seconds), *_peers(seconds), *_imports()]


def _work() -> dict[str, Work]:
    v4, v1 = _presigner("v4"), _presigner("v1")
    sdk = _sdk_client()
    return {
        "presign": partial(_one_by_one, lambda key: v4.presign(key, expires_in=900), _KEYS),
        "presign v1": partial(_one_by_one, lambda key: v1.presign(key, expires_in=900), _KEYS),
        "presign_many": lambda: deque(v4.presign_many(_KEYS, expires_in=900), maxlen=0),
        "presign_many chinese": lambda: deque(v4.presign_many(_CHINESE, expires_in=900), maxlen=0),
        "hashing": _hash_only,
        "sdk": partial(_one_by_one, partial(_sdk_presign, sdk), _KEYS),
        "sdk chinese": partial(_one_by_one, partial(_sdk_presign, sdk), _CHINESE),
        "oss2 v4": _oss2_work(oss2.AuthV4),
        "oss2 v1": _oss2_work(oss2.Auth),
        "botocore": partial(_one_by_one, partial(_botocore_presign, _botocore_client()), _KEYS),
    }


def _one_by_one(sign: Callable[[str], object], keys: list[str]) -> None:
    for key in keys:
        sign(key)


def _presigner(version: str) -> Presigner:
    return Presigner(Credentials(_ID, _SECRET), Endpoint.for_region(_REGION), _BUCKET, signature_version=version)


def _hash_only() -> None:
    """One SHA-256 and one HMAC a link, over texts of the length that V4 asks for: the floor under any signer."""
    request = (
        f"GET\n/{_BUCKET}/{_KEYS[0]}\nx-oss-credential={_ID}%2F20260101%2F{_REGION}%2Foss%2Faliyun_v4_request"
        "&x-oss-date=20260101T000000Z&x-oss-expires=900&x-oss-signature-version=OSS4-HMAC-SHA256\n\n\nUNSIGNED-PAYLOAD"
    ).encode()
    before = f"OSS4-HMAC-SHA256\n20260101T000000Z\n20260101/{_REGION}/oss/aliyun_v4_request\n".encode()
    key = bytes(32)
    for _ in range(_LINKS):
        digest = hashlib.sha256(request).hexdigest().encode()
        hmac.digest(key, before + digest, "sha256").hex()


def _sdk_client() -> oss.Client:
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(_ID, _SECRET)
    config.region = _REGION
    return oss.Client(config)


def _sdk_presign(client: oss.Client, key: str) -> object:
    return client.presign(oss.GetObjectRequest(_BUCKET, key), expires=timedelta(seconds=900))


def _oss2_work(auth: Callable[[str, str], object]) -> Work:
    endpoint = f"https://oss-{_REGION}.aliyuncs.com"
    bucket = oss2.Bucket(auth(_ID, _SECRET), endpoint, _BUCKET, region=_REGION)
    return partial(_one_by_one, lambda key: bucket.sign_url("GET", key, 900, slash_safe=True), _KEYS)


def _botocore_client() -> BaseClient:
    return boto3.client(
        "s3",
        region_name=_REGION,
        aws_access_key_id=_ID,
        aws_secret_access_key=_SECRET,
        config=Config(signature_version="s3v4"),
    )


def _botocore_presign(client: BaseClient, key: str) -> object:
    return client.generate_presigned_url("get_object", Params={"Bucket": _BUCKET, "Key": key}, ExpiresIn=900)


def _targets(seconds: Rounds) -> list[Row]:
    a_link = partial(_a_link, seconds)
    sdk = f"{a_link('sdk')}: alibabacloud-oss-v2 `Client.presign`"
    many = a_link("presign_many")
    return [
        at_least("`presign()`, a link", a_link("presign"), sdk, ratio(seconds["sdk"], seconds["presign"]), 15),
        at_least("`presign_many()`, a link", many, sdk, ratio(seconds["sdk"], seconds["presign_many"]), 22),
        at_most(
            "`presign_many()`, a link",
            many,
            f"{a_link('hashing')}: one SHA-256 and one HMAC",
            ratio(seconds["presign_many"], seconds["hashing"]),
            2,
        ),
    ]


def _peers(seconds: Rounds) -> list[Row]:
    def row(what: str, ours: str, peer: str, theirs: str) -> Row:
        return shown(
            what, _a_link(seconds, ours), f"{_a_link(seconds, theirs)}: {peer}", ratio(seconds[theirs], seconds[ours])
        )

    return [
        row("`presign_many()`, Chinese keys", "presign_many chinese", "alibabacloud-oss-v2", "sdk chinese"),
        row("`presign()`", "presign", "oss2 `sign_url`, V4", "oss2 v4"),
        row("`presign()`, V1", "presign v1", "oss2 `sign_url`, V1", "oss2 v1"),
        row("`presign()`", "presign", "botocore `generate_presigned_url`", "botocore"),
    ]


def _a_link(seconds: Rounds, name: str) -> str:
    return microseconds(median(seconds[name]) / _LINKS)


def _imports() -> list[Row]:
    ours, theirs = "django_oss_share.oss", "alibabacloud_oss_v2"
    work = {name: partial(_start, f"import {name}" if name else "") for name in (ours, theirs, "")}
    seconds = in_turns(work, rounds=9, clock=_children)
    bare = median(seconds[""])
    net = {name: [second - bare for second in seconds[name]] for name in (ours, theirs)}
    return [
        shown(
            f"`import {ours}`",
            milliseconds(median(net[ours])),
            f"{milliseconds(median(net[theirs]))}: `import {theirs}`",
            ratio(net[theirs], net[ours]),
        )
    ]


def _children() -> float:
    """Seconds that processes started from here have computed."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _start(statement: str) -> None:
    """An interpreter that runs ``statement`` and ends."""
    subprocess.run([sys.executable, "-c", statement], check=True, timeout=60)


if __name__ == "__main__":
    main(run)
