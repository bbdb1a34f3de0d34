"""``python -m django_oss_share.testing.emulator``: the emulator as a process of its own, until SIGTERM."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from .embedded import DEFAULT_BUCKET, DEFAULT_REGION, OSSEmulator
from .errors import OSSError
from .store import RootInUse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags; ``manage.py oss_emulator`` has the same."""
    parser.add_argument("--root", type=Path, help="where objects and keys are kept (default: a temporary directory)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on; 0 for any free one (default)")
    parser.add_argument(
        "--bucket", action="append", metavar="NAME", help=f"bucket to make; repeatable (default: {DEFAULT_BUCKET})"
    )
    parser.add_argument(
        "--cname",
        action="append",
        default=[],
        type=_cname,
        metavar="HOST=BUCKET",
        help="custom domain of a bucket; repeatable",
    )
    parser.add_argument("--region", default=DEFAULT_REGION, help="default: %(default)s")
    parser.add_argument("--access-key-id", metavar="ID", help="default: that of the last start on ROOT, or a new one")
    parser.add_argument("--access-key-secret", metavar="SECRET", help="likewise")
    parser.add_argument(
        "--force-download",
        action="store_true",
        help="send objects as attachments except by custom domains, as OSS does for buckets made since 2022",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m django_oss_share.testing.emulator",
        description="Alibaba Cloud OSS and STS on this machine, for development and tests. "
        "Prints one line of JSON, and serves until SIGTERM or Ctrl-C.",
    )
    add_arguments(parser)
    return serve(parser.parse_args(arguments))


def serve(options: argparse.Namespace) -> int:
    """Serve as :func:`add_arguments`' options say, until a signal; the exit code."""
    over = Event()
    try:
        emulator = OSSEmulator(
            options.root,
            buckets=options.bucket or [DEFAULT_BUCKET],
            region=options.region,
            cnames=dict(options.cname),
            host=options.host,
            port=options.port,
            access_key_id=options.access_key_id,
            access_key_secret=options.access_key_secret,
            force_download=options.force_download,
        )
    except (RootInUse, OSSError, OSError, ValueError) as error:
        sys.stderr.write(f"The emulator cannot start: {error}\n")
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    with emulator:
        sys.stdout.write(json.dumps(facts(emulator)) + "\n")
        sys.stdout.flush()
        over.wait()
    return 0


def facts(emulator: OSSEmulator) -> dict[str, str]:
    """What a client needs to know."""
    names = ("endpoint", "sts_endpoint", "region", "bucket", "access_key_id", "access_key_secret")
    return {name: getattr(emulator, name) for name in names}


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, 0 to 65535")
    return int(text)


def _cname(text: str) -> tuple[str, str]:
    domain, equals, bucket = text.partition("=")
    if not (domain and equals and bucket):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST=BUCKET")
    return domain, bucket
