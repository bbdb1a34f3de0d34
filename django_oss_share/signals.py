"""Sent once what they tell of is committed, with ``sender=Share``.

All carry ``share`` and ``event`` (the AuditEvent); ``event.actor`` is the user, if one was logged in. Receivers run in
the process that did it: let them queue work rather than do it. Their errors are logged, and stop nothing.
"""

from django.dispatch import Signal

#: A share was made.
share_created = Signal()
#: Its expiry was changed (also by reviving it).
share_extended = Signal()
#: Its settings or its password were changed; ``event.data`` says which.
share_changed = Signal()
#: It has a new link, and the old one is dead.
share_rotated = Signal()
share_revoked = Signal()
#: It has another owner.
share_handed_over = Signal()
#: Its page was opened.
share_viewed = Signal()
#: A visitor knew the password.
share_unlocked = Signal()
#: A link to a file was handed out; ``event.key`` says which.
share_accessed = Signal()
#: A visitor was refused; ``event.reason`` says why.
share_denied = Signal()
#: Another file is stored under a shared key.
share_object_changed = Signal()
