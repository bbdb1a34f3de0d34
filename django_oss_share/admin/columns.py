"""Facts about a share, as the admin's list and page show them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..models import Kind, Share
from .moments import moment, remaining


class ShareColumns:
    """Display methods of :class:`~django_oss_share.admin.ShareAdmin`."""

    admin_site: admin.AdminSite

    @admin.display(description=gettext_lazy("share"))
    def title(self, share: Share) -> str:
        return share.label

    @admin.display(description=gettext_lazy("state"))
    def state(self, share: Share) -> str:
        state = share.state()
        locked = format_html(' <span class="oss-hint">{}</span>', _("password")) if share.has_password else ""
        return format_html('<span class="oss-state oss-{}">{}</span>{}', state.value, state.label, locked)

    @admin.display(description=gettext_lazy("time left"), ordering="expires_at")
    def time_left(self, share: Share) -> str:
        if share.revoked_at is not None:
            return format_html("{} {}", _("revoked"), moment(share.revoked_at))
        if share.starts_at is not None and share.starts_at > timezone.now():
            return format_html("{} {}", _("from"), moment(share.starts_at))
        return remaining(share.expires_at)

    @admin.display(description=gettext_lazy("downloads"))
    def count(self, share: Share) -> str:
        return f"{share.downloads} / {'∞' if share.max_downloads is None else share.max_downloads}"

    @admin.display(description=gettext_lazy("owner"))
    def owner(self, share: Share) -> str:
        if share.created_by_id is None:
            return share.created_by_label or "–"
        listed = reverse("admin:oss_share_share_changelist", current_app=self.admin_site.name)
        return format_html('<a href="{}?owner={}">{}</a>', listed, share.created_by_id, share.created_by_label)

    @admin.display(description=gettext_lazy("target"))
    def target(self, share: Share) -> str:
        if share.kind == Kind.SELECTION:
            return str(share.get_kind_display())
        shown = share.key if len(share.key) <= 60 else f"…{share.key[-59:]}"
        return format_html('<span title="{}: {}" class="oss-key">{}</span>', share.storage, share.key, shown)

    @admin.display(description=pgettext_lazy("moment", "created"), ordering="id")
    def created(self, share: Share) -> str:
        return moment(share.created_at)

    @admin.display(description=gettext_lazy("covers"))
    def covers(self, share: Share) -> str:
        """Each of its objects, by the whole key."""
        keys = [item.key for item in share.items.all()] if share.kind == Kind.SELECTION else [share.key]
        listed = format_html_join("", "<li>{}</li>", ((self._object(share, key),) for key in keys))
        return format_html('<ul class="oss-keys">{}</ul>', listed)

    @admin.display(description=pgettext_lazy("moment", "revoked"))
    def revocation(self, share: Share) -> str:
        if share.revoked_at is None:
            return "–"
        return format_html("{} {}", moment(share.revoked_at), share.revoked_by_label)

    @admin.display(description=gettext_lazy("ends"))
    def end(self, share: Share) -> str:
        if share.expires_at is None:
            return _("no end")
        return format_html("{} ({})", moment(share.expires_at), remaining(share.expires_at))

    def _object(self, share: Share, key: str) -> Any:
        return format_html('<span class="oss-key">{}</span>', key)
