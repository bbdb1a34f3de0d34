"""Exports a whole bucket; the peak of the process, in bytes, is told in JSON.

Takes the storage's options as JSON on stdin. A process of its own, since peaks never go down.
"""

from __future__ import annotations

import json
import sys
import time

from exporting import export, set_up
from peak_memory import peak


def main() -> None:
    set_up(json.load(sys.stdin))
    start = time.perf_counter()
    export()
    json.dump({"peak": peak(), "seconds": time.perf_counter() - start}, sys.stdout)


if __name__ == "__main__":
    main()
