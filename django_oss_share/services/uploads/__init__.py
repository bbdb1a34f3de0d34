"""Uploads straight into the bucket: what may arrive is promised and signed, what did arrive is looked at.

::

    upload = uploads.put("in/q3.pdf", size=1_048_576, content_type="application/pdf", md5="…", by=user)
    # PUT the bytes to upload.link.url with upload.headers, then:
    arrived = uploads.complete(upload.ticket, by=user)            # a HEAD: what breaks the promise is removed

    upload = uploads.begin("in/film.mp4", size=5_000_000_000, by=user)           # over 100 MB: by parts
    for part in uploads.sign_parts(upload.ticket, [1, 2, 3], by=user): ...       # PUT each to part.link.url
    arrived = uploads.complete(upload.ticket, by=user)

A ticket is the promise itself, signed: nothing is kept of an upload before it has arrived. Whatever a promise fixes is
in the signature of its links, so OSS itself refuses another size, type or content.
"""

from .arriving import Arrival
from .errors import BadTicket, BrokenPromise, MissingParts, NotArrived
from .promises import Promise
from .sending import FormUpload, MultipartUpload, PutUpload, SignedPart
from .staff import abort, arrived_parts, begin, complete, form, put, sign_parts

__all__ = [
    "Arrival",
    "BadTicket",
    "BrokenPromise",
    "FormUpload",
    "MissingParts",
    "MultipartUpload",
    "NotArrived",
    "Promise",
    "PutUpload",
    "SignedPart",
    "abort",
    "arrived_parts",
    "begin",
    "complete",
    "form",
    "put",
    "sign_parts",
]
