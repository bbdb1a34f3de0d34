"""What ``DEMO_ONCE=1`` walks through: each step is a function that takes the :class:`Tour`, in this order."""

from .links import every_link
from .refusals import dead_links
from .tour import Tour
from .uploads import upload_by_the_form

STEPS = (upload_by_the_form, every_link, dead_links)

__all__ = ["STEPS", "Tour"]
