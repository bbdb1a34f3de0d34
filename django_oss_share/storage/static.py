"""Static files in a public-read bucket: plain links that never change."""

from __future__ import annotations

from django.contrib.staticfiles.storage import ManifestFilesMixin

from .backend import OSSStorage
from .names import clean_location


class OSSStaticStorage(OSSStorage):
    """Links are unsigned, so that every page, cache and CDN sees the same ones; the bucket must be public-read."""

    querystring_auth = False

    def exists(self, name: str) -> bool:
        """As :meth:`OSSStorage.exists`, but a folder with something in it exists too.

        ``collectstatic --clear`` asks so before it goes in, and would clear nothing.
        """
        folder = self._prefix + clean_location(name)
        if folder != self._prefix and super().exists(name):
            return True
        return bool(self.client.page(folder, page_size=1).objects)


class OSSManifestStaticStorage(ManifestFilesMixin, OSSStaticStorage):  # type: ignore[misc]
    """With the content's hash in each name, as Django's ManifestStaticFilesStorage."""
