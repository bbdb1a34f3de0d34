"""The README's five minutes, as somebody who is new here tries them: an empty project, its snippets, its commands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text()
CONTENT = b"%PDF-1.7 the third quarter"
PASSWORD = "a superuser's password"
SECONDS = 120


def chapter() -> str:
    begin = README.index("## Five minutes")
    return README[begin : README.index("\n## ", begin)]


def snippet(file: str) -> str:
    """The block that the README puts into ``file``."""
    return re.search(rf"In `{file}`:\n\n```python\n(.*?)```", chapter(), re.DOTALL)[1]


def commands() -> list[list[str]]:
    """What the README types after ``python manage.py``."""
    return [shlex.split(line) for line in re.findall(r"^\$ python manage\.py (.+)$", chapter(), re.MULTILINE)]


@pytest.fixture
def environment(oss_emulator, tmp_path) -> dict[str, str]:
    oss_emulator.put("reports/q3.pdf", CONTENT)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONPATH" and not name.startswith(("DJANGO_", "OSS_"))
    }
    keys = {"OSS_ACCESS_KEY_ID": oss_emulator.access_key_id, "OSS_ACCESS_KEY_SECRET": oss_emulator.access_key_secret}
    # The one thing that differs from a real bucket.
    return {**kept, **keys, "OSS_ENDPOINT": oss_emulator.endpoint, "PYTHONWARNINGS": "error"}


@pytest.fixture
def project(environment, tmp_path) -> Path:
    """Made by Django, with the README's snippets put in where it says so."""
    start = [sys.executable, "-m", "django", "startproject", "mysite", str(tmp_path)]
    subprocess.run(start, env=environment, check=True, timeout=SECONDS)
    for file, name in (("settings.py", "INSTALLED_APPS"), ("urls.py", "urlpatterns")):
        code = snippet(file)
        assert code.count("    # ...\n") == 1
        with (tmp_path / "mysite" / file).open("a") as opened:
            opened.write("\n" + code.replace("    # ...\n", f"    *{name},\n"))
    return tmp_path


def manage(project: Path, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def server(project: Path, environment: dict[str, str]) -> Iterator[str]:
    """Its address while ``runserver`` runs."""
    command = [sys.executable, "-u", "manage.py", "runserver", "--noreload", "127.0.0.1:0"]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        said = ""
        try:
            for line in process.stdout:
                said += line
                if found := re.search(r"server at (http://127\.0\.0\.1:\d+)/", line):
                    yield found[1]
                    return
            raise AssertionError(said)
        finally:
            process.terminate()
            # Or its pipe would be full one day.
            process.stdout.read()


def test_from_nothing_to_a_share_that_opens(project, environment, oss_emulator):
    from harness.pages import form_with
    from harness.visitor import Visitor

    assert [command[0] for command in commands()] == ["migrate", "oss_share", "runserver"]
    manage(project, environment, "check", "--fail-level", "WARNING")
    said = [manage(project, environment, *command) for command in commands()[:-1]]
    path = re.search(r"^url: +(/s/\S+)$", said[-1], re.MULTILINE)[1]
    superuser = {
        "DJANGO_SUPERUSER_USERNAME": "ann",
        "DJANGO_SUPERUSER_EMAIL": "",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    manage(project, {**environment, **superuser}, "createsuperuser", "--noinput")
    with server(project, environment) as site:
        visitor = Visitor()
        assert "q3.pdf" in visitor.get(site + path).text
        for _ in range(3):
            answer = visitor.post(f"{site}{path}download/", {})
            assert answer.url.startswith(oss_emulator.endpoint)
            assert answer.body == CONTENT
        assert visitor.post(f"{site}{path}download/", {}).status == 410
        asked = visitor.get(f"{site}/admin/oss_share/share/")
        form = {**form_with("password", asked.text), "username": "ann", "password": PASSWORD}
        shares = visitor.post(asked.url, form).text
        assert "reports/q3.pdf" in shares
        assert "3 / 3" in shares
