"""Where workers come from: a process that has imported everything, and forks.

Each worker would spend seconds on its imports. Reads the configuration of one worker a line, and ends with its input.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback

from django_oss_share.providers.assume_role import _quiet
from django_oss_share.storage import OSSStorage  # noqa: F401 - for the workers

from . import worker

with _quiet():
    import alibabacloud_sts20150401.client  # noqa: F401 - for the workers


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if os.fork() == 0:
            _run(line)


def _run(line: str) -> None:
    status = 1
    try:
        worker.work(json.loads(line))
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
