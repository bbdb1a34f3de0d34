"""Commands whose lines somebody stops reading, as ``oss_audit export | head`` does."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from shares.factories import make_share

from django_oss_share.models import Action
from django_oss_share.services import audit, metadata
from django_oss_share.services.metadata import Outcome, Result
from django_oss_share.services.transactions import atomic

pytestmark = pytest.mark.django_db


@contextmanager
def nobody_reads(monkeypatch):
    """Standard output is a pipe that was left."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        yield
        # As Python does at its end.
        pipe.flush()


@pytest.mark.parametrize(
    "arguments",
    [
        ("oss_audit", "export"),
        ("oss_share", "list"),
        ("oss_share", "list", "--json"),
        ("oss_metadata", "--prefix=", "--fix-types"),
        ("oss_metadata", "--prefix=", "--fix-types", "--json"),
        ("oss_doctor", "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/a.txt"),
        ("oss_doctor", "--json", "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/a.txt"),
        ("oss_doctor", "--json", "no link"),
    ],
    ids=" ".join,
)
# More than a buffer holds, and less.
@pytest.mark.parametrize("note", ["", "x" * 70_000], ids=["little", "much"])
def test_they_end_without_a_word(capfd, monkeypatch, arguments, note):
    monkeypatch.setattr(metadata, "change_below", lambda *_, **__: [Outcome("a.txt", Result.SKIPPED, reason=note)])
    with atomic():
        audit.record(Action.VIEWED, share=make_share(note=note), data={"note": note})
    # Not as a fixture: pytest sets standard output anew for the test itself.
    with nobody_reads(monkeypatch), pytest.raises(SystemExit) as end:
        call_command(*arguments)
    assert end.value.code == 1
    assert capfd.readouterr().err == ""
