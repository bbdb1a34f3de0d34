"""To the owner of a share or a file request, by e-mail."""

from __future__ import annotations

from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from ...models import Notification
from .errors import DeliveryFailed, Unreachable


def send_email(message: Notification) -> None:
    """Templates ``oss_share/email/subject.txt`` and ``body.txt`` from ``DEFAULT_FROM_EMAIL``; of file requests,
    ``request_subject.txt`` and ``request_body.txt``.

    :raises DeliveryFailed: the mail server did not take this one. :raises Unreachable: it takes none.
    """
    context = {"action": message.get_action_display(), "notification": message, **message.payload["data"]}
    about = "" if message.share_id else "request_"
    subject = " ".join(render_to_string(f"oss_share/email/{about}subject.txt", context).split())
    body = render_to_string(f"oss_share/email/{about}body.txt", context)
    try:
        EmailMessage(subject, body, to=[message.target]).send()
    except (SMTPRecipientsRefused, SMTPDataError) as error:
        raise DeliveryFailed(f"{type(error).__name__}: the mail server did not take it.") from error
    except OSError as error:
        raise Unreachable(f"{type(error).__name__}: the mail server takes none.") from error
