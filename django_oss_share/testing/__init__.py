"""What tests need to run without a cloud account: the OSS emulator and its pytest fixture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .emulator import Fault, Kind, OSSEmulator, OSSError

__all__ = ["Fault", "Kind", "OSSEmulator", "OSSError"]


def __getattr__(name: str) -> Any:
    # pytest loads the plugin beside this in every run; the emulator comes when somebody asks for it.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import emulator

    return getattr(emulator, name)
