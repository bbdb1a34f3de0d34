from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from shares.conftest import BACKEND

from django_oss_share.testing import OSSEmulator

#: Runs a command and tells on standard error how much memory it took at most.
MEASURED = """
import atexit, re, sys
from pathlib import Path
from django.core.management import execute_from_command_line
atexit.register(lambda: print("peak", re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1],
                              file=sys.stderr))
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""


@dataclass(frozen=True)
class Ran:
    """:ivar code: exit code."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def peak(self) -> int:
        """Megabytes."""
        return int(self.err.rpartition("peak ")[2]) // 1024


@pytest.fixture
def bucket(oss_emulator: OSSEmulator, settings) -> OSSEmulator:
    """The storage ``default`` is an empty bucket of the emulator."""
    settings.STORAGES = {"default": {"BACKEND": BACKEND, "OPTIONS": oss_emulator.storage_options()}}
    return oss_emulator


@pytest.fixture
def presign() -> Callable[..., Ran]:
    """Run ``oss_presign`` in this process."""

    def presign(*arguments: str) -> Ran:
        out, err, code = io.StringIO(), io.StringIO(), 0
        try:
            call_command("oss_presign", *arguments, stdout=out, stderr=err)
        except CommandError as error:
            code = error.returncode
            err.write(str(error))
        return Ran(code, out.getvalue(), err.getvalue())

    return presign


@pytest.fixture
def shell(bucket: OSSEmulator, tmp_path: Path) -> Callable[..., Ran]:
    """Run ``oss_presign`` as people do, in a process of its own."""
    options = bucket.storage_options()
    (tmp_path / "shell_settings.py").write_text(
        "SECRET_KEY, USE_TZ = 'x', True\n"
        "INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth', 'django_oss_share']\n"
        f"STORAGES = {{'default': {{'BACKEND': {BACKEND!r}, 'OPTIONS': {options!r}}}}}\n"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "shell_settings", "PYTHONPATH": str(tmp_path)}

    def shell(*arguments: str, **kwargs: Any) -> Ran:
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, "oss_presign", *arguments],
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **kwargs},
            text=True,
            env=environ,
            timeout=200,
        )
        return Ran(done.returncode, done.stdout or "", done.stderr or "")

    return shell


def fill(emulator: OSSEmulator, count: int) -> None:
    """``count`` small objects, ``many/0000000`` and on, by one statement instead of as many requests."""
    emulator.put("many/", b"x")
    with emulator._store.objects._database.transaction() as db:
        columns = [row["name"] for row in db.execute("PRAGMA table_info(objects)") if row["name"] != "sequence"]
        values = ", ".join("CAST(printf('many/%07d', n) AS BLOB)" if name == "key" else name for name in columns)
        db.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {count}) "
            f"INSERT INTO objects ({', '.join(columns)}) SELECT {values} FROM numbers, objects "
            "WHERE bucket = ? AND key = CAST('many/' AS BLOB)",
            [emulator.bucket],
        )
