"""The ground floor as a package: what it exports, and what it does not drag in."""

from __future__ import annotations

import json
import subprocess
import sys
from types import ModuleType

import pytest

from django_oss_share import oss

_HEAVY = (
    "django",
    "alibabacloud_oss_v2",
    "requests",
    "urllib3",
    "cryptography",
    "fastcrc",
    "crcmod",
    "oss2",
    "rest_framework",
    "celery",
)

# Links made, forms and images included, not only names imported.
_USE = """
from django_oss_share.oss import *
presigner = Presigner(Credentials("ak", "sk"), Endpoint.for_region("cn-hangzhou"), "examplebucket")
presigner.presign("a"), list(presigner.presign_many(["b"])), presigner.presign_post("c")
content_disposition("attachment", "季度.pdf")
"""


def _modules_after(source: str) -> list[str]:
    script = f"import json, sys\n{source}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    modules: list[str] = json.loads(done.stdout)
    return modules


@pytest.mark.parametrize("source", ["import django_oss_share.oss", _USE], ids=["import", "use"])
def test_links_are_made_without_django_and_without_the_sdk(source: str) -> None:
    loaded = {name.partition(".")[0] for name in _modules_after(source)}
    assert "django_oss_share" in loaded
    assert loaded.isdisjoint(_HEAVY)


def test_reading_and_writing_need_the_sdk_but_not_django() -> None:
    source = "import django_oss_share.oss.client, django_oss_share.oss.streams, django_oss_share.oss.writer"
    loaded = {name.partition(".")[0] for name in _modules_after(source)}
    assert "alibabacloud_oss_v2" in loaded
    assert "django" not in loaded


def test_the_exported_names_are_the_contract() -> None:
    contract = {"Credentials", "Endpoint", "Presigner", "PresignedURL", "content_disposition", "OSSShareError"}
    assert contract <= set(oss.__all__)
    assert sorted(oss.__all__) == oss.__all__


def test_every_public_name_is_exported_and_every_exported_name_is_there() -> None:
    public = {name for name, value in vars(oss).items() if name[0] != "_" and not isinstance(value, ModuleType)}
    assert public == set(oss.__all__)
