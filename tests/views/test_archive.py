"""All files as one zip: where it is allowed, with its cost said before, and what arrives."""

from __future__ import annotations

import io
import zipfile

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from shares.factories import make_share

from django_oss_share.models import AuditEvent, Kind, Share
from django_oss_share.services import shares
from django_oss_share.services.access import Denied, Target
from django_oss_share.testing import Fault
from django_oss_share.testing import Kind as FaultKind
from django_oss_share.views.zips import entry_names
from views.visiting import address, rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(oss, settings):
    settings.OSS_SHARE = {"ALLOW_ZIP": True}
    oss.put("team/季度.txt", "内容".encode())
    oss.put("team/sub/large.bin", bytes(range(256)) * 4096)
    oss.put("team//hidden", b"")
    return oss


def folder(**fields):
    return make_share(key="team/", kind=Kind.PREFIX, allow_zip=True, **fields)


def unzipped(response):
    bundle = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert bundle.testzip() is None
    return {name: bundle.read(name) for name in bundle.namelist()}


def test_the_cost_is_said_before(client):
    share = folder(max_downloads=5)
    assert address(share, "archive") in client.get(address(share)).content.decode()
    html = client.get(address(share, "archive")).content.decode()
    for words in ("2 files", "1.0\xa0MB", "1,048,582 bytes", "Each file in it counts as a download", "5 of 5"):
        assert words in html
    assert Share.objects.get().downloads == 0


def test_the_zip(client, files):
    share = folder(name="Team", max_downloads=3)
    response = client.post(address(share, "archive"))
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "application/zip",
        'attachment; filename="Team.zip"',
    )
    assert unzipped(response) == {"季度.txt": "内容".encode(), "sub/large.bin": files.get("team/sub/large.bin")}
    assert Share.objects.get().downloads == 2
    assert AuditEvent.objects.get().data["zip"] == ["team/sub/large.bin", "team/季度.txt"]


def test_the_limit_holds(client):
    share = folder(max_downloads=1)
    page = client.get(address(share, "archive")).content.decode()
    assert "fewer downloads left than files" in page
    assert "<button" not in page
    assert client.post(address(share, "archive")).status_code == 410
    assert Share.objects.get().downloads == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_where_it_is_not_allowed(client, settings, method):
    share = folder()
    settings.OSS_SHARE = {"ALLOW_ZIP": False}
    assert address(share, "archive") not in client.get(address(share)).content.decode()
    response = getattr(client, method)(address(share, "archive"))
    assert response.status_code == 403
    assert Share.objects.get().downloads == 0
    assert rows()[-1] == ("denied", "zip")


def test_what_was_replaced_is_left_out(client, files):
    files.put("a.txt", b"a")
    files.put("b.txt", b"b")
    share = shares.create(keys=["a.txt", "b.txt"], pin="etag")
    files.put("b.txt", b"another")
    assert unzipped(client.post(address(share, "archive"))) == {"a.txt": b"a"}


def test_a_file_that_fails_breaks_the_answer_off(client, files):
    response = client.post(address(folder(), "archive"))
    files.faults.add(Fault(FaultKind.STATUS, operation="GetObject", status=500))
    with pytest.raises(Denied):
        b"".join(response.streaming_content)


def test_head_asks_oss_nothing(client, files):
    assert client.head(address(folder(), "archive")).status_code == 200
    assert files.calls["ListObjectsV2"] == 0


def test_under_asgi_it_is_streamed_too(files):
    url = address(folder(), "archive")

    async def fetch():
        response = await AsyncClient().post(url)
        return response.is_async, b"".join([block async for block in response.streaming_content])

    is_async, body = async_to_sync(fetch)()
    assert is_async
    assert len(zipfile.ZipFile(io.BytesIO(body)).namelist()) == 2


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a.txt", "a.txt", "A.txt", "b/a.txt"], ["a.txt", "a (2).txt", "A (3).txt", "b/a.txt"]),
        (["a", "a", ".env", ".env"], ["a", "a (2)", ".env", ".env (2)"]),
        (["../../etc/passwd", "/abs", "a//b", "a\\..\\b", ".."], ["etc/passwd", "abs", "a/b", "a/b (2)", "file"]),
        (["C:evil", 'q"?*<>|\r\n\x00.txt'], ["C_evil", "q_________.txt"]),
    ],
)
def test_names_in_it_stay_inside_and_apart(paths, expected):
    assert entry_names([Target(path, path) for path in paths]) == expected
