"""Reads a link that somebody sends in: what it is, who signed it, until when, and whether the signature is its own.

Nothing is asked of anybody; what a secret is needed for is told by whoever has it::

    link = read("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/q3.pdf?x-oss-date=...")
    link.bucket, link.key, link.signature.expires_at
    verify(link, bucket="examplebucket", secret=secret)
"""

from .cdn_links import CDNSignature
from .link import Link, read
from .places import Place
from .signatures import Signature
from .text import NotALink
from .verifying import Finding, verify

__all__ = ["CDNSignature", "Finding", "Link", "NotALink", "Place", "Signature", "read", "verify"]
