"""``x-oss-process`` for pictures, against what the vendor's pages on image processing show."""

from __future__ import annotations

import pytest

from django_oss_share.oss import InvalidArgument, image_process


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        # As on the vendor's pages.
        ({"resize": {"w": 300}}, "image/resize,w_300"),
        ({"resize": {"m": "fixed", "h": 100, "w": 100}}, "image/resize,m_fixed,h_100,w_100"),
        (
            {"resize": {"m": "pad", "h": 100, "w": 100, "color": "FF0000"}},
            "image/resize,m_pad,h_100,w_100,color_FF0000",
        ),
        ({"resize": {"p": 50}}, "image/resize,p_50"),
        ({"resize": {"w": 3000, "limit": 0}}, "image/resize,w_3000,limit_0"),
        (
            {"resize": {"h": 100}, "rotate": 90, "format": "png"},
            "image/resize,h_100/rotate,90/format,png",
        ),
        ({"crop": {"x": 10, "y": 10, "w": 200, "h": 200, "g": "se"}}, "image/crop,x_10,y_10,w_200,h_200,g_se"),
        ({"quality": 80}, "image/quality,q_80"),
        ({"quality": {"Q": 80}}, "image/quality,Q_80"),
        ({"circle": {"r": 100}, "format": "png"}, "image/circle,r_100/format,png"),
        ({"rounded_corners": {"r": 30}}, "image/rounded-corners,r_30"),
        ({"indexcrop": {"x": 100, "i": 0}}, "image/indexcrop,x_100,i_0"),
        ({"blur": {"r": 3, "s": 2}}, "image/blur,r_3,s_2"),
        ({"bright": -50, "contrast": 50, "sharpen": 100}, "image/bright,-50/contrast,50/sharpen,100"),
        ({"auto_orient": 0}, "image/auto-orient,0"),
        ({"format": "jpg", "interlace": 1}, "image/format,jpg/interlace,1"),
        ({"watermark": {"text": "Hello World"}}, "image/watermark,text_SGVsbG8gV29ybGQ"),
        (
            {"watermark": {"image": "panda.png", "t": 90, "g": "se", "x": 10, "y": 10}},
            "image/watermark,image_cGFuZGEucG5n,t_90,g_se,x_10,y_10",
        ),
        # Our readable names give the same.
        ({"resize": {"width": 300, "height": 200, "mode": "lfit"}}, "image/resize,w_300,h_200,m_lfit"),
        ({"resize": {"longest": 100}}, "image/resize,l_100"),
        ({"resize": {"shortest": 100}}, "image/resize,s_100"),
        ({"resize": {"percent": 50}}, "image/resize,p_50"),
        ({"circle": {"radius": 100}}, "image/circle,r_100"),
        (
            {"watermark": {"text": "内部", "font": "wqy-zenhei", "opacity": 60, "gravity": "center"}},
            "image/watermark,text_5YaF6YOo,type_d3F5LXplbmhlaQ,t_60,g_center",
        ),
        # Booleans are flags, colours are written in capitals.
        ({"auto_orient": True, "interlace": False}, "image/auto-orient,1/interlace,0"),
        ({"resize": {"w": 9, "m": "pad", "color": "ff00aa"}}, "image/resize,w_9,m_pad,color_FF00AA"),
    ],
)
def test_operations(operations, expected):
    assert image_process(**operations) == expected


def test_operations_run_in_the_order_given():
    assert image_process(rotate=90, resize={"w": 10}) == "image/rotate,90/resize,w_10"
    assert image_process(resize={"w": 10}, rotate=90) == "image/resize,w_10/rotate,90"


def test_style():
    assert image_process(style="small-avatar_1.v2") == "style/small-avatar_1.v2"


def test_text_of_a_watermark_is_safe_in_a_url():
    """The vendor's alphabet is the one of URLs, without padding."""
    value = image_process(watermark={"text": "???>>>~~~"})
    assert value == "image/watermark,text_Pz8_Pj4-fn5-"


@pytest.mark.parametrize(
    ("operations", "message"),
    [
        ({}, "needs at least one operation"),
        ({"rezise": {"w": 1}}, "Unknown operation 'rezise'; did you mean 'resize'"),
        ({"zzz": 1}, "Unknown operation 'zzz'; known are resize"),
        ({"resize": {"widht": 1}}, "Unknown parameter of resize 'widht'; did you mean 'width'"),
        ({"resize": {"radius": 1}}, "Unknown parameter of resize 'radius'"),
        ({"resize": 300}, "resize=300 must be a dict"),
        ({"resize": {}}, "resize={} must be a dict"),
        ({"resize": {"w": 0}}, "resize.w=0 is not allowed; use a whole number, 1 to 16384"),
        ({"resize": {"w": 16_385}}, "resize.w=16385 .* 1 to 16384"),
        ({"resize": {"w": "300"}}, "resize.w='300' is not allowed; use a whole number"),
        ({"resize": {"mode": "fill"}}, "resize={'mode': 'fill'} .*add width or height or longest"),
        ({"watermark": {"gravity": "se"}}, "watermark={'gravity': 'se'} says too little; add text or image"),
        ({"resize": {"w": 1.5}}, r"resize.w=1\.5 .* 1 to 16384"),
        ({"resize": {"w": True}}, "resize.w=True .* 1 to 16384"),
        ({"resize": {"mode": "fit"}}, "resize.mode='fit' .* lfit, mfit, fill, pad, fixed"),
        ({"resize": {"w": 1, "color": "red"}}, "resize.color='red' .* six hexadecimal digits"),
        ({"resize": {"w": 1, "limit": 2}}, "resize.limit=2 .* True or False"),
        ({"resize": {"w": 300, "width": 200}}, "resize.width is given twice"),
        ({"crop": {"gravity": "middle"}}, "crop.gravity='middle' .* nw, north"),
        ({"quality": 0}, "quality=0 .* 1 to 100"),
        ({"quality": 101}, "quality=101 .* 1 to 100"),
        ({"quality": {"x": 1}}, "Unknown parameter of quality 'x'"),
        ({"quality": {"q": 1, "Q": 2}}, "quality=.* 1 to 100"),
        ({"rotate": 361}, "rotate=361 .* 0 to 360"),
        ({"bright": -101}, "bright=-101 .* -100 to 100"),
        ({"sharpen": 49}, "sharpen=49 .* 50 to 399"),
        ({"format": "exe"}, "format='exe' .* jpg, png"),
        ({"auto_orient": "yes"}, "auto-orient='yes' .* True or False"),
        ({"auto_orient": 1.0}, r"auto-orient=1\.0 .* True or False"),
        ({"watermark": {"text": ""}}, "watermark.text='' .* text that is not empty"),
        ({"watermark": {"text": "\ud800"}}, "watermark.text=.* lone surrogate"),
        ({"watermark": {"rotate": 361, "text": "x"}}, "watermark.rotate=361"),
        ({"style": "a/../b"}, "style 'a/../b' is not a style's name: 1 to 63"),
        ({"style": ""}, "style ''"),
        ({"style": "s" * 64}, "1 to 63"),
        ({"style": "s", "rotate": 90}, "style cannot be combined"),
    ],
)
def test_bad_input_is_named(operations, message):
    with pytest.raises(InvalidArgument, match=message):
        image_process(**operations)


@pytest.mark.parametrize("hostile", ["1,w_2", "1/rotate,90", "a b", "1&x=2"])
@pytest.mark.parametrize("place", ["resize", "format", "style"])
def test_no_value_smuggles_an_operation_in(place, hostile):
    arguments = {"resize": {"resize": {"w": hostile}}, "format": {"format": hostile}, "style": {"style": hostile}}
    with pytest.raises(InvalidArgument):
        image_process(**arguments[place])
