"""May this visitor have it now? Every function decides anew, writes down what it decided, or raises :class:`Denied`.

::

    client = client_of(request)
    visit = access.open_share(token, client, mark=cookie)         # one SELECT; none for a token that is not ours
    info = access.inspect(visit)                                  # what the landing page shows, asked of OSS
    access.record_view(visit)
    link = access.issue(visit)                                    # counted, written down, and then handed out
    return HttpResponseRedirect(link.url)

A share without a limit is served without asking OSS whether the object is still there: the landing page asked. For a
limited one, or one pinned to its ETag, :func:`issue` asks first, so that nothing is counted that cannot be had.
"""

from .archives import Archive, is_offered, issue_archive, plan_archive
from .denials import Denied, Reason
from .issuing import issue, link_origin
from .opening import Unlocked, Visit, open_share, record_view, unlock
from .reading import Text, open_target, read_text
from .targets import Target, browse, inspect, resolve, targets_of

__all__ = [
    "Archive",
    "Denied",
    "Reason",
    "Target",
    "Text",
    "Unlocked",
    "Visit",
    "browse",
    "inspect",
    "is_offered",
    "issue",
    "issue_archive",
    "link_origin",
    "open_share",
    "open_target",
    "plan_archive",
    "read_text",
    "record_view",
    "resolve",
    "targets_of",
    "unlock",
]
