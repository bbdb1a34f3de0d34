"""``x-oss-process=image/…``."""

from __future__ import annotations

import io
import json
import sys

import alibabacloud_oss_v2 as oss
import pytest
from PIL import Image

from .clients import refused


def picture(width: int, height: int, mode: str = "RGB", kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), 128 if mode in ("L", "P") else "teal").save(out, kind)
    return out.getvalue()


@pytest.fixture
def process(oss_emulator, client, bucket):
    def process(instructions: str, data: bytes | None = None):
        oss_emulator.put("p.png", data or picture(200, 100), content_type="image/png")
        return client.get_object(oss.GetObjectRequest(bucket, "p.png", process=instructions))

    return process


@pytest.mark.parametrize(
    ("instructions", "size"),
    [
        ("image/resize,w_50", (50, 25)),
        ("image/resize,h_50", (100, 50)),
        ("image/resize,w_50,h_50", (50, 25)),
        ("image/resize,m_lfit,w_50,h_50", (50, 25)),
        ("image/resize,m_mfit,w_50,h_50", (100, 50)),
        ("image/resize,m_fill,w_50,h_50", (50, 50)),
        ("image/resize,m_fixed,w_30,h_70", (30, 70)),
        ("image/resize,l_50", (50, 25)),
        ("image/resize,p_10", (20, 10)),
        ("image/resize,w_400", (200, 100)),
        ("image/resize,w_400,limit_0", (400, 200)),
        ("image/resize,w_50/resize,h_10", (20, 10)),
        ("image/quality,q_50", (200, 100)),
    ],
)
def test_sizes(process, instructions, size):
    got = process(instructions)

    assert Image.open(io.BytesIO(got.body.content)).size == size
    assert got.content_type == "image/png"
    assert got.headers["Content-Length"] == str(len(got.body.content))


@pytest.mark.parametrize(
    ("wanted", "format", "kind"),
    [("jpg", "JPEG", "image/jpeg"), ("webp", "WEBP", "image/webp"), ("png", "PNG", "image/png")],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_formats(process, wanted, format, kind, mode):
    got = process(f"image/format,{wanted}", picture(20, 10, mode))

    assert Image.open(io.BytesIO(got.body.content)).format == format
    assert got.content_type == kind


def test_a_lower_quality_is_shorter(process):
    noise = Image.effect_noise((100, 100), 80)
    out = io.BytesIO()
    noise.save(out, "PNG")

    sizes = [len(process(f"image/format,jpg/quality,q_{q}", out.getvalue()).body.content) for q in (10, 50, 95)]

    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 3


def test_information(process):
    data = picture(200, 100, kind="JPEG")

    got = json.loads(process("image/info", data).body.content)

    assert got == {
        "FileSize": {"value": str(len(data))},
        "Format": {"value": "jpg"},
        "ImageHeight": {"value": "100"},
        "ImageWidth": {"value": "200"},
    }


@pytest.mark.parametrize("instructions", ["image/resize,w_0", "image/resize,w_x", "image/resize", "image/format,exe"])
def test_what_oss_refuses(process, instructions):
    with refused(400, "InvalidArgument"):
        process(instructions)


def test_what_is_no_picture(process):
    with refused(400, "InvalidArgument"):
        process("image/resize,w_10", b"<html>")


@pytest.mark.parametrize("instructions", ["image/watermark,text_x", "image/crop,w_1", "video/snapshot,t_1", "style/a"])
def test_what_the_emulator_cannot_do(process, instructions):
    with refused(501, "NotImplemented"):
        process(instructions)


def test_without_pillow(process, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)

    with refused(501, "NotImplemented"):
        process("image/resize,w_10", b"x")
