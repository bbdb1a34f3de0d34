"""Runs one server, and ends it with the test session.

    python keeper.py SESSION_PID STOP_SIGNAL USER ENDED COMMAND...

Goes to the background at once and prints its process id. The server is stopped when this process is told to end
(SIGTERM), and also when the session is gone without having said so: killed, or crashed; then its directory goes, too.
The file ENDED appears when the server has ended, for whatever reason. USER is the account to run it under, or "-" for
the present one.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

SECONDS_TO_STOP = 5


def main() -> None:
    session, stop_signal, user, ended, *command = sys.argv[1:]
    go_to_background()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    server = start(command, None if user == "-" else user)
    try:
        while server.poll() is None and is_alive(int(session)):
            time.sleep(0.2)
    finally:
        stop(server, signal.Signals[stop_signal])
        if is_alive(int(session)):
            Path(ended).touch()
        else:
            shutil.rmtree(Path(ended).parent, ignore_errors=True)


def go_to_background() -> None:
    """As nobody's child, so that nobody has to wait for it."""
    if child := os.fork():
        print(child, flush=True)
        os._exit(0)
    os.setsid()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def start(command: list[str], user: str | None) -> subprocess.Popen:
    groups = [] if user else None
    return subprocess.Popen(command, start_new_session=True, user=user, extra_groups=groups)


def stop(server: subprocess.Popen, stop_signal: signal.Signals) -> None:
    """First kindly, then by force, and whatever else it started too."""
    with suppress(ProcessLookupError):
        server.send_signal(stop_signal)
    with suppress(subprocess.TimeoutExpired):
        server.wait(SECONDS_TO_STOP)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
