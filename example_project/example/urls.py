from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularSwaggerView

from django_oss_share.views.health import health

urlpatterns = [
    path("", include("documents.urls")),
    path("s/", include("django_oss_share.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("django_oss_share.api.urls")),
    path("api/", SpectacularSwaggerView.as_view(url_name="oss_share_api:schema"), name="api"),
    # For probes; in a real site, only from where they come.
    path("health/", health),
]
