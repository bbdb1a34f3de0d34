"""What tests need to run without a cloud account: the OSS emulator and its pytest fixture."""

from .emulator import Fault, Kind, OSSEmulator, OSSError

__all__ = ["Fault", "Kind", "OSSEmulator", "OSSError"]
