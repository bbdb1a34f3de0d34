"""Refusals are told in words, in the reader's language; what somebody typed, as it was typed."""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation
from shares.factories import make_share

from admin.pages import body, page_of
from django_oss_share.models import Action
from django_oss_share.services import audit
from django_oss_share.services.transactions import atomic


def test_a_refusal_is_told_and_a_typed_reason_kept(login, oss):
    client, ann = login("ann", "share_object", "view_auditevent")
    share = make_share(created_by=ann)
    with atomic():
        audit.record(Action.DENIED, share=share, reason="expired")
        audit.record(Action.REVOKED, share=share, reason="gone")
    with translation.override("zh-hans"):
        pages = [
            body(client.get(address)) for address in (page_of(share), reverse("admin:oss_share_auditevent_changelist"))
        ]
    for page in pages:
        assert "此链接已过期。" in page
        assert ">gone<" in page
        assert "文件已不存在。" not in page
