"""Static files in a public-read bucket: plain links that never change."""

from __future__ import annotations

from django.contrib.staticfiles.storage import ManifestFilesMixin

from .backend import OSSStorage


class OSSStaticStorage(OSSStorage):
    """Links are unsigned, so that every page, cache and CDN sees the same ones; the bucket must be public-read."""

    querystring_auth = False


class OSSManifestStaticStorage(ManifestFilesMixin, OSSStaticStorage):  # type: ignore[misc]
    """With the content's hash in each name, as Django's ManifestStaticFilesStorage."""
