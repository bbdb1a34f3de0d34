"""What is the matter with a link."""

from __future__ import annotations

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ...oss.reading.text import MAX_LENGTH
from ...services import doctor
from ...services.doctor import Cause
from ...services.rights import OPENING
from .. import examples
from ..base import Endpoint, permits
from ..fields import Flag, Strict, Text
from ..problems import Problem
from ..schema import operation


class LinkIn(Strict):
    """The link, in a body, since it is a key, which no server's log should hold."""

    url = Text(allow_blank=False, max_length=MAX_LENGTH, help_text="As it came by mail or chat.")
    fetch = Flag(default=False, help_text="Whether to ask OSS too.")
    referer = Text(default="", max_length=2000, help_text="The page that it is opened from.")


class DiagnosisOut(serializers.Serializer[Any]):
    """What is the matter, and what to do about it."""

    cause = serializers.ChoiceField(Cause.choices)
    explanation = serializers.CharField()
    cure = serializers.CharField()
    link = serializers.DictField(help_text="Facts, with secrets masked.")


@method_decorator(sensitive_variables(), name="create")
class Doctor(Endpoint):
    """For those who have any business with shares."""

    serializer_class = DiagnosisOut
    permission_classes = (permits(*OPENING),)

    @operation(
        request=LinkIn,
        responses={200: DiagnosisOut},
        examples=[
            examples.asked("a link", {"url": examples.LINK["url"]}),
            examples.answered("an old one", examples.DIAGNOSIS),
        ],
    )
    def create(self, request: Request) -> Response:
        """What is the matter with a link: a presigned one, a CDN's, a share's, or a plain one."""
        given = self.given(LinkIn)
        try:
            found = doctor.diagnose(**given, by=request.user)
        except doctor.NotALink as error:
            raise Problem(400, str(error), field="url") from None
        return Response(found.as_dict())
