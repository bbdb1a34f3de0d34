"""Presigned links for Alibaba Cloud OSS, in plain Python.

Nothing here imports Django or the vendor's SDK, so a Flask user or a script can take it as it is::

    from django_oss_share.oss import Credentials, Endpoint, Presigner

    presigner = Presigner(
        Credentials("LTAI...", "..."), Endpoint.for_region("cn-hangzhou"), "examplebucket"
    )
    link = presigner.presign("reports/q3.pdf", expires_in=900)
    print(link.url, link.expires_at)
"""

from .credentials import Credentials, CredentialsProvider, EnvironmentProvider
from .disposition import content_disposition
from .endpoints import Endpoint
from .errors import (
    CredentialsExpired,
    CredentialsUnavailable,
    ExpiryBeyondToken,
    ExpiryTooLong,
    InvalidArgument,
    InvalidBucketName,
    InvalidEndpoint,
    InvalidExpiry,
    InvalidHeader,
    InvalidKey,
    MissingCredentials,
    OSSShareError,
)
from .images import image_process
from .links import PresignedPost, PresignedURL
from .presign import Presigner
from .processing import ImageProcess

__all__ = [
    "Credentials",
    "CredentialsExpired",
    "CredentialsProvider",
    "CredentialsUnavailable",
    "Endpoint",
    "EnvironmentProvider",
    "ExpiryBeyondToken",
    "ExpiryTooLong",
    "ImageProcess",
    "InvalidArgument",
    "InvalidBucketName",
    "InvalidEndpoint",
    "InvalidExpiry",
    "InvalidHeader",
    "InvalidKey",
    "MissingCredentials",
    "OSSShareError",
    "PresignedPost",
    "PresignedURL",
    "Presigner",
    "content_disposition",
    "image_process",
]
