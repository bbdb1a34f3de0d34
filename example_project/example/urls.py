from django.contrib import admin
from django.urls import include, path

from django_oss_share.views.health import health

urlpatterns = [
    path("", include("documents.urls")),
    path("s/", include("django_oss_share.urls")),
    path("admin/", admin.site.urls),
    # For probes; in a real site, only from where they come.
    path("health/", health),
]
