"""The official Node client against the emulator; see ``tests/clients/journey.js`` for what it does."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

import pytest

CLIENTS = Path(__file__).parent.parent / "clients"


@pytest.fixture(scope="session")
def node() -> str:
    """Node, with ali-oss installed as the lock file says."""
    found = shutil.which("node")
    # Not skipped: a run without it would prove nothing of Node.
    assert found, "node is missing; install it (apt install nodejs npm): this test runs the official Node client."
    with _alone():
        _install()
    return found


@contextmanager
def _alone() -> Iterator[None]:
    """Only one of several test processes at a time."""
    with (Path(gettempdir()) / "django-oss-share-npm-ci.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install() -> None:
    lock, installed = CLIENTS / "package-lock.json", CLIENTS / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    done = subprocess.run(["npm", "ci", "--prefix", str(CLIENTS)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    installed.touch()


def test_put_get_list_multipart_links_and_delete(oss_emulator, node):
    names = ("virtual_endpoint", "region", "bucket", "access_key_id", "access_key_secret")
    facts = {name: getattr(oss_emulator, name) for name in names}

    done = subprocess.run(
        [node, str(CLIENTS / "journey.js"), json.dumps(facts)], capture_output=True, text=True, timeout=120
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"v4": {"opened": 16, "deleted": 9}, "v1": {"opened": 16, "deleted": 9}}
    assert oss_emulator.keys() == []
    for operation in ("PutObject", "GetObject", "UploadPart", "CompleteMultipartUpload", "DeleteMultipleObjects"):
        assert oss_emulator.calls[operation] >= 2, operation


def test_the_lock_file_names_no_registry():
    packages = json.loads((CLIENTS / "package-lock.json").read_text())["packages"]

    assert packages["node_modules/ali-oss"]["version"] == "6.23.0"
    assert [name for name, each in packages.items() if "resolved" in each] == []
