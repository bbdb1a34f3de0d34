"""Standard output that somebody stops reading, as ``head`` does."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def leave_pipe() -> NoReturn:
    """End, since whoever read has seen enough: exit code 1, without a word."""
    # What is still to be flushed at exit must not go into that pipe.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
