"""What a browser may show."""

from __future__ import annotations

import pytest

from django_oss_share.services.previews import inline_type, preview_kind


@pytest.mark.parametrize(
    ("name", "kind", "content_type"),
    [
        ("照片.PNG", "image", "image/png"),
        ("a.jpeg", "image", "image/jpeg"),
        ("a.pdf", "pdf", "application/pdf"),
        ("a.csv", "text", "text/plain"),
        ("a.json", "text", "text/plain"),
        ("a.mp3", "audio", "audio/mpeg"),
        ("a.mp4", "video", "video/mp4"),
        ("a.svg", None, None),
        ("a.html", None, None),
        ("png", None, None),
        ("", None, None),
    ],
)
def test_by_the_ending(name, kind, content_type):
    assert (preview_kind(name), inline_type(name)) == (kind, content_type)
