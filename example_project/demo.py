"""``make demo``: the example project from nothing, with an embedded OSS.

Serves on PORT (8000) until Ctrl-C. With DEMO_ONCE=1 it walks through the site as a visitor would, over HTTP, compares
every byte and name with what was stored, and exits: 0 if all of it is as it should be.
"""

import os
import signal
import socket
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from harness import site
from harness.emulator import BUCKET, emulator
from harness.errors import DemoFailed
from harness.journey import STEPS, Tour
from harness.samples import SAMPLES

HERE = Path(__file__).resolve().parent


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
    port = os.environ.get("PORT", "8000")
    with suppress(KeyboardInterrupt), site.listen(port) as listening, emulator(directory / "oss") as endpoint:
        password = site.prepare(directory)
        print(welcome(address(listening), password, endpoint, directory), flush=True)
        site.serve(listening)
    print("Stopped.")


def walk_through() -> None:
    """The site with nothing but the samples, for as long as a visit takes."""
    started = time.monotonic()
    with ExitStack() as running:
        directory = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="oss-share-demo-")))
        listening = running.enter_context(site.listen(os.environ.get("PORT", "0")))
        running.enter_context(emulator(directory / "oss"))
        tour = Tour(address(listening), site.prepare(directory))
        tour.stored |= {sample.name: (sample.read(), sample.content_type) for sample in SAMPLES}
        running.enter_context(site.serving(listening))
        for step in STEPS:
            step(tour)
    print(f"Everything is as it should be, after {time.monotonic() - started:.1f} seconds.")


def address(listening: socket.socket) -> str:
    return f"http://{site.HOST}:{listening.getsockname()[1]}/"


def welcome(url: str, password: str, endpoint: str, directory: Path) -> str:
    return f"""
  django-oss-share is running.

  Site    {url}
  Admin   {url}admin/    name {site.ADMIN}, password {password}
  OSS     {endpoint}/{BUCKET}    an emulator, not the cloud; its data is in {directory}

  Open the site. "Preview" shows a file in the browser, "Download" saves it under its own name. Copy such a
  link and change one character of it: OSS refuses it. Upload a file of your own, then see it in the admin.

  Ctrl-C stops everything.
"""


if __name__ == "__main__":
    sys.exit(main())
