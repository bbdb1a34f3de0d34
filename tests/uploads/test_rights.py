"""Who may upload where, and go on with an upload."""

from __future__ import annotations

import pytest
from shares.factories import make_user

from django_oss_share.services import uploads
from django_oss_share.services.errors import NotAllowed
from django_oss_share.services.uploads import BadTicket
from uploads.sending import send
from uploads.test_put import KEY, put

pytestmark = pytest.mark.django_db


def test_the_user_may_upload_and_reaches_the_folder(oss, settings):
    settings.OSS_SHARE = {"PREFIXES": ["in/"]}
    ann, bob = make_user("ann", "upload_object"), make_user("bob", "share_object")
    with pytest.raises(NotAllowed, match="bob lacks the permission 'oss_share.upload_object'"):
        put(by=bob)
    with pytest.raises(NotAllowed, match="does not reach 'out/a'"):
        put("out/a", by=ann)
    upload = put(by=ann)
    send(upload)
    settings.OSS_SHARE = {"PREFIXES": ["elsewhere/"]}
    with pytest.raises(NotAllowed):
        uploads.complete(upload.ticket, by=make_user_again(ann))
    settings.OSS_SHARE = {}
    assert uploads.complete(upload.ticket, by=ann).key == KEY


def make_user_again(user):
    """As the next request reads it, without what was remembered of its permissions."""
    return type(user).objects.get(pk=user.pk)


def test_a_ticket_is_its_owners(oss):
    ann, bob = make_user("ann", "upload_object"), make_user("bob", "upload_object")
    upload = put(by=ann)
    for stranger in (bob, None):
        with pytest.raises(BadTicket, match="is somebody else's"):
            uploads.complete(upload.ticket, by=stranger)
