"""``oss_presign`` and exports beside the loop one writes with the SDK (list, presign, write a line), on one list."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, TextIO

import alibabacloud_oss_v2 as oss
from canned_list import PAGE_SIZE
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from exporting import check_done, export, set_up, sharded, storage_setup
from harness import Rounds, Row, at_least, in_turns, main, microseconds, ratio, shown
from sdk import sdk_client

from django_oss_share.services.exports.formats import Raw
from django_oss_share.services.exports.signing import Signer
from django_oss_share.storage import OSSStorage
from django_oss_share.storage.bulk import lister_of, presigner_of

NAME = "exports"

_HERE = Path(__file__).parent
_KEYS = 50_000  # of a round
_MANY = (1_000_000, 5_000_000)
_SHARDED, _SHARDS = 400_000, 8
_MOST_MEGABYTES = 120
_BUCKET = "examplebucket"

Options = dict[str, Any]


def run() -> list[Row]:
    with canned(_KEYS) as options:
        set_up(options)
        with Path(os.devnull).open("w") as nowhere:
            rows = _speeds(options, nowhere)
    return [
        *rows,
        _workers(),
        *(_memory("presign", "`oss_presign -r`", count) for count in _MANY),
        *(_memory("export", "an export", count) for count in _MANY),
    ]


@contextmanager
def canned(count: int) -> Iterator[Options]:
    """The options of a storage whose bucket has ``count`` keys, listed by a process of its own."""
    command = [sys.executable, _HERE / "canned_list.py", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield {
                "bucket_name": _BUCKET,
                "region_name": "cn-hangzhou",
                "endpoint_url": f"http://127.0.0.1:{int(process.stdout.readline())}",
                "access_key": "LTAIexample",
                "secret_key": "secretexample0123456789secret",
            }
        finally:
            process.terminate()


def _speeds(options: Options, nowhere: TextIO) -> list[Row]:
    client, storage = sdk_client(options), OSSStorage(**options)
    lister = lister_of(storage)
    pages = [page.keys for page in lister.pages()]
    assert [len(page) for page in pages] == [PAGE_SIZE] * (_KEYS // PAGE_SIZE)
    work: dict[str, Callable[[], object]] = {
        "export": lambda: call_command("oss_presign", f"oss://{_BUCKET}", "-r", stdout=nowhere),
        "job": export,
        "sdk export": partial(_sdk_export, client, nowhere),
        "sign": partial(_sign, storage, pages, nowhere),
        "sdk sign": partial(_sdk_sign, client, pages, nowhere),
        "list": lambda: sum(len(page.objects) for page in lister.pages()),
        "sdk list": partial(_sdk_list, client),
    }
    # In processor time: the server's is not counted.
    seconds = in_turns(work, rounds=7, clock=time.process_time)

    def compared(name: str, what: str, beside: str = "") -> tuple[str, str, float]:
        beside = beside or f"sdk {name}"
        measured, theirs = (microseconds(median(seconds[each]) / _KEYS) for each in (name, beside))
        return measured, f"{theirs}: the SDK's {what}", ratio(seconds[beside], seconds[name])

    loop = "paginator, `presign`, `write`"
    return [
        at_least("An export, a key: list, sign, write CSV, upload", *compared("job", loop, "sdk export"), 8),
        at_least("`oss_presign -r`, a key: list, sign, write", *compared("export", loop), 8),
        at_least("Signing and writing alone, a key", *compared("sign", "`presign`, `write`"), 15),
        shown("Listing alone, a key", *compared("list", "paginator")),
    ]


def _sdk_pages(client: oss.Client) -> Iterator[Any]:
    request = oss.ListObjectsV2Request(_BUCKET, max_keys=PAGE_SIZE, encoding_type="url")
    return client.list_objects_v2_paginator().iter_page(request)


def _sdk_export(client: oss.Client, nowhere: TextIO) -> None:
    for page in _sdk_pages(client):
        _sdk_sign(client, [[entry.key for entry in page.contents]], nowhere)


def _sdk_list(client: oss.Client) -> int:
    return sum(len(page.contents) for page in _sdk_pages(client))


def _sdk_sign(client: oss.Client, pages: list[list[str]], nowhere: TextIO) -> None:
    for keys in pages:
        for key in keys:
            link = client.presign(oss.GetObjectRequest(_BUCKET, key), expires=timedelta(seconds=900))
            nowhere.write(link.url + "\n")


def _sign(storage: OSSStorage, pages: list[list[str]], nowhere: TextIO) -> None:
    signer, output = Signer(presigner_of(storage), lambda: 900, {}, print), Raw(nowhere.write)
    for keys in pages:
        output.page(signer.links(keys))
    output.end()


def _workers() -> Row:
    """One process that writes all shards, and two that share them, by the clock, three times in turns."""
    seconds: Rounds = {"one": [], "two": []}
    with canned(_SHARDED) as options, override_settings(STORAGES={"default": storage_setup(options)}):
        for _ in range(3):
            seconds["one"].append(_written_by(1, options))
            seconds["two"].append(_written_by(2, options))
    # The best of each: this is by the clock, and a neighbour on one of two cores would be measured instead.
    one, two = min(seconds["one"]), min(seconds["two"])
    return at_least(
        f"An export of {_SHARDED:,} keys in {_SHARDS} shards by 2 workers, rows a second",
        f"{_SHARDED / two:,.0f}",
        f"{_SHARDED / one:,.0f}: 1 worker",
        one / two,
        1.7,
    )


def _written_by(count: int, options: Options) -> float:
    """Seconds from the first row to the joined file."""
    job = sharded(_SHARDS)
    told = json.dumps({"options": options, "database": settings.DATABASES["default"]["NAME"]})
    workers = [
        subprocess.Popen(
            [sys.executable, _HERE / "shard_worker.py", str(job.pk), *map(str, range(number, _SHARDS, count))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    for worker in workers:
        _tell(worker, told)
        assert worker.stdout is not None
        worker.stdout.readline()
    start = time.perf_counter()
    for worker in workers:
        _tell(worker, "go")
    assert [worker.wait(600) for worker in workers] == [0] * count
    elapsed = time.perf_counter() - start
    check_done(job)
    return elapsed


def _tell(worker: subprocess.Popen[str], line: str) -> None:
    assert worker.stdin is not None
    worker.stdin.write(line + "\n")
    worker.stdin.flush()


def _memory(script: str, what: str, count: int) -> Row:
    with canned(count) as options:
        command = [sys.executable, _HERE / f"peak_{script}.py"]
        done = subprocess.run(
            command, input=json.dumps(options), capture_output=True, text=True, check=True, timeout=1800
        )
    told = json.loads(done.stdout)
    megabytes = told["peak"] / 2**20
    return Row(
        f"Memory of {what}, {count:,} keys",
        f"{megabytes:.0f} MB at the peak",
        f"{count / told['seconds']:,.0f} links a second, by the clock",
        "",
        f"at most {_MOST_MEGABYTES} MB",
        megabytes <= _MOST_MEGABYTES,
    )


if __name__ == "__main__":
    main(run)
