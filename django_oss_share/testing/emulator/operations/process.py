"""``x-oss-process=image/…``: resize, crop, rotate, format, quality and info, by Pillow where it is installed."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ..errors import image_process_failed, not_implemented
from ..response import FileBody, Response
from .call import is_number

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF", "bmp": "BMP", "tiff": "TIFF"}
_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
}
#: Bytes of the largest original that OSS processes.
_MAX_SIZE = 20 * 1024**2
_MAX_SIDE = 16_384
# Headers of the original that do not hold for what is made of it.
_OF_THE_ORIGINAL = ("Content-Type", "Content-Encoding", "ETag", "x-oss-hash-crc64ecma", "Accept-Ranges")


class Step(NamedTuple):
    """One action, such as ``resize``, with its parameters, such as ``{"w": "100"}``; a bare one is ``{"": …}``."""

    action: str
    parameters: Mapping[str, str]


def image(instructions: str, body: FileBody, headers: dict[str, str]) -> Response:
    """The picture in ``body`` as the instructions want it.

    :raises OSSError: NotImplemented for what is not done here; InvalidArgument for what is no picture.
    """
    steps = parse(instructions)
    if len(body) > _MAX_SIZE:
        raise image_process_failed(f"The source file is over {_MAX_SIZE} bytes.")
    picture = _load(b"".join(body.blocks()))
    if steps[0].action == "info":
        return Response(200, {"Content-Type": "application/json"}, _info(picture, len(body)))
    target = picture.format or "PNG"
    quality = 75
    for action, parameters in steps:
        if action in _CHANGES:
            picture = _CHANGES[action](picture, parameters)
        elif action == "format":
            target = _format(parameters)
        else:
            quality = _integer(parameters, "q", None) or _integer(parameters, "Q", None) or quality
    kept = {name: value for name, value in headers.items() if name not in _OF_THE_ORIGINAL}
    return Response(200, {**kept, "Content-Type": _TYPES.get(target, "image/png")}, _encode(picture, target, quality))


def parse(instructions: str) -> list[Step]:
    """``image/resize,w_100/format,webp`` as steps.

    :raises OSSError: NotImplemented: another service than ``image``, or an action that is not done here.
    """
    service, *actions = instructions.split("/")
    steps = [_step(each) for each in actions if each]
    if service != "image" or not steps or any(each.action not in _ACTIONS for each in steps):
        raise not_implemented(f"x-oss-process: {instructions}")
    return steps


def _step(text: str) -> Step:
    action, *parameters = text.split(",")
    pairs = (each.rpartition("_") for each in parameters)
    return Step(action, {name: value for name, _, value in pairs})


def _load(data: bytes) -> Image:
    try:
        from PIL import Image as pillow
    except ImportError:
        raise not_implemented("x-oss-process (install django-oss-share[images])") from None
    try:
        picture = pillow.open(io.BytesIO(data))
        picture.load()
    except (OSError, pillow.DecompressionBombError):
        raise image_process_failed("This image format is not supported.") from None
    return picture


def _info(picture: Image, size: int) -> bytes:
    facts = {
        "FileSize": size,
        "Format": (picture.format or "").lower().replace("jpeg", "jpg"),
        "ImageHeight": picture.height,
        "ImageWidth": picture.width,
    }
    return json.dumps({name: {"value": str(value)} for name, value in facts.items()}).encode()


def _resize(picture: Image, parameters: Mapping[str, str]) -> Image:
    width, height = _target_size(picture, parameters)
    if (width > picture.width or height > picture.height) and parameters.get("limit", "1") != "0":
        return picture
    if parameters.get("m") == "fill":
        return _fill(picture, width, height)
    if parameters.get("m") == "pad":
        return _pad(picture, _box(picture, parameters), f"#{parameters.get('color', 'FFFFFF')}")
    return picture.resize((width, height))


def _target_size(picture: Image, parameters: Mapping[str, str]) -> tuple[int, int]:
    if percent := _integer(parameters, "p", None):
        return max(picture.width * percent // 100, 1), max(picture.height * percent // 100, 1)
    longest = _integer(parameters, "l", None)
    width, height = _integer(parameters, "w", longest), _integer(parameters, "h", longest)
    if not width and not height:
        raise image_process_failed("The parameter w or h of resize is missing.")
    mode = parameters.get("m", "lfit")
    if width and height and mode in ("fixed", "fill"):
        return width, height
    by_width = width / picture.width if width else float("inf")
    by_height = height / picture.height if height else float("inf")
    scale = max(by_width, by_height) if mode == "mfit" and width and height else min(by_width, by_height)
    return max(round(picture.width * scale), 1), max(round(picture.height * scale), 1)


def _fill(picture: Image, width: int, height: int) -> Image:
    from PIL import ImageOps

    return ImageOps.fit(picture, (width, height))


def _box(picture: Image, parameters: Mapping[str, str]) -> tuple[int, int]:
    return _integer(parameters, "w", None) or picture.width, _integer(parameters, "h", None) or picture.height


def _pad(picture: Image, box: tuple[int, int], color: str) -> Image:
    from PIL import ImageOps

    return ImageOps.pad(picture.convert("RGB"), box, color=color)


def _crop(picture: Image, parameters: Mapping[str, str]) -> Image:
    """Of ``w`` by ``h``, from ``x`` and ``y`` on, which count from the ``g`` of nine regions."""
    left, top = _origin(picture, parameters.get("g", "nw"))
    left, top = left + _offset(parameters, "x"), top + _offset(parameters, "y")
    if left >= picture.width or top >= picture.height:
        raise image_process_failed("The crop is outside of the picture.")
    width, height = _box(picture, parameters)
    return picture.crop((left, top, min(left + width, picture.width), min(top + height, picture.height)))


def _origin(picture: Image, gravity: str) -> tuple[int, int]:
    regions = ("nw", "north", "ne", "west", "center", "east", "sw", "south", "se")
    if gravity not in regions:
        raise image_process_failed(f"The value {gravity} of the parameter g is not supported.")
    row, column = divmod(regions.index(gravity), 3)
    return column * picture.width // 3, row * picture.height // 3


def _offset(parameters: Mapping[str, str], name: str) -> int:
    return 0 if parameters.get(name) == "0" else _integer(parameters, name, 0) or 0


def _rotate(picture: Image, parameters: Mapping[str, str]) -> Image:
    degrees = parameters.get("", "")
    if not is_number(degrees) or int(degrees) > 360:
        raise image_process_failed(f"The value {degrees} of rotate is out of range.")
    return picture.rotate(-int(degrees), expand=True)


def _orient(picture: Image, parameters: Mapping[str, str]) -> Image:
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture) if parameters.get("") == "1" else picture


#: What changes the picture itself.
_CHANGES: Mapping[str, Callable[[Image, Mapping[str, str]], Image]] = {
    "resize": _resize,
    "crop": _crop,
    "rotate": _rotate,
    "auto-orient": _orient,
}
_ACTIONS = (*_CHANGES, "format", "quality", "info")


def _format(parameters: Mapping[str, str]) -> str:
    wanted = parameters.get("", "")
    if wanted not in _FORMATS:
        raise image_process_failed(f"The format {wanted} is not supported.")
    return _FORMATS[wanted]


def _integer(parameters: Mapping[str, str], name: str, default: int | None) -> int | None:
    value = parameters.get(name)
    if value is None:
        return default
    if not (is_number(value) and 1 <= int(value) <= _MAX_SIDE):
        raise image_process_failed(f"The value {value} of the parameter {name} is out of range.")
    return int(value)


def _encode(picture: Image, target: str, quality: int) -> bytes:
    if target == "JPEG" and picture.mode not in ("RGB", "L", "CMYK"):
        picture = picture.convert("RGB")
    out = io.BytesIO()
    picture.save(out, target, quality=min(quality, 100))
    return out.getvalue()
