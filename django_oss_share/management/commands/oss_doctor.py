"""Says what is the matter with a link, or with a bucket. Exit codes: 0 nothing, 1 something, 2 there is none such."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...oss import OSSShareError
from ...oss.reading.text import MAX_LENGTH
from ...services.doctor import Diagnosis, NotALink, diagnose
from ...services.doctor.bucket import PREFIX, Examination, examine
from ..pipes import leave_pipe
from ..printing import as_json, as_text

#: The exit code for what cannot be judged at all.
NOT_A_LINK = 2


class Command(BaseCommand):
    help = (
        "Explains a link (presigned, of a CDN, of a share, or plain) in plain words, and names what is the matter with "
        "it and the cure; or looks at a bucket. Exit code 0: nothing is; 1: something is; 2: it is neither."
    )
    # What is misconfigured may be the very reason for asking.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "url", metavar="URL", nargs="?", help="the link, in quotes, as it came; '-' reads it from standard input"
        )
        parser.add_argument(
            "--bucket",
            metavar="ALIAS",
            help="look at the bucket of that storage instead: clock, ACL, policy, Referer, CORS, versions, and what "
            "the credentials may do, by a small object that is stored, opened and removed",
        )
        parser.add_argument("--prefix", metavar="PREFIX", help=f"where that object goes; {PREFIX} by default")
        parser.add_argument(
            "--fetch", action="store_true", help="ask OSS too, at the hosts of the project's buckets alone"
        )
        parser.add_argument(
            "--allow-host", action="append", default=[], metavar="HOST", help="a further host to ask; may be repeated"
        )
        parser.add_argument("--referer", default="", metavar="URL", help="the page that the link is opened from")
        parser.add_argument("--json", action="store_true", help="one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["url"] is None) == (options["bucket"] is None):
            raise CommandError("Give either a link or --bucket ALIAS.", returncode=NOT_A_LINK)
        try:
            if options["bucket"] is None:
                self._explain(**options)
            else:
                self._examine(options["bucket"], options["prefix"], as_one_line=options["json"])
        except BrokenPipeError:
            leave_pipe()
        except KeyboardInterrupt:
            raise CommandError("Interrupted.", returncode=130) from None

    def _examine(self, alias: str, prefix: str | None, *, as_one_line: bool) -> None:
        try:
            examination = examine(alias, prefix=PREFIX if prefix is None else prefix)
        except (OSSShareError, ImproperlyConfigured, SuspiciousOperation) as error:
            raise CommandError(f"The bucket cannot be looked at: {error}", returncode=NOT_A_LINK) from error
        lines = [as_json(examination.as_dict())] if as_one_line else _report(examination)
        for line in lines:
            self.stdout.write(line)
        self.stdout.flush()
        sys.exit(0 if examination.is_ok else 1)

    def _explain(self, **options: Any) -> None:
        url = sys.stdin.read(MAX_LENGTH + 1) if options["url"] == "-" else options["url"]
        try:
            diagnosis = diagnose(
                url, fetch=options["fetch"], allow_hosts=options["allow_host"], referer=options["referer"]
            )
        except NotALink as error:
            self._refuse(str(error), "Not a link: ", as_one_line=options["json"])
        except (OSSShareError, ImproperlyConfigured) as error:
            self._refuse(f"The link cannot be looked at: {error}", as_one_line=options["json"])
        else:
            self._tell(diagnosis, as_one_line=options["json"])
            self.stdout.flush()
            sys.exit(0 if diagnosis.is_ok else 1)

    def _refuse(self, why: str, before: str = "", *, as_one_line: bool) -> None:
        if not as_one_line:
            raise CommandError(before + as_text(why), returncode=NOT_A_LINK)
        self.stdout.write(as_json({"cause": None, "explanation": why, "cure": "", "link": {}}))
        self.stdout.flush()
        sys.exit(NOT_A_LINK)

    def _tell(self, diagnosis: Diagnosis, *, as_one_line: bool) -> None:
        known = diagnosis.as_dict()
        if as_one_line:
            self.stdout.write(as_json(known))
            return
        for line in _text(known):
            self.stdout.write(line)


def _report(examination: Examination) -> Iterator[str]:
    """A line or two for each finding."""
    yield as_text(f"{examination.storage}: oss://{examination.bucket}")
    for each in examination.findings:
        yield as_text(f"  {each.level.value:8} {each.check:11} {each.explanation}")
        if each.cure:
            yield as_text(f"{'':23}{each.cure}")


def _text(known: dict[str, Any]) -> Iterator[str]:
    """As people read it: what is the matter, then what the link is, then its parameters."""
    link = known.pop("link")
    yield from _lines(known)
    yield ""
    parameters, told = link.pop("parameters", []), {name: link.pop(name, []) for name in ("repairs", "notes")}
    nested = {name: link.pop(name) for name in list(link) if isinstance(link[name], dict)}
    yield from _lines(link)
    for name, facts in nested.items():
        yield from ("", f"{name}:")
        yield from (f"  {line}" for line in _lines(facts))
    if parameters:
        yield from ("", "parameters:")
        yield from (as_text(f"  {each['name']}={each['value']}: {each['meaning']}") for each in parameters)
    for name, sentences in told.items():
        if sentences:
            yield from ("", f"{name}:", *(as_text(f"  {sentence}") for sentence in sentences))


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    """``name: value`` for each fact that there is one of; what has several lines below its name."""
    for name, value in facts.items():
        title = name.replace("_", " ") + ":"
        if isinstance(value, dict) and value:
            yield from (title, *(f"  {line}" for line in _lines(value)))
        elif name in ("link", "oss") and isinstance(value, list):
            yield from (title, *(as_text(f"  {line}") for line in value))
        elif value and isinstance(value, list) and isinstance(value[0], dict):
            yield from (title, *(f"  {line}" for each in value for line in _lines(each)))
        elif value not in (None, "", [], {}):
            yield as_text(f"{title:24}{', '.join(map(str, value)) if isinstance(value, list) else value}")
