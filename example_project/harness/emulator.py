"""The embedded OSS, as a process of its own."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from .errors import DemoFailed

BUCKET = "demo-bucket"
_SECONDS_TO_START = 30
_SECONDS_TO_STOP = 10
_SECONDS_TO_ANSWER = 10


@contextmanager
def emulator(root: Path) -> Iterator[str]:
    """An OSS with its data under ``root`` while the block runs; what it is called is put into the environment.

    :returns: its endpoint.
    :raises DemoFailed: it did not start.
    """
    command = [sys.executable, "-m", "django_oss_share.testing.emulator", "--port", "0"]
    command += ["--root", str(root), "--bucket", BUCKET]
    # In a session of its own: Ctrl-C reaches the site first, which may still be answering.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            facts = _first_line(process)
            os.environ |= _environment(facts)
            yield facts["endpoint"]
        finally:
            _stop(process)


def add_fault(endpoint: str, **fault: object) -> None:
    """Have the emulator do something wrong from now on."""
    _tell(endpoint, "POST", fault)


def clear_faults(endpoint: str) -> None:
    _tell(endpoint, "DELETE", {})


def _tell(endpoint: str, method: str, fault: dict[str, object]) -> None:
    request = Request(f"{endpoint}/-/faults", json.dumps(fault).encode(), method=method)
    with build_opener(ProxyHandler({})).open(request, timeout=_SECONDS_TO_ANSWER) as answer:
        answer.read()


def _first_line(process: subprocess.Popen[str]) -> dict[str, str]:
    too_slow = threading.Timer(_SECONDS_TO_START, process.kill)
    too_slow.start()
    line = process.stdout.readline()
    too_slow.cancel()
    if not line:
        raise DemoFailed(f"The emulator did not start; it ended with code {process.wait()}.")
    return json.loads(line)


def _environment(facts: dict[str, str]) -> dict[str, str]:
    return {
        "OSS_ENDPOINT": facts["endpoint"],
        "OSS_REGION": facts["region"],
        "OSS_BUCKET": BUCKET,
        "OSS_ACCESS_KEY_ID": facts["access_key_id"],
        "OSS_ACCESS_KEY_SECRET": facts["access_key_secret"],
        "OSS_SESSION_TOKEN": "",
        "OSS_STS_ENDPOINT": facts["sts_endpoint"],
        # A proxy of the outside world knows nothing of this machine's own servers.
        "NO_PROXY": "127.0.0.1,localhost",
    }


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
