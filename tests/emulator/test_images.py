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
        ("image/resize,m_pad,w_50,h_50", (50, 50)),
        ("image/resize,m_pad,w_50,h_50,color_FF0000", (50, 50)),
        ("image/crop,w_30,h_20", (30, 20)),
        ("image/crop,x_190,y_0,w_30,h_20", (10, 20)),
        ("image/crop,w_500,h_500,g_se", (67, 34)),
        ("image/rotate,90", (100, 200)),
        ("image/auto-orient,1", (200, 100)),
        ("image/rotate,90/resize,w_50", (50, 100)),
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


def test_a_border_and_a_part_are_where_they_should_be(process):
    half = Image.new("RGB", (200, 100), "teal")
    half.paste("black", (100, 0, 200, 100))
    out = io.BytesIO()
    half.save(out, "PNG")

    padded = Image.open(io.BytesIO(process("image/resize,m_pad,w_50,h_50,color_FF0000", out.getvalue()).body.content))
    part = Image.open(io.BytesIO(process("image/crop,x_95,w_10,h_10", out.getvalue()).body.content))
    turned = Image.open(io.BytesIO(process("image/rotate,90", out.getvalue()).body.content))

    assert padded.getpixel((25, 2)) == (255, 0, 0)
    assert (part.getpixel((0, 0)), part.getpixel((9, 9))) == ((0, 128, 128), (0, 0, 0))
    assert (turned.getpixel((50, 10)), turned.getpixel((50, 190))) == ((0, 128, 128), (0, 0, 0))


def test_a_thumbnail_is_smaller_in_bytes_and_pixels(process):
    out = io.BytesIO()
    Image.effect_noise((800, 600), 90).save(out, "PNG")

    got = process("image/resize,m_lfit,w_80,h_80", out.getvalue()).body.content

    assert Image.open(io.BytesIO(got)).size == (80, 60)
    assert len(got) < len(out.getvalue()) / 20


@pytest.mark.parametrize(
    "instructions",
    [
        "image/resize,w_0",
        "image/resize,w_x",
        "image/resize",
        "image/format,exe",
        "image/crop,x_200",
        "image/crop,g_x",
        "image/rotate,361",
    ],
)
def test_what_oss_refuses(process, instructions):
    with refused(400, "InvalidArgument"):
        process(instructions)


def test_what_is_no_picture(process):
    with refused(400, "InvalidArgument"):
        process("image/resize,w_10", b"<html>")


@pytest.mark.parametrize(
    "instructions", ["image/watermark,text_x", "image/blur,r_3,s_2", "video/snapshot,t_1", "style/a"]
)
def test_what_the_emulator_cannot_do(process, instructions):
    with refused(501, "NotImplemented"):
        process(instructions)


def test_without_pillow(process, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)

    with refused(501, "NotImplemented"):
        process("image/resize,w_10", b"x")
