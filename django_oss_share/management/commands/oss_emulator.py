"""``manage.py oss_emulator``: the emulator, with the flags of ``python -m django_oss_share.testing.emulator``."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ...testing.emulator import cli


class Command(BaseCommand):
    help = "Runs an Alibaba Cloud OSS and STS on this machine; prints one line of JSON and serves until SIGTERM."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        cli.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(cli.serve(argparse.Namespace(**options)))
