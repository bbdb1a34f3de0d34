"""What the emulator keeps on disk."""

from __future__ import annotations

import time

from django_oss_share.testing import OSSEmulator


def await_files(emulator: OSSEmulator, count: int) -> None:
    """That many are left; a file that was read goes only once its reader is known to be gone."""
    data, give_up = emulator.root / "data", time.monotonic() + 30
    while (left := sum(path.is_file() for path in data.rglob("*"))) != count:
        assert time.monotonic() < give_up, f"{left} files are left, not {count}."
        time.sleep(0.01)
