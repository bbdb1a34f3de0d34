"""Django storages on Alibaba Cloud OSS whose ``url()`` gives presigned links.

::

    STORAGES = {
        "default": {
            "BACKEND": "django_oss_share.storage.OSSStorage",
            "OPTIONS": {"bucket_name": "examplebucket", "region_name": "cn-hangzhou"},
        },
        ...
    }
"""

from .backend import OSSStorage
from .names import SuspiciousName
from .options import StorageMisconfigured
from .static import OSSManifestStaticStorage, OSSStaticStorage

__all__ = [
    "OSSManifestStaticStorage",
    "OSSStaticStorage",
    "OSSStorage",
    "StorageMisconfigured",
    "SuspiciousName",
]
