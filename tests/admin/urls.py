from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("s/", include("django_oss_share.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("django_oss_share.api.urls")),
]
