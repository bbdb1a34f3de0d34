"""File requests and their visitors, made directly: what the services would refuse can be had here too."""

from __future__ import annotations

import os
from typing import Any

from django.contrib.auth.hashers import make_password
from shares.factories import VISITOR
from uploads.sending import CONTENT, md5, send, send_part

from django_oss_share.models import FileRequest, ReceivedFile
from django_oss_share.services import file_requests, tokens
from django_oss_share.services.clients import Client

PDF = "application/pdf"


def make_request(*, password: str = "", **fields: Any) -> FileRequest:
    """A request that takes files, unless ``fields`` say otherwise."""
    given = {"name": "Tender", "prefix": "incoming/", "max_size": 10_000_000, **fields}
    return FileRequest.objects.create(
        public_id=os.urandom(9).hex(), password=make_password(password) if password else "", **given
    )


def visit(request: FileRequest, client: Client = VISITOR, **more: Any) -> file_requests.RequestVisit:
    return file_requests.open_request(tokens.make(request), client, **more)


def expect(
    visited: file_requests.RequestVisit, name: str = "plan.pdf", content: bytes = CONTENT, kind: str = PDF
) -> file_requests.Expected:
    return file_requests.expect(visited, name, size=len(content), content_type=kind, md5=md5(content))


def leave(request: FileRequest, name: str = "plan.pdf", content: bytes = CONTENT, kind: str = PDF) -> ReceivedFile:
    """What a visitor does who leaves one file."""
    visited = visit(request)
    expected = expect(visited, name, content, kind)
    if expected.link is not None:
        assert send(expected, content).status_code == 200
    else:
        for part in file_requests.sign_parts(visited, expected.ticket, range(1, expected.parts + 1)):
            assert send_part(part, content).status_code == 200
    return file_requests.complete(visited, expected.ticket)
