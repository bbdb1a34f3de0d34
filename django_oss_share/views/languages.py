"""In which language a visitor is spoken to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

# As every catalog of ours has it, and so a project's own in LOCALE_PATHS.
_SAMPLE = "There is no such link."
_SOURCE = "en"


@contextmanager
def visitors_language(request: HttpRequest) -> Iterator[None]:
    """The one that the visitor asks for, whether or not the project has LocaleMiddleware.

    Where our texts do not have it, all of the page is in the project's or in English: dates and sentences alike.
    """
    wanted = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    known = (language for language in (wanted, settings.LANGUAGE_CODE) if _is_known(language, settings.LANGUAGE_CODE))
    with translation.override(next(known, _SOURCE)):
        yield


@lru_cache(maxsize=64)
def _is_known(language: str, default: str) -> bool:
    """Whether there are texts in it; what is missing is given in the default one, which does not count."""
    if language.partition("-")[0] == _SOURCE:
        return True
    with translation.override(language):
        text = translation.gettext(_SAMPLE)
    with translation.override(default):
        fallback = translation.gettext(_SAMPLE)
    return text != _SAMPLE and (language == default or text != fallback)
