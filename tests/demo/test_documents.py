"""The example project's own parts, without its servers."""

import io
import os
import subprocess
import sys

import pytest

from .running import EXAMPLE


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"", "utf-8"),
        (b"plain", "utf-8"),
        ("中文".encode(), "utf-8"),
        ("中文".encode("gb18030"), "gb18030"),
        ("中文 𠮷".encode("gb18030"), "gb18030"),
        # What is looked at ends within a character.
        (b"a" * (256 * 1024 - 1) + "中".encode(), "utf-8"),
        (b"a" * (256 * 1024 - 6) + "中".encode("gb18030") + b"aaaaaa", "gb18030"),
    ],
)
def test_a_text_is_utf_8_or_else_gb18030(content, encoding):
    from documents.kinds import content_type

    stream = io.BytesIO(content)
    assert content_type("a.txt", stream) == f"text/plain; charset={encoding}"
    assert stream.read() == content


@pytest.mark.parametrize(
    ("filename", "kind", "previewable"),
    [
        ("季度.PDF", "application/pdf", True),
        ("a.b.png", "image/png", True),
        ("page.html", "text/html", False),
        ("logo.svg", "image/svg+xml", False),
        ("archive.tar.gz", "application/octet-stream", False),
        ("no ending", "application/octet-stream", False),
    ],
)
def test_a_browser_shows_only_what_cannot_run(filename, kind, previewable):
    from documents.kinds import content_type, kind_of

    assert content_type(filename, io.BytesIO()) == kind
    assert kind_of(filename).previewable is previewable


def test_the_migrations_are_complete_and_the_checks_content(tmp_path):
    bucket = {"OSS_BUCKET": "examplebucket", "OSS_REGION": "cn-hangzhou"}
    environment = {"DJANGO_SETTINGS_MODULE": "example.settings", "EXAMPLE_VAR": str(tmp_path), **bucket}
    for command in (["check", "--fail-level", "WARNING"], ["makemigrations", "--check", "documents"]):
        manage = [sys.executable, str(EXAMPLE / "manage.py"), *command]
        done = subprocess.run(manage, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
