from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseRedirect
from django.urls import include, path

from .models import Hit, Link


def follow(request: HttpRequest, slug: str) -> HttpResponse:
    with transaction.atomic():
        link = Link.objects.get(slug=slug)
        if not Link.objects.filter(pk=link.pk, hits__lt=F("limit")).update(hits=F("hits") + 1):
            return HttpResponseNotFound()
        Hit.objects.create(link=link, address=request.META["REMOTE_ADDR"], user_agent=request.META["HTTP_USER_AGENT"])
    return HttpResponseRedirect(link.target)


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponseNotFound()


urlpatterns = [
    path("bare/<slug:slug>/", follow),
    path("empty/", empty),
    path("s/", include("django_oss_share.urls")),
]
