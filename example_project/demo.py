"""``make demo``: the example project from nothing, with an embedded OSS and a worker.

Serves on PORT (8000) until Ctrl-C. With DEMO_ONCE=1 it walks through the site as its visitors and its administrator
would, over HTTP, compares every byte and name with what was stored, and exits: 0 if all of it is as it should be.
"""

import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from harness import site
from harness.emulator import BUCKET, emulator
from harness.errors import DemoFailed
from harness.journey import STEPS, Tour
from harness.samples import SAMPLES
from harness.worker import Worker, worker

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Demo:
    """All that is running, but for the site itself.

    :ivar oss: the emulator's endpoint.
    """

    listening: socket.socket
    oss: str
    prepared: site.Prepared
    worker: Worker

    @property
    def url(self) -> str:
        return f"http://{site.HOST}:{self.listening.getsockname()[1]}/"

    @property
    def share(self) -> str:
        return self.url.rstrip("/") + self.prepared.share

    @property
    def request(self) -> str:
        return self.url.rstrip("/") + self.prepared.request


def main() -> int:
    # Told to end by another process, it ends in the same order as by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        walk_through() if os.environ.get("DEMO_ONCE") == "1" else serve()
    except DemoFailed as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def serve() -> None:
    """The site, with what earlier runs have stored."""
    directory = Path(os.environ.get("EXAMPLE_VAR", HERE / "var"))
    with (
        suppress(KeyboardInterrupt),
        running(directory, os.environ.get("PORT", "8000")) as demo,
        site.serving(demo.listening),
        stop_signals() as wait,
    ):
        print(welcome(demo, directory), flush=True)
        wait()
    print("Stopped.")


@contextmanager
def stop_signals() -> Iterator[Callable[[], object]]:
    """Gives what waits for Ctrl-C or SIGTERM.

    While the block runs they raise nothing: Python drops an exception that comes up where nobody could catch it, in a
    finalizer say, and the demo would run on.
    """
    reader, writer = os.pipe()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: os.write(writer, b".")) for number in numbers}
    try:
        yield lambda: os.read(reader, 1)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)


def walk_through() -> None:
    """The site with nothing but the samples, for as long as a visit takes."""
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="oss-share-demo-") as directory,
        running(Path(directory), os.environ.get("PORT", "0")) as demo,
        site.serving(demo.listening),
    ):
        tour = Tour(demo.url, demo.prepared.password, demo.oss, demo.share, demo.worker)
        tour.stored |= {sample.name: (sample.read(), sample.content_type) for sample in SAMPLES}
        for step in STEPS:
            step(tour)
    print(f"Everything is as it should be, after {time.monotonic() - started:.1f} seconds.")


@contextmanager
def running(directory: Path, port: str) -> Iterator[Demo]:
    with site.listen(port) as listening, emulator(directory / "oss") as oss:
        prepared = site.prepare(directory, listening.getsockname()[1])
        with worker(directory / "celery") as started:
            yield Demo(listening, oss, prepared, started)


def welcome(demo: Demo, directory: Path) -> str:
    return f"""
  django-oss-share is running.

  Site    {demo.url}
  Admin   {demo.url}admin/    name {site.ADMIN}, password {demo.prepared.password}
  Share   {demo.share}
  OSS     {demo.oss}/{BUCKET}    an emulator, not the cloud; its data is in {directory}
  Worker  process {demo.worker.pid}    Celery; its log is {demo.worker.log}
  Upload  {demo.request}
  API     {demo.url}api/    log into the admin first, and try it there

  Open the share: that is what your visitors see. To make one yourself, log into the admin, choose "Shares",
  "Browse buckets", tick a file, "Share what is ticked". Give it a password and a limit, and open its link in a
  private window. Then read on the share's own page what happened, change or revoke it, and reload that window.
  "Export links…", with files and folders ticked there, has the worker write a list of their links: watch its bar.

  Open the upload page: that is where strangers leave files for you, of any size, straight into the bucket. What they
  left is in the admin, under "File requests".

  The links are signed by a security token that lives 15 minutes and that the worker renews in time: see
  {demo.url}admin/oss_share/storedcredentials/
  Stop the worker (kill {demo.worker.pid}) and links still work. Stop STS, and they do until half a minute before the
  token's end (then 503): curl {demo.oss}/-/faults -d '{{"kind": "status", "operation": "AssumeRole", "status": 503}}'
  It works again after: curl -X DELETE {demo.oss}/-/faults

  Ctrl-C stops everything.
"""


if __name__ == "__main__":
    sys.exit(main())
