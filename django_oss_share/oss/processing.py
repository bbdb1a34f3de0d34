"""``x-oss-process`` step by step, also for videos and documents.

>>> ImageProcess().resize(width=300).watermark(text="内部", opacity=60).convert("webp")
'image/resize,w_300/watermark,text_5YaF6YOo,t_60/format,webp'
>>> ImageProcess.video_snapshot(at=timedelta(seconds=7), width=800, height=600)
'video/snapshot,t_7000,f_jpg,w_800,h_600'

Source of the names and ranges: the vendor's pages "Image processing", "Video snapshots", "WebOffice online preview" and
"Document snapshots". The last two take a project of Intelligent Media Management that is bound to the bucket.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from .errors import InvalidArgument
from .images import Writer, base64, color, flag, one_of, operation, saved_style, whole, with_parameters

_DAY = 86_400_000  # milliseconds
_VIDEO: Mapping[str, Writer] = {
    "t": whole(0, _DAY),
    "f": one_of("jpg", "png"),
    "w": whole(0, 16_384),
    "h": whole(0, 16_384),
    "m": one_of("fast"),
    "ar": one_of("auto", "h", "w"),
}
_PREVIEW: Mapping[str, Writer] = {"copy": flag, "export": flag, "print": flag, "maxpage": whole(1, 5000)}
_PREVIEW_WATERMARK: Mapping[str, Writer] = {
    "text": base64,
    "size": whole(1, 1000),
    "t": whole(0, 100),
    "color": color,
    "rotate": whole(0, 360),
}
_PAGE: Mapping[str, Writer] = {
    "target": one_of("png", "jpg"),
    "source": one_of("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx"),
    "page": whole(1, 2000),
}


class ImageProcess(str):
    """What OSS does to a picture on its way out: text for ``process=``, which each step lengthens into a new one.

    Steps run in the order in which they are written, and may be repeated. Their parameters, and what they raise, are
    those of :func:`~django_oss_share.oss.image_process`.
    """

    __slots__ = ()

    def then(self, name: str, value: Any) -> ImageProcess:
        """Any operation of :func:`~django_oss_share.oss.image_process`."""
        if self and not self.startswith("image/"):
            raise InvalidArgument(f"{str(self)!r} takes no further steps.", field=name, value=value)
        return ImageProcess(f"{self or 'image'}/{operation(name, value)}")

    def resize(self, **parameters: Any) -> ImageProcess:
        """``width``, ``height``, ``mode``, ``longest``, ``shortest``, ``percent``, ``limit``, ``color``."""
        return self.then("resize", parameters)

    def crop(self, **parameters: Any) -> ImageProcess:
        """``x``, ``y``, ``width``, ``height``, ``gravity``."""
        return self.then("crop", parameters)

    def rotate(self, degrees: int) -> ImageProcess:
        """Clockwise, 0 to 360."""
        return self.then("rotate", degrees)

    def watermark(self, **parameters: Any) -> ImageProcess:
        """``text`` (with ``font``, ``size``, ``color``) or ``image``, a key of the bucket; ``gravity``, ``opacity``."""
        return self.then("watermark", parameters)

    def convert(self, format: str) -> ImageProcess:
        """To ``jpg``, ``png``, ``webp``, ``avif``, …"""
        return self.then("format", format)

    def quality(self, percent: int) -> ImageProcess:
        """1 to 100, of formats that lose detail."""
        return self.then("quality", percent)

    @classmethod
    def style(cls, name: str) -> ImageProcess:
        """What is saved in the bucket under that name, instead of steps."""
        return cls(saved_style(name))

    @classmethod
    def video_snapshot(
        cls,
        *,
        at: timedelta | int = 0,
        width: int = 0,
        height: int = 0,
        format: str = "jpg",
        fast: bool = False,
        auto_rotate: bool = False,
    ) -> ImageProcess:
        """A picture out of a video (H.264, H.265).

        :param at: since its start, as a timedelta or in milliseconds; beyond its end, the last picture.
        :param width, height: pixels; 0: by the other one, or as the video.
        :param fast: the nearest key frame before, which is cheaper to find.
        """
        wanted = {
            "t": at // timedelta(milliseconds=1) if isinstance(at, timedelta) else at,
            "f": format,
            "w": width,
            "h": height,
            **({"m": "fast"} if fast else {}),
            **({"ar": "auto"} if auto_rotate else {}),
        }
        return cls("video/" + with_parameters("snapshot", _VIDEO, wanted))

    @classmethod
    def document_preview(
        cls,
        *,
        copy: bool = False,
        export: bool = False,
        print: bool = False,
        max_pages: int | None = None,
        watermark: Mapping[str, Any] | None = None,
    ) -> ImageProcess:
        """An office document or PDF as a page to read; by a custom domain alone.

        :param copy, export, print: what its readers may do there.
        :param watermark: ``text``, ``size``, ``opacity``, ``color``, ``rotate``.
        """
        wanted: dict[str, Any] = {"copy": copy, "export": export, "print": print}
        if max_pages is not None:
            wanted["maxpage"] = max_pages
        shown = with_parameters("preview", _PREVIEW, wanted)
        marked = "/" + with_parameters("watermark", _PREVIEW_WATERMARK, watermark) if watermark else ""
        return cls(f"doc/{shown}{marked}")

    @classmethod
    def document_page(cls, page: int = 1, *, format: str = "png", source: str | None = None) -> ImageProcess:
        """One page of an office document or PDF as a picture.

        :param source: of what kind the document is, such as ``docx``, where its key has no ending.
        """
        wanted = {"target": format, **({"source": source} if source else {}), "page": page}
        return cls("doc/" + with_parameters("snapshot", _PAGE, wanted))
