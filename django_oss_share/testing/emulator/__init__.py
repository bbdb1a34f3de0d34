"""An Alibaba Cloud OSS that runs on this machine, for development and tests.

It speaks OSS's protocol over real sockets: signatures, errors, ranges, multipart uploads, versions, lists, policies and
STS are those of the service, read independently of this package's signer; faults can be had on demand.
``python -m django_oss_share.testing.emulator --help``
"""

from .embedded import OSSEmulator
from .errors import OSSError
from .faults import Fault, Kind

__all__ = ["Fault", "Kind", "OSSEmulator", "OSSError"]
