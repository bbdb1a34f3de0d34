"""For bench_api.py."""

from django.urls import include, path

urlpatterns = [path("", include("django_oss_share.api.urls"))]
