"""Sent once what they tell of is committed, with ``sender=Share``, or ``sender=FileRequest`` where one is meant.

All carry ``event`` (the AuditEvent), and ``share`` or ``file_request``; ``event.actor`` is the user, if one was logged
in. Receivers run in the process that did it: let them queue work rather than do it. Their errors are logged, and stop
nothing.
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

#: A file request was made.
request_created = Signal()
#: It was changed, extended, given another password, link or owner; ``event.action`` and ``event.data`` say what.
request_changed = Signal()
request_revoked = Signal()
#: A visitor was refused; ``event.reason`` says why.
request_denied = Signal()
#: A file arrived and was accepted: carries ``received``, the ReceivedFile, too.
file_received = Signal()
#: A file arrived and was found to be bad; carries ``received``, too.
file_rejected = Signal()
