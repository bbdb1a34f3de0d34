"""What access logs say is kept by each database, however strange it is; and kept once."""

from __future__ import annotations

import pytest

from django_oss_share.models import Action, AuditEvent
from django_oss_share.services import audit
from django_oss_share.services.audit import log_files
from django_oss_share.services.audit.reconcile import reconcile
from django_oss_share.services.objects import storage_of
from shares.factories import make_share

STRANGE = (
    '203.0.113.7 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET {uri} HTTP/1.1" 200 10 3 "-" "Firefox" "h" "A" "true" "-" '
    '"GetObject" "examplebucket" "{key}" 10 2 "-" 100 "1" - "-" "standard" "-" "-" "-"\n'
)


@pytest.mark.once
def test_strange_lines(each_database, offline, tmp_path):
    share = make_share()
    link = storage_of("default").presign(share.key, expires_in=60)
    event = audit.record(Action.ISSUED, share=share, key=share.key, link=link)
    uri = link.url.partition(".com")[2]
    lines = [
        STRANGE.format(at=event.at, uri=uri, key="reports/q3.pdf"),
        STRANGE.format(
            at=event.at, uri="/%00?x-oss-date=00010101T000000Z&x-oss-signature=%00%ff", key="%00%F0%9F%93%81"
        ),
    ]
    (tmp_path / "季度\udcff.log").write_text("".join(lines))
    for recorded in (3, 0):
        found = reconcile(log_files.find(str(tmp_path)))
        assert (found.recorded, len(found.uses), len(found.never_issued)) == (recorded, 1, 1)
    rows = AuditEvent.objects.filter(action="reconciled")
    assert [row.share_id for row in rows.order_by("id")] == [share.pk, None, None]
    assert audit.verify().is_intact
    assert rows.order_by("id")[1].data["never_issued"] == ["oss://examplebucket/\ufffd📁"]
