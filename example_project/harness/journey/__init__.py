"""What ``DEMO_ONCE=1`` walks through: each step is a function that takes the :class:`Tour`, in this order."""

from .exporting import lists_of_links
from .links import every_link
from .login import log_in
from .refusals import dead_links
from .sharing import a_share_from_beginning_to_end
from .tokens import without_worker_and_sts
from .tour import Tour
from .uploads import upload_by_the_form

STEPS = (
    upload_by_the_form,
    every_link,
    dead_links,
    log_in,
    a_share_from_beginning_to_end,
    lists_of_links,
    without_worker_and_sts,
)

__all__ = ["STEPS", "Tour"]
