"""The page that says who reads a bucket, or one object of it, without a link of ours; and lets it be changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ..models.lookups import folders_above, last_part
from ..oss import OSSShareError
from ..oss.referer import RefererRule
from ..services import acl, referer
from ..services.clients import client_of
from ..services.errors import NotAllowed, Unconfirmed
from ..services.objects import storage_of
from ..services.policy import may_browse, may_set_access
from .access_forms import ACLForm, RefererForm
from .fields import add_error
from .typed import ShareModelAdmin


@dataclass(frozen=True, slots=True)
class Place:
    """:ivar key: "" for the bucket."""

    storage: str
    key: str
    version_id: str

    @classmethod
    def of(cls, request: HttpRequest) -> Place:
        given = request.GET
        return cls(given.get("storage", "default"), given.get("key", ""), given.get("version_id", ""))


def access_view(model_admin: ShareModelAdmin, request: HttpRequest) -> HttpResponse:
    """What holds at present, and for those who may, forms to change it."""
    if not may_browse(request.user):
        raise PermissionDenied
    place, warnings = Place.of(request), dict[str, tuple[str, ...]]()
    forms_: dict[str, forms.Form] = {}
    try:
        access = acl.access_to(place.storage, place.key, place.version_id, by=request.user)
        rule = RefererRule() if place.key else referer.rule_of(place.storage, by=request.user)
        forms_ = _forms(request, place, access, rule)
        if request.method == "POST" and _change(request, place, forms_, warnings):
            model_admin.message_user(request, _("Changed."), messages.SUCCESS)
            return HttpResponseRedirect(request.get_full_path())
        told = {"access": access, "acls": _in_words(access), "rule": rule, "url": _url(place, access), "problem": ""}
    except NotAllowed:
        raise
    except OSSShareError as error:
        told = {"problem": str(error)}
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Who reads %s") % (last_part(place.key) or _("the bucket")),
        "opts": model_admin.opts,
        "media": model_admin.media,
        "storage": place.storage,
        "key": place.key,
        "crumbs": [(last_part(folder), folder) for folder in folders_above(place.key)],
        "may_set": may_set_access(request.user),
        "forms": [(name, form, warnings.get(name, ())) for name, form in forms_.items()],
        "back": _back(model_admin, place),
        **told,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/oss_share/access.html", context)


def _forms(request: HttpRequest, place: Place, access: acl.Access, rule: RefererRule) -> dict[str, forms.Form]:
    """By what they change; bound, if it is the one that was sent."""
    sent = request.POST if request.method == "POST" else {}

    def data(name: str) -> Any:
        return sent if name in sent else None

    found: dict[str, forms.Form] = {
        "_acl": ACLForm(data("_acl"), of_bucket=not place.key, initial={"acl": access.acl}),
    }
    if not place.key:
        found["_referer"] = RefererForm(data("_referer"), initial=RefererForm.initial_of(rule))
    return found


def _change(
    request: HttpRequest, place: Place, forms_: dict[str, forms.Form], warnings: dict[str, tuple[str, ...]]
) -> bool:
    """Whether it was done; else the form, or ``warnings``, say why not."""
    for name, form in forms_.items():
        if not form.is_bound or not form.is_valid():
            continue
        try:
            return _CHANGES[name](request, place, form)
        except Unconfirmed as error:
            warnings[name] = error.warnings
        except NotAllowed:
            raise
        except OSSShareError as error:
            add_error(form, error)
    return False


def _set_acl(request: HttpRequest, place: Place, form: Any) -> bool:
    wanted = form.cleaned_data["acl"]
    # What was warned of is what is confirmed, and not what was chosen after that.
    confirmed = request.POST.get("confirmed") == wanted
    who: dict[str, Any] = {"by": request.user, "client": client_of(request)}
    acl.set_acl(place.storage, place.key, wanted, version_id=place.version_id, confirmed=confirmed, **who)
    return True


def _set_referer(request: HttpRequest, place: Place, form: Any) -> bool:
    rule = form.rule()
    if rule is None:
        return False
    who: dict[str, Any] = {"by": request.user, "client": client_of(request)}
    referer.set_rule(place.storage, rule, confirmed="confirmed" in request.POST, **who)
    return True


_CHANGES: dict[str, Callable[[HttpRequest, Place, Any], bool]] = {"_acl": _set_acl, "_referer": _set_referer}


def _in_words(access: acl.Access) -> dict[str, Any]:
    """Of both, its own name where it is one that this release does not know."""
    words = dict(acl.ObjectACL.choices)
    return {"own": words.get(access.acl, access.acl), "of_bucket": words.get(access.bucket_acl, access.bucket_acl)}


def _url(place: Place, access: acl.Access) -> str:
    """Where everybody reads the object, if everybody does."""
    if not (place.key and access.is_public):
        return ""
    return storage_of(place.storage).plain_url(place.key, version_id=place.version_id or None)


def _back(model_admin: ShareModelAdmin, place: Place) -> str:
    name, query = ("object", {"key": place.key}) if place.key else ("browse", {})
    url = reverse(f"admin:oss_share_share_{name}", current_app=model_admin.admin_site.name)
    return f"{url}?{urlencode({'storage': place.storage, **query})}"
