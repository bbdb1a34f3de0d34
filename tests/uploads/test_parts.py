"""Uploads by parts: sent, broken off, gone on with, joined, given up."""

from __future__ import annotations

import pytest
import requests

from django_oss_share.oss import InvalidArgument
from django_oss_share.oss.errors import ObjectExists, ServiceError
from django_oss_share.services import uploads
from django_oss_share.services.uploads import BrokenPromise, NotArrived
from django_oss_share.testing import Fault, Kind
from uploads.sending import code, send_part

pytestmark = pytest.mark.django_db

KEY = "in/film 季度.mp4"
PART = 100 * 1024
CONTENT = bytes(range(256)) * 1000  # two whole parts and a half


def begin(**more):
    return uploads.begin(KEY, **{"size": len(CONTENT), "content_type": "video/mp4", **more})


def send_all(upload, numbers=(1, 2, 3)):
    return {
        part.number: send_part(part, CONTENT).headers["ETag"] for part in uploads.sign_parts(upload.ticket, numbers)
    }


def test_parts_become_one_object(oss):
    upload = begin()
    assert (upload.part_size, upload.parts) == (PART, 3)
    etags = send_all(upload, (3, 1, 2))
    arrived = uploads.complete(upload.ticket, etags=etags)
    assert (arrived.info.size, arrived.info.content_type) == (len(CONTENT), "video/mp4")
    assert oss.get(KEY) == CONTENT
    assert uploads.complete(upload.ticket, etags=etags).info.etag == arrived.info.etag
    with pytest.raises(NotArrived, match="is over"):
        uploads.arrived_parts(upload.ticket)


def test_one_that_broke_off_is_gone_on_with(oss):
    upload = begin()
    send_all(upload, [2])
    there = uploads.arrived_parts(upload.ticket)
    assert [(part.number, part.size) for part in there] == [(2, PART)]
    with pytest.raises(NotArrived, match="2 of 3 parts of .* are not there: 1, 3") as missing:
        uploads.complete(upload.ticket)
    assert missing.value.numbers == [1, 3]
    send_all(upload, missing.value.numbers)
    uploads.complete(upload.ticket)
    assert oss.get(KEY) == CONTENT


def test_a_part_takes_its_own_length_alone(oss):
    upload = begin()
    (part,) = uploads.sign_parts(upload.ticket, [3])
    assert part.size == len(CONTENT) - 2 * PART
    for size in (part.size - 1, part.size + 1):
        answer = requests.put(part.link.url, data=b"x" * size, timeout=10)
        assert code(answer) == "SignatureDoesNotMatch"
    assert uploads.arrived_parts(upload.ticket) == []


def test_a_part_that_arrived_otherwise_is_noticed(oss):
    upload = begin()
    etags = send_all(upload)
    with pytest.raises(InvalidArgument, match="part 2 has another ETag") as refused:
        uploads.complete(upload.ticket, etags={**etags, 2: '"00"'})
    assert refused.value.field == "etags"
    send_all(upload, [2])
    uploads.complete(upload.ticket, etags=etags)
    assert oss.get(KEY) == CONTENT


def test_given_up(oss):
    upload = begin()
    send_all(upload, [1])
    uploads.abort(upload.ticket)
    uploads.abort(upload.ticket)
    assert oss.uploads() == []
    with pytest.raises(NotArrived):
        uploads.complete(upload.ticket)


def test_giving_up_leaves_what_was_joined(oss):
    upload = begin()
    send_all(upload)
    uploads.complete(upload.ticket)
    uploads.abort(upload.ticket)
    assert oss.get(KEY) == CONTENT


def test_nothing_that_is_there_is_overwritten(oss):
    upload = begin()
    send_all(upload)
    oss.put(KEY, b"came first")
    with pytest.raises(ObjectExists):
        uploads.complete(upload.ticket)
    assert oss.get(KEY) == b"came first"


def test_the_answer_to_the_joining_is_lost(oss):
    upload = begin()
    send_all(upload)
    oss.faults.add(Fault(Kind.LOSE_ANSWER, operation="CompleteMultipartUpload", times=1))
    uploads.complete(upload.ticket)
    assert oss.get(KEY) == CONTENT


def test_oss_is_down(oss):
    upload = begin()
    send_all(upload)
    oss.faults.add(Fault(Kind.STATUS, operation="ListParts", status=503))
    with pytest.raises(ServiceError):
        uploads.complete(upload.ticket)
    oss.faults.clear()
    uploads.complete(upload.ticket)


def test_what_breaks_the_promise_is_removed(oss):
    upload = begin()
    send_all(upload)
    info = uploads.complete(upload.ticket).info
    oss.put(KEY, b"short", content_type="video/mp4", **{"x-oss-meta-upload": info.metadata["upload"]})
    with pytest.raises(BrokenPromise):
        uploads.complete(upload.ticket)
    assert oss.keys("in/") == []


def test_parts_grow_with_the_upload(oss):
    upload = begin(size=10_000 * PART + 1)
    assert upload.part_size == PART + 1
    assert upload.parts == 10_000
    uploads.abort(upload.ticket)


@pytest.mark.parametrize("numbers", [[0], [4], [True], ["1"], [1.0], [[1]], [{}], range(1, 1002)])
def test_numbers_of_no_part(oss, numbers):
    upload = begin()
    with pytest.raises(InvalidArgument, match="allowed are") as refused:
        uploads.sign_parts(upload.ticket, numbers)
    assert refused.value.field == "parts"


@pytest.mark.parametrize(
    "changed", [{"size": 0}, {"size": 48_800_000_000_001}, {"part_size": 1024}, {"part_size": 5 * 1024**3 + 1}]
)
def test_bad_inputs_are_named(oss, changed):
    with pytest.raises(InvalidArgument) as refused:
        begin(**changed)
    assert refused.value.field == next(iter(changed))
    assert oss.uploads() == []


def test_a_put_has_no_parts(oss):
    upload = uploads.put(KEY, size=1)
    with pytest.raises(InvalidArgument, match="not sent by parts"):
        uploads.sign_parts(upload.ticket, [1])


def test_no_ticket_of_an_upload_by_parts_is_written_down_or_shown(oss):
    upload = begin()
    assert upload.ticket not in repr(upload)
