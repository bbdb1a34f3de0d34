"""What the documentation shows is run: settings are set, code is executed, templates are rendered, tests are tested.

The blocks of one page run in order, in one namespace, with an OSS that holds what they speak of. A fenced block of the
language ``text`` is not run.
"""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import storages
from django.template import engines
from django.test import override_settings

from django_oss_share.providers import share_tokens_by
from django_oss_share.services.sts import DatabaseStore
from django_oss_share.testing import OSSEmulator
from docs.blocks import PAGES, Block, blocks, page_id

#: Names that only settings assign.
SETTINGS = re.compile(r"^(STORAGES|INSTALLED_APPS|OSS_SHARE|MEDIA_URL|STATIC_URL) = ", re.MULTILINE)
ROLE = "acs:ram::1234567890123456:role/links"
OBJECTS = {
    "notes/读我.txt": "你好".encode(),
    "photos/cat.png": b"\x89PNG",
    "reports/q3.pdf": b"%PDF-1.7",
    "reports/季度.txt": "营收 +8%".encode(),
}


@pytest.fixture
def site(oss_emulator, settings, monkeypatch):
    """A project on an emulator, with keys in the environment, as the pages assume."""
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", oss_emulator.access_key_id)
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", oss_emulator.access_key_secret)
    for key, content in OBJECTS.items():
        oss_emulator.put(key, content)
    options = oss_emulator.storage_options()
    backend = {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": options}
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {"default": backend, "archive": backend, "staticfiles": static}
    role = {"PROVIDER": "assume_role", "ROLE_ARN": ROLE, "STS_ENDPOINT": oss_emulator.sts_endpoint}
    settings.OSS_SHARE = {"CREDENTIALS": {"default": role}}
    # No token of another page is known.
    share_tokens_by(DatabaseStore)
    settings.ROOT_URLCONF = "views.urls"
    return oss_emulator


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_python_blocks_run(page, site, tmp_path):
    namespace: dict[str, object] = {"__name__": "page"}
    for block in blocks(page, "python"):
        if SETTINGS.search(block.code):
            check_settings(block, site)
        elif "def test_" in block.code:
            run_as_tests(block, tmp_path)
        else:
            exec(compile(block.padded, str(page), "exec"), namespace)


def check_settings(block: Block, emulator: OSSEmulator) -> None:
    """The settings are valid, and each storage of ours can be made and links."""
    assigned: dict[str, Any] = {}
    exec(compile(block.padded, str(block.page), "exec"), assigned)
    given = {name: value for name, value in assigned.items() if name.isupper() and name != "INSTALLED_APPS"}
    ours = {
        alias: storage
        for alias, storage in given.get("STORAGES", {}).items()
        if storage["BACKEND"].startswith("django_oss_share.")
    }
    for storage in ours.values():
        # A storage of static files reads its manifest when it is made.
        storage["OPTIONS"] |= {"io_endpoint_url": emulator.endpoint, "bucket_name": emulator.bucket}
    for credentials in given.get("OSS_SHARE", {}).get("CREDENTIALS", {}).values():
        if credentials["PROVIDER"] == "assume_role":
            credentials["STS_ENDPOINT"] = emulator.sts_endpoint
    with override_settings(**given):
        for alias in ours:
            assert storages[alias].presign("reports/q3.pdf").url.startswith("http")


def run_as_tests(block: Block, directory: Path) -> None:
    file = directory / f"test_line_{block.line}.py"
    file.write_text(block.code)
    arguments = ["-q", "-p", "no:cacheprovider", "--rootdir", str(directory), "--ds", "project_settings", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_templates_render(page, site):
    document = SimpleNamespace(file="reports/q3.pdf", title="季度.pdf", photo="photos/cat.png")
    for block in blocks(page, "html+django"):
        html = engines["django"].from_string(block.code).render({"document": document})
        assert "x-oss-signature=" in html, block


def test_blocks_are_found_with_their_lines(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        textwrap.dedent("""\
            # Page

            ```python
            one = 1
            ```

            - item

              ```python
              two = 2
              ```

            ```text
            not run
            ```
            """)
    )
    assert [(block.line, block.code) for block in blocks(page, "python")] == [(4, "one = 1\n"), (10, "two = 2\n")]
