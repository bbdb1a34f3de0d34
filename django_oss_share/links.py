"""Links to stored files for templates and views: the plain functions beneath ``{% load oss_share %}``.

::

    object_url(document.file, download=True, filename="季度.pdf", expires=600)
    image_url(document.file, width=320, format="webp")
    share_link(document.file, request=request)  # that of a share, if there is one
    return redirect_to_object(request, document.file, download=True)  # in a view of your own
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePath
from typing import Any, TypedDict, Unpack

from django.conf import DEFAULT_STORAGE_ALIAS
from django.core.files.storage import Storage, storages
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, HttpResponseRedirect

from .models import Kind, Share
from .models.lookups import object_digest
from .oss import InvalidArgument, image_process
from .oss.suggestions import advice
from .services import shares
from .services.objects import alias_of, storage_of
from .storage import OSSStorage

#: What a link can be made to: a file of a model, the name of an object, or a share.
LinkTarget = FieldFile | str | PurePath | Share

#: Seconds that a link of :func:`redirect_to_object` lives: a browser follows it at once, so a copy soon opens nothing.
REDIRECT_SECONDS = 60
#: What keeps a link from being stored, indexed, or told to the next site.
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


class LinkOptions(TypedDict, total=False):
    """What :func:`object_url` takes beside its target and ``expires``."""

    download: bool | None
    filename: str | None
    process: str | Mapping[str, Any] | None
    version_id: str | None
    content_type: str | None
    storage: str | None


def object_url(
    target: LinkTarget,
    *,
    download: bool | None = None,
    filename: str | None = None,
    expires: int | timedelta | None = None,
    process: str | Mapping[str, Any] | None = None,
    version_id: str | None = None,
    content_type: str | None = None,
    storage: str | None = None,
    signed: bool = True,
    domain: str | None = None,
) -> str:
    """A link to ``target``, made without the network.

    :param target: a file of a model, which knows its storage, or an object's name; of a share, which has no other
        options, its own link, since a signed one would go round its rules.
    :param download: True saves the file, False shows it; None leaves that to the object.
    :param filename: what to save it as; implies ``download=True``.
    :param expires: seconds or a timedelta; the storage's ``querystring_expire`` by default.
    :param process: ``x-oss-process`` as text, or the arguments of ``image_process``.
    :param version_id: of a bucket with versioning.
    :param content_type: to answer with, such as ``text/plain;charset=utf-8``.
    :param storage: the alias in ``STORAGES`` where a bare name lives; ``default`` unless given.
    :param signed: False makes a plain link without an end, for what is public-read or behind a CDN.
    :param domain: of a plain link: ``public``, ``internal``, ``accelerate``, ``custom`` or ``cdn``.
    :raises InvalidArgument: a target that names no object; a storage that is unknown or not OSS; an option out of
        range, or that a plain link does not have. Else what :meth:`OSSStorage.url` raises.
    """
    keywords: dict[str, Any] = {
        "download": download,
        "filename": filename,
        "expire": expires,
        "process": process,
        "version_id": version_id,
        "content_type": content_type,
    }
    if isinstance(target, Share):
        _refuse_options(target, {**keywords, "storage": storage, "domain": domain, "signed": None if signed else False})
        return shares.get_url(target)
    if not signed:
        return _plain_url(target, storage, domain, keywords)
    if domain is not None:
        raise InvalidArgument(
            f"domain={domain!r} goes with signed=False; signed links point where the storage says.", field="domain"
        )
    return _url(target, storage, **keywords)


def image_url(
    target: LinkTarget,
    *,
    width: int | None = None,
    height: int | None = None,
    longest: int | None = None,
    shortest: int | None = None,
    percent: int | None = None,
    mode: str | None = None,
    color: str | None = None,
    limit: bool | None = None,
    auto_orient: bool | None = None,
    rotate: int | None = None,
    watermark: str | None = None,
    watermark_image: str | None = None,
    gravity: str | None = None,
    opacity: int | None = None,
    format: str | None = None,
    quality: int | None = None,
    style: str | None = None,
    expires: int | timedelta | None = None,
    version_id: str | None = None,
    storage: str | None = None,
) -> str:
    """A link to the picture ``target`` as OSS resizes and converts it on its way out; a signed one even of a share, so
    show it only to those who may see what is shared.

    :param width, height, longest, shortest: pixels of the result, or of its longest or shortest side.
    :param percent: of the picture's own size.
    :param mode: how it fits ``width`` and ``height``: ``lfit`` (OSS's default), ``mfit``, ``fill``, ``pad``, ``fixed``.
    :param color: of the border that ``pad`` adds, such as ``FFFFFF``.
    :param limit: False lets a small picture be enlarged, which OSS does not do unless told.
    :param auto_orient: whether to turn the picture as its camera says.
    :param rotate: degrees, clockwise.
    :param watermark: a text over the picture. :param watermark_image: or a picture, by its key in the bucket.
    :param gravity: where that is: ``nw``, ``north``, ``ne``, ``west``, ``center``, ``east``, ``sw``, ``south`` or
        ``se`` (OSS's default). :param opacity: percent; 100 hides what is below.
    :param format: ``jpg``, ``png``, ``webp``, ``avif``, …
    :param quality: percent, for formats that lose detail.
    :param style: the name of a style saved in the bucket, instead of all these.
    :raises InvalidArgument: as :func:`object_url`; nothing to do; a value that OSS does not take.
    """
    resize = _given(
        mode=mode,
        width=width,
        height=height,
        longest=longest,
        shortest=shortest,
        percent=percent,
        limit=limit,
        color=color,
    )
    mark = _given(text=watermark, image=watermark_image, gravity=gravity, opacity=opacity)
    # In the order in which they run: a picture must stand upright before "width" means its width, and a mark is to be
    # as large on each size.
    operations = _given(
        auto_orient=auto_orient,
        rotate=rotate,
        resize=resize or None,
        watermark=mark or None,
        format=format,
        quality=quality,
    )
    process = image_process(style=style, **operations)
    return _url(target, storage, process=process, expire=expires, version_id=version_id)


def share_link(target: LinkTarget, *, storage: str | None = None, request: HttpRequest | None = None) -> str:
    """The link of a share; nothing is shared by asking for it.

    :param target: a share; or a file of a model or an object's name, of which the newest share of that one object
        counts that is active. ``""``: there is none.
    :param request: makes the link absolute where ``OSS_SHARE["BASE_URL"]`` is not set.
    :raises InvalidArgument: a target that names no object, or that is in no storage of ``STORAGES``.
    """
    if isinstance(target, Share):
        _refuse_options(target, {"storage": storage})
        return shares.get_url(target, request)
    chosen, name = _located(target, storage)
    alias = alias_of(chosen)
    found = Share.objects.active().filter(kind=Kind.OBJECT, object_digest=object_digest(alias, name)).order_by("-id")
    share = found.first()
    return shares.get_url(share, request) if share else ""


def redirect_to_object(
    request: HttpRequest,
    target: LinkTarget,
    *,
    expires: int | timedelta = REDIRECT_SECONDS,
    **options: Unpack[LinkOptions],
) -> HttpResponseRedirect:
    """A 302 to a link that soon dies, for a view that has decided that this visitor may have ``target``.

    The link is for HEAD where the request is. Neither caches nor search engines keep the answer, and OSS is not told
    the page that led there.

    :raises InvalidArgument: as :func:`object_url`, whose arguments these are; a share, which has its own page.
    """
    if isinstance(target, Share):
        raise InvalidArgument(
            f"{target!r} has a page of its own, which counts and writes down: redirect to share_link(share).",
            field="target",
        )
    alias = options.pop("storage", None)
    method = "HEAD" if request.method == "HEAD" else "GET"
    return HttpResponseRedirect(_url(target, alias, method, expire=expires, **options), headers=_PRIVATE)


def _given(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _url(target: LinkTarget, alias: str | None, http_method: str = "GET", **keywords: Any) -> str:
    chosen, name = _in_oss(target, alias)
    return chosen.url(name, http_method=http_method, **keywords)


def _plain_url(target: LinkTarget, alias: str | None, domain: str | None, keywords: Mapping[str, Any]) -> str:
    chosen, name = _in_oss(target, alias)
    given = _given(**keywords)
    allowed = {option: given.pop(option, None) for option in ("process", "version_id")}
    for option, value in given.items():
        raise InvalidArgument(
            f"{option}={value!r} needs a signed link, which signed=False does not make.", field=option, value=value
        )
    return chosen.plain_url(name, domain=domain, **allowed)


def _in_oss(target: LinkTarget, alias: str | None) -> tuple[OSSStorage, str]:
    chosen, name = _located(target, alias)
    if not isinstance(chosen, OSSStorage):
        raise InvalidArgument(
            f"{name!r} is in a {type(chosen).__name__}, which cannot presign; only files in an OSSStorage have such "
            "links. For tests there is the fixture oss_emulator.",
            field="target",
            value=name,
        )
    return chosen, name


def _refuse_options(share: Share, options: Mapping[str, Any]) -> None:
    for name, value in options.items():
        if value is not None:
            raise InvalidArgument(
                f"{name}={value!r} does not go with {share!r}: what its visitors get is said in the share itself.",
                field=name,
                value=value,
            )


def _located(target: LinkTarget, alias: str | None) -> tuple[Storage, str]:
    if isinstance(target, Share):
        return storage_of(target.storage), _checked_name(target.key, "the key of a share of several files")
    if isinstance(target, FieldFile):
        return _field_storage(target, alias), _checked_name(target.name, _described(target))
    if isinstance(target, str | PurePath):
        return _aliased(alias or DEFAULT_STORAGE_ALIAS), _checked_name(str(target), "the name")
    raise InvalidArgument(
        f"Cannot link to {target!r}: pass a model's file, the name of an object or a share.",
        field="target",
        value=target,
    )


def _field_storage(target: FieldFile, alias: str | None) -> Storage:
    if alias is not None:
        raise InvalidArgument(
            f"storage={alias!r} goes with a bare name only: {_described(target)} knows its storage.",
            field="storage",
            value=alias,
        )
    return target.storage


def _aliased(alias: str) -> Storage:
    if alias not in storages.backends:
        raise InvalidArgument(
            f"storage={alias!r} is not a key of STORAGES; {advice(alias, storages.backends)}",
            field="storage",
            value=alias,
        )
    return storages[alias]


def _checked_name(name: str | None, where: str) -> str:
    if not name:
        raise InvalidArgument(
            f"Nothing to link to: {where} is empty. Where that may be, ask first, as in {{% if document.file %}}.",
            field="target",
            value=name,
        )
    return name


def _described(target: FieldFile) -> str:
    return f"{target.field.name!r} of {target.instance!r}"
