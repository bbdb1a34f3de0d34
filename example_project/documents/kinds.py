"""What kind of file a name stands for, and how its bytes are to be sent."""

import mimetypes
from dataclasses import dataclass
from typing import BinaryIO

#: Bytes that decide in which encoding a text is.
_SAMPLE = 256 * 1024


@dataclass(frozen=True)
class Kind:
    """:ivar icon: the name of its symbol in icons.svg.
    :ivar previewable: whether a browser shows it, and runs nothing in it: never HTML or SVG.
    """

    label: str
    icon: str
    previewable: bool = True


PICTURE = Kind("Picture", "picture")
PDF = Kind("PDF", "pdf")
VIDEO = Kind("Video", "video")
SOUND = Kind("Sound", "sound")
TEXT = Kind("Text", "text")
ARCHIVE = Kind("Archive", "archive", previewable=False)
OTHER = Kind("File", "file", previewable=False)

_BY_TYPE = {
    "image/png": PICTURE,
    "image/jpeg": PICTURE,
    "image/gif": PICTURE,
    "image/webp": PICTURE,
    "application/pdf": PDF,
    "video/mp4": VIDEO,
    "video/webm": VIDEO,
    "audio/mpeg": SOUND,
    "audio/ogg": SOUND,
    "text/plain": TEXT,
    "application/zip": ARCHIVE,
    "application/gzip": ARCHIVE,
    "application/x-tar": ARCHIVE,
}


def kind_of(filename: str) -> Kind:
    return _BY_TYPE.get(media_type(filename), OTHER)


def media_type(filename: str) -> str:
    """By the name's ending; what a browser claims of an upload is not trusted."""
    guessed, encoding = mimetypes.guess_type(filename)
    return "application/octet-stream" if encoding or guessed is None else guessed


def content_type(filename: str, content: BinaryIO) -> str:
    """What to store beside the bytes, so that OSS sends a text with the encoding that it is in."""
    kind = media_type(filename)
    return f"{kind}; charset={encoding_of(content)}" if kind == "text/plain" else kind


def encoding_of(content: BinaryIO) -> str:
    """UTF-8, or else GB18030, which every older Chinese encoding is a part of; ``content`` is back at its start."""
    content.seek(0)
    sample = content.read(_SAMPLE)
    content.seek(0)
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        # A sample may end within a character.
        return "utf-8" if len(sample) == _SAMPLE and error.start > _SAMPLE - 4 else "gb18030"
    return "utf-8"
