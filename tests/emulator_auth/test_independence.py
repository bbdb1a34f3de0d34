"""The verifier shares no code with the signer: a mistake in one must not be excused by the other."""

from __future__ import annotations

import subprocess
import sys

# Importing any module of oss/ runs its __init__, which loads the signer for whoever wants it. An empty package in its
# place shows which modules the emulator itself asks for.
_SCRIPT = """
import importlib.util, pkgutil, sys, types
spec = importlib.util.find_spec("django_oss_share.oss")
package = types.ModuleType("django_oss_share.oss")
package.__path__ = list(spec.submodule_search_locations)
sys.modules["django_oss_share.oss"] = package
import django_oss_share.testing.emulator as emulator
for module in pkgutil.walk_packages(emulator.__path__, f"{emulator.__name__}."):
    if not module.name.endswith(".__main__"):
        importlib.import_module(module.name)
print("\\n".join(sorted(sys.modules)))
"""


def test_the_emulator_asks_for_neither_the_signer_nor_django_nor_an_sdk() -> None:
    ran = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    modules = set(ran.stdout.split())
    assert {f"django_oss_share.testing.emulator.auth.{name}" for name in ("v1", "v4", "post_policy")} <= modules
    ours = {name for name in modules if name.startswith("django_oss_share.oss.")}
    assert ours == {"django_oss_share.oss.crc"}
    assert not modules & {"django", "alibabacloud_oss_v2", "oss2", "storages"}
