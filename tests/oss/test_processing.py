"""``x-oss-process`` step by step, and for videos and documents, against what the vendor's pages show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from django_oss_share.oss import ImageProcess, InvalidArgument, image_process


def test_steps_make_what_one_call_makes():
    made = ImageProcess().resize(width=300, mode="lfit").crop(w=10).rotate(90).convert("webp").quality(80)
    assert made == image_process(
        resize={"width": 300, "mode": "lfit"}, crop={"w": 10}, rotate=90, format="webp", quality=80
    )


def test_a_step_may_be_repeated_and_none_changes_what_was():
    small = ImageProcess().resize(w=100)
    assert small.watermark(text="a").watermark(image="b") == "image/resize,w_100/watermark,text_YQ/watermark,image_Yg"
    assert small == "image/resize,w_100"
    assert small.then("rounded_corners", {"r": 9}) == "image/resize,w_100/rounded-corners,r_9"


def test_a_style():
    assert ImageProcess.style("avatar") == "style/avatar"
    with pytest.raises(InvalidArgument, match="no further steps"):
        ImageProcess.style("avatar").rotate(90)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        # As on the vendor's pages.
        (
            ImageProcess.video_snapshot(at=7000, width=800, height=600, fast=True),
            "video/snapshot,t_7000,f_jpg,w_800,h_600,m_fast",
        ),
        (
            ImageProcess.video_snapshot(at=timedelta(seconds=10), format="png", auto_rotate=True),
            "video/snapshot,t_10000,f_png,w_0,h_0,ar_auto",
        ),
        (
            ImageProcess.document_preview(
                export=True, print=True, watermark={"text": "内部资料", "size": 30, "opacity": 60}
            ),
            "doc/preview,copy_0,export_1,print_1/watermark,text_5YaF6YOo6LWE5paZ,size_30,t_60",
        ),
        (ImageProcess.document_preview(max_pages=3), "doc/preview,copy_0,export_0,print_0,maxpage_3"),
        (
            ImageProcess.document_page(2, format="jpg", source="docx"),
            "doc/snapshot,target_jpg,source_docx,page_2",
        ),
        (ImageProcess.document_page(), "doc/snapshot,target_png,page_1"),
    ],
)
def test_videos_and_documents(made, expected):
    assert made == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ImageProcess.video_snapshot(at=-1), "snapshot.t=-1"),
        (lambda: ImageProcess.video_snapshot(at=timedelta(days=2)), "snapshot.t="),
        (lambda: ImageProcess.video_snapshot(format="gif"), "jpg, png"),
        (lambda: ImageProcess.document_page(0), "snapshot.page=0"),
        (lambda: ImageProcess.document_page(source="exe,page_9"), "snapshot.source="),
        (lambda: ImageProcess.document_preview(watermark={"txet": "x"}), "did you mean 'text'"),
        (lambda: ImageProcess().resize(), "must be a dict of parameters"),
        (lambda: ImageProcess().convert("webp/rotate,90"), "format="),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(InvalidArgument, match=message):
        make()


def test_it_goes_into_any_link(oss_emulator):
    from django_oss_share.storage import OSSStorage

    storage = OSSStorage(**oss_emulator.storage_options())
    url = storage.url("a.mp4", process=ImageProcess.video_snapshot(width=320))
    assert "x-oss-process=video%2Fsnapshot%2Ct_0%2Cf_jpg%2Cw_320%2Ch_0" in url
