"""Where a share would be found."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def page(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse(token)


urlpatterns = [path("s/", include(([path("<str:token>/", page, name="share")], "oss_share")))]
