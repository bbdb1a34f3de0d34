"""What is the matter with a link, or with a bucket: in plain words, with the cure.

::

    diagnosis = diagnose(url, fetch=True)      # raises NotALink
    diagnosis.cause, diagnosis.explanation, diagnosis.cure, diagnosis.link

:mod:`.bucket` looks at a bucket.
"""

from ...oss.reading import NotALink
from .causes import Cause, Diagnosis
from .diagnosing import diagnose

__all__ = ["Cause", "Diagnosis", "NotALink", "diagnose"]
