"""``path("s/", include("django_oss_share.urls"))``: the public pages of shares and of file requests.

All are below the share's own address, so that its cookie reaches them and no others.
"""

from django.urls import path

from .views import archive, direct, download, file, landing, previews, qr, requests, unlock

app_name = "oss_share"
urlpatterns = [
    # Two parts before the token, so that none of a share's pages is meant.
    path("up/<str:token>/", requests.request, name="request"),
    path("up/<str:token>/unlock/", requests.unlock, name="request_unlock"),
    path("up/<str:token>/begin/", requests.begin, name="request_begin"),
    path("up/<str:token>/parts/", requests.parts, name="request_parts"),
    path("up/<str:token>/complete/", requests.complete, name="request_complete"),
    path("up/<str:token>/cancel/", requests.cancel, name="request_cancel"),
    path("direct/<str:step>/", direct.direct, name="direct"),
    path("<str:token>/", landing.share, name="share"),
    path("<str:token>/unlock/", unlock.unlock, name="unlock"),
    path("<str:token>/download/", download.download, name="download"),
    path("<str:token>/file/", file.file, name="file"),
    path("<str:token>/preview/", previews.preview, name="preview"),
    path("<str:token>/archive/", archive.archive, name="archive"),
    path("<str:token>/qr.svg", qr.qr, name="qr"),
]
