"""Writes shards of an export that is split already: those named on the command line, one after the other.

Arguments: the number of the export, and the indexes. Takes the storage's options and the database as JSON on stdin,
tells when it is ready, and begins at the next line.
"""

from __future__ import annotations

import json
import sys

from exporting import set_up


def main() -> None:
    told = json.loads(sys.stdin.readline())
    set_up(told["options"], told["database"])
    from django.core.files.storage import storages

    from django_oss_share.services.exports.running import Outcome, run

    # Imported before the clock runs, as in a worker that has been there for a while.
    storages["default"].client  # noqa: B018
    print("ready", flush=True)
    sys.stdin.readline()
    job, *shards = map(int, sys.argv[1:])
    for shard in shards:
        assert run(job, (shard,)).outcome in (Outcome.PART, Outcome.BUSY, Outcome.OVER)


if __name__ == "__main__":
    main()
