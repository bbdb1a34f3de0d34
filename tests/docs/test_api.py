"""docs/api.md against a site that is served: five lines of Python, every curl example and its answer, the tables."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from api.test_matrix import routes
from django.contrib.auth.models import Permission
from shares.factories import make_user
from views.serving import served

from django_oss_share.api.throttles import RATES
from django_oss_share.models import Share
from docs.blocks import ROOT, blocks
from docs.test_code_blocks import site
from docs.test_commands import pattern

__all__ = ["site"]

PAGE = ROOT / "docs" / "api.md"
HOST = "https://files.example.com"
PASSWORD = "her password"


@pytest.fixture
def address(site, settings, monkeypatch):
    """Of a served site with the user ann, who may do all of it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings.ROOT_URLCONF = "api.urls"
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    ann = make_user("ann", password=PASSWORD)
    ann.user_permissions.set(Permission.objects.filter(content_type__app_label="oss_share"))
    with served() as url:
        yield url


@pytest.mark.django_db(transaction=True)
def test_the_five_lines_of_python(address, capsys):
    [code] = [each for each in python_examples() if "httpx" in each]
    assert len([line for line in code.splitlines() if line]) == 5
    exec(code.replace(HOST, address), {})
    share = Share.objects.get()
    assert (share.max_downloads, share.state()) == (3, "revoked")
    assert f"{address}/s/" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_every_curl_example_answers_as_shown(address, site, tmp_path):
    environ = {**os.environ, "PASSWORD": PASSWORD}
    ran = 0
    for command, answer in curl_examples():
        done = subprocess.run(
            ["bash", "-c", command.replace(HOST, address)],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        wanted = pattern([line.replace(HOST, address) for line in answer])
        assert re.fullmatch(wanted, done.stdout + "\n" if done.stdout else ""), f"{command}\n{done.stdout}"
        ran += 1
    assert ran == 11
    assert site.get("in/hello.txt") == b"hello"


def test_every_address_is_in_the_table():
    table = PAGE.read_text().partition("## Endpoints")[2].partition("## Rules")[0]
    named = set(re.findall(r"`([a-z-]+/)`", table)) | set(re.findall(r"`([a-z-]+)/(?:ID/)?(?:[a-z]+/)?`", table))
    parts = {part for path in routes() for part in re.findall(r"[a-z][a-z-]+", path.replace("{pk}", ""))}
    assert {
        part for part in parts if f"{part}/" not in named and part not in named and f"/{part}/`" not in table
    } == set()


def test_every_throttle_is_in_the_table():
    rows = re.findall(r"^\| `(oss_share_\w+)` \|.*\| (\S+) \|$", PAGE.read_text(), re.MULTILINE)
    assert dict(rows) == RATES


def python_examples():
    return re.findall(r"^```\{code-block\} python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def curl_examples():
    """Each command, with the lines of its answer."""
    for block in blocks(PAGE, "console"):
        for part in re.split(r"^\$ ", block.code, flags=re.MULTILINE):
            lines = part.splitlines()
            if not lines or "pip install" in lines[0]:
                continue
            end = next(number for number, line in enumerate(lines) if not line.endswith("\\"))
            yield "\n".join(lines[: end + 1]), lines[end + 1 :]
