"""Uploads straight into a bucket: what may arrive is signed, what did arrive is looked at."""

from __future__ import annotations

from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ...services import uploads
from ...services.policy import UPLOAD
from .. import examples
from ..base import Endpoint, permits
from ..schema import operation
from ..serializers.uploads import (
    ArrivalOut,
    ArrivedPartsOut,
    Completion,
    FormNew,
    FormOut,
    MultipartNew,
    MultipartOut,
    PartsNew,
    PartsOut,
    UploadIn,
    UploadNew,
    UploadOut,
)
from ..throttles import PresignThrottle

_NO = ("409", "502")


class Uploads(Endpoint):
    """For those with the permission `upload_object`, below the folders that they reach."""

    serializer_class = UploadOut
    permission_classes = (permits(UPLOAD),)
    throttles = dict.fromkeys(("create", "form", "multipart", "parts"), PresignThrottle)
    called = {"parts": "numbers", "prefix": "key"}
    problems = dict.fromkeys(("create", "multipart", "parts", "arrived", "complete", "abort"), _NO)

    @operation(
        request=UploadNew,
        responses={201: UploadOut},
        examples=[
            examples.asked("a file", {"key": "in/q3.pdf", "size": 48_213, "content_type": "application/pdf"}),
            examples.answered("an upload", examples.UPLOAD, "201"),
        ],
    )
    def create(self, request: Request) -> Response:
        """A link to PUT one object of exactly that size, up to 5 GiB; larger ones go by parts."""
        made = uploads.put(**self.given(UploadNew), **self.who)
        facts = {"url": made.link.url, "headers": made.headers, "expires_at": made.link.expires_at}
        return Response(UploadOut({"upload": made.ticket, "key": made.key, **facts}).data, status=201)

    @operation(request=FormNew, responses={201: FormOut})
    @action(detail=False, methods=["post"])
    def form(self, request: Request) -> Response:
        """A form by which a browser sends one file."""
        made = uploads.form(**self.given(FormNew), **self.who)
        facts = {"url": made.post.url, "fields": made.post.fields, "expires_at": made.post.expires_at}
        return Response({**facts, "upload": made.ticket, "key": made.key}, status=201)

    @operation(request=MultipartNew, responses={201: MultipartOut})
    @action(detail=False, methods=["post"])
    def multipart(self, request: Request) -> Response:
        """Begin an upload by parts."""
        made = uploads.begin(**self.given(MultipartNew), **self.who)
        facts = {"upload": made.ticket, "key": made.key, "part_size": made.part_size, "parts": made.parts}
        return Response(MultipartOut(facts).data, status=201)

    @operation(request=PartsNew, responses=PartsOut)
    @action(detail=False, methods=["post"])
    def parts(self, request: Request) -> Response:
        """Links for parts, up to 1,000 at once; ask anew for those that ran out."""
        given = self.given(PartsNew)
        signed = uploads.sign_parts(given["upload"], given["numbers"], expires_in=given["expires_in"], by=request.user)
        return Response(PartsOut({"results": [_part(each) for each in signed]}).data)

    @operation(request=UploadIn, responses=ArrivedPartsOut)
    @action(detail=False, methods=["post"])
    def arrived(self, request: Request) -> Response:
        """The parts that are there: what an upload that broke off need not send again."""
        there = uploads.arrived_parts(self.given(UploadIn)["upload"], by=request.user)
        return Response(ArrivedPartsOut({"results": there}).data)

    @operation(request=Completion, responses=ArrivalOut)
    @action(detail=False, methods=["post"])
    def complete(self, request: Request) -> Response:
        """Join the parts, and look at what arrived; what breaks the promise is removed."""
        given = self.given(Completion)
        arrived = uploads.complete(given.pop("upload"), **given, **self.who)
        info = arrived.info
        facts = {"size": info.size, "content_type": info.content_type, "etag": info.etag}
        return Response(ArrivalOut({"storage": arrived.storage, "key": arrived.key, **facts}).data)

    @operation(request=UploadIn, responses={204: None})
    @action(detail=False, methods=["post"])
    def abort(self, request: Request) -> Response:
        """Give an upload up: the parts that are there are dropped."""
        uploads.abort(self.given(UploadIn)["upload"], by=request.user)
        return Response(status=204)


def _part(signed: uploads.SignedPart) -> dict[str, Any]:
    link = signed.link
    headers = {name: value for name, value in link.signed_headers.items() if name != "content-length"}
    facts = {"url": link.url, "headers": headers, "expires_at": link.expires_at}
    return {"number": signed.number, "size": signed.size, **facts}
