"""The storage: its links beside S3Storage's, its transfers beside the SDK's own, and the memory that they take."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import alibabacloud_oss_v2 as oss
from django.conf import settings
from django.core.files import File
from harness import Row, at_least, at_most, in_turns, main, microseconds, milliseconds, ratio, shown
from peak_memory import MEGABYTES
from sdk import sdk_client
from storages.backends.s3 import S3Storage

from django_oss_share.storage import OSSStorage

NAME = "storage"

_LINKS = 50  # a round's, of each storage
_NAMES = [f"reports/2026/{number:06}.pdf" for number in range(_LINKS)]
_SIZE = 64 * 1024 * 1024
_BLOCK = 256 * 1024

Options = dict[str, Any]


def run() -> list[Row]:
    settings.configure()
    with tempfile.TemporaryDirectory(prefix="bench-storage-") as directory, _emulator(Path(directory)) as options:
        return [*_links(), *_transfers(options, Path(directory)), _memory(options)]


@contextmanager
def _emulator(directory: Path) -> Iterator[Options]:
    """The options of a storage on an emulator in a process of its own."""
    command = [sys.executable, "-m", "django_oss_share.testing.emulator", "--root", str(directory / "oss")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        try:
            yield {
                "bucket_name": told["bucket"],
                "region_name": told["region"],
                "endpoint_url": told["endpoint"],
                "access_key": told["access_key_id"],
                "secret_key": told["access_key_secret"],
            }
        finally:
            process.terminate()


# Links


def _links() -> list[Row]:
    keys = {"bucket_name": "examplebucket", "access_key": "LTAIexample", "secret_key": "secretexample"}
    ours = OSSStorage(region_name="cn-hangzhou", **keys)
    theirs = S3Storage(region_name="eu-central-1", signature_version="s3v4", **keys)
    work = {"ours": partial(_all_urls, ours.url), "theirs": partial(_all_urls, theirs.url)}
    seconds = in_turns(work, rounds=60, clock=time.process_time)
    beside = f"{microseconds(median(seconds['theirs']) / _LINKS)}: django-storages `S3Storage.url()`"
    measured = microseconds(median(seconds["ours"]) / _LINKS)
    return [at_least("`OSSStorage.url()`", measured, beside, ratio(seconds["theirs"], seconds["ours"]), 30)]


def _all_urls(url: Callable[[str], str]) -> None:
    for name in _NAMES:
        url(name)


# Transfers


def _transfers(options: Options, directory: Path) -> list[Row]:
    storage, client, bucket = OSSStorage(**options), sdk_client(options), options["bucket_name"]
    source = directory / "source"
    source.write_bytes(bytes(range(256)) * (_SIZE // 256))
    target = directory / "target"
    storage.save("big", File(source.open("rb")))
    seconds = in_turns(
        {
            "save": partial(_save, storage, source),
            "put_object": partial(_put_object, client, bucket, source),
            "read": partial(_read_to, storage, target),
            "get_object_to_file": partial(client.get_object_to_file, oss.GetObjectRequest(bucket, "big"), str(target)),
            "get_object": partial(_get_object, client, bucket, target),
        },
        rounds=9,
    )

    def times(ours: str, theirs: str) -> tuple[str, str, float]:
        beside = f"{milliseconds(median(seconds[theirs]))}: the SDK's `{theirs}`"
        return milliseconds(median(seconds[ours])), beside, ratio(seconds[ours], seconds[theirs])

    unchecked = times("read", "get_object")
    return [
        at_most("Upload of 64 MB by `save()`", *times("save", "put_object"), 1.1),
        at_most("Download of 64 MB by `open()`", *times("read", "get_object_to_file"), 1.1),
        shown(
            "Download of 64 MB by `open()`",
            unchecked[0],
            f"{unchecked[1]}, which checks no CRC",
            1 / unchecked[2],
        ),
    ]


def _save(storage: OSSStorage, source: Path) -> None:
    with source.open("rb") as file:
        storage.save("big", File(file))


def _put_object(client: oss.Client, bucket: str, source: Path) -> None:
    with source.open("rb") as file:
        client.put_object(oss.PutObjectRequest(bucket, "big", body=file))


def _read_to(storage: OSSStorage, target: Path) -> None:
    with storage.open("big") as file, target.open("wb") as sink:
        for block in file.chunks(_BLOCK):
            sink.write(block)


def _get_object(client: oss.Client, bucket: str, target: Path) -> None:
    with client.get_object(oss.GetObjectRequest(bucket, "big")).body as body, target.open("wb") as sink:
        for block in body.iter_bytes():
            sink.write(block)


# Memory


def _memory(options: Options) -> Row:
    script = Path(__file__).with_name("peak_memory.py")
    done = subprocess.run(
        [sys.executable, script], input=json.dumps(options), capture_output=True, text=True, check=True, timeout=1800
    )
    grown = json.loads(done.stdout)["grown"] / 2**20
    return Row(
        f"Memory of {MEGABYTES:,} MB written and read back",
        f"{grown:.0f} MB more than before",
        f"{MEGABYTES:,} MB of data",
        "",
        "at most 150 MB",
        grown <= 150,
    )


if __name__ == "__main__":
    main(run)
