"""Stores a file of two gigabytes and reads it back; how far the process grew, in bytes, is told in JSON.

Takes the storage's options as JSON on stdin. A process of its own, since peaks never go down.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files import File

MEGABYTES = 2048


def main() -> None:
    from django_oss_share.storage import OSSStorage

    storage = OSSStorage(**json.load(sys.stdin))
    storage.save("small", File(BytesIO(b"all that is imported at the first use")))
    before = peak()
    with tempfile.TemporaryFile() as file:
        # A hole: it takes no room on the disk until it is sent.
        file.truncate(MEGABYTES * 2**20)
        storage.save("large", File(file, name="large"))
    with storage.open("large") as large:
        size = sum(len(block) for block in large.chunks(2**20))
    storage.delete("large")
    assert size == MEGABYTES * 2**20
    json.dump({"grown": peak() - before}, sys.stdout)


def peak() -> int:
    """Bytes."""
    # Linux's own count of this program's; getrusage() would begin at the peak of the process that started it.
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


if __name__ == "__main__":
    settings.configure()
    main()
