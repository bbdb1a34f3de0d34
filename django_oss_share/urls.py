"""``path("s/", include("django_oss_share.urls"))``: the public pages of shares.

All are below the share's own address, so that its cookie reaches them and no others.
"""

from django.urls import path

from .views import archive, download, file, landing, previews, qr, unlock

app_name = "oss_share"
urlpatterns = [
    path("<str:token>/", landing.share, name="share"),
    path("<str:token>/unlock/", unlock.unlock, name="unlock"),
    path("<str:token>/download/", download.download, name="download"),
    path("<str:token>/file/", file.file, name="file"),
    path("<str:token>/preview/", previews.preview, name="preview"),
    path("<str:token>/archive/", archive.archive, name="archive"),
    path("<str:token>/qr.svg", qr.qr, name="qr"),
]
