"""``path("api/v1/", include("django_oss_share.api.urls"))``."""

from typing import Any

from django.urls import path, re_path

from .router import router
from .views.description import Description
from .views.missing import Missing

app_name = "oss_share_api"
_METHODS: Any = dict.fromkeys(("get", "post", "put", "patch", "delete", "head"), "missing")
urlpatterns = [
    *router.urls,
    path("schema/", Description.as_view({"get": "describe"}), name="schema"),
    re_path("", Missing.as_view(_METHODS)),
]
