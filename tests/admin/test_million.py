"""A million shares and a million audit rows: pages are read off an index, in the admin and over the API; nothing is
counted.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin.pages import body, log_in

pytestmark = pytest.mark.once

ROWS = 1_000_000
SHARES = """
    INSERT INTO oss_share_share (public_id, token_version, revision, kind, storage, key, object_digest, version_id,
        etag, pin, name, note, filename, disposition, mode, allow_zip, created_by_id, created_by_label, created_at,
        starts_at, expires_at, max_downloads, downloads, password, password_version, allowed_networks, revoked_at,
        revoked_by_label)
    SELECT lpad(to_hex(n), 18, '0'), 0, 0, 'object', 'default', 'reports/' || n, md5(n::text), '', '', 'report',
        '', '', '', 'attachment', 'page', false, CASE WHEN mod(n, 10) = 0 THEN %s END, 'ann',
        now() - (n || ' minutes')::interval, NULL, now() + interval '1 day', NULL, 0, '', 0, '[]', NULL, ''
    FROM generate_series(1, %s) AS n
"""
EVENTS = """
    INSERT INTO oss_share_auditevent (id, at, action, share_id, share_label, actor_id, actor_label, reason, address,
        user_agent, storage, key, link_digest, link_expires_at, data, mac)
    SELECT (lpad(to_hex(1700000000000 + n::bigint * 1000), 12, '0') || '70008000000000000000')::uuid, now(), 'issued',
        n, 'share', NULL, '', '', '203.0.113.7', 'Firefox', 'default', 'reports/' || n, '', NULL, '{}', 'x'
    FROM generate_series(1, %s) AS n
"""


@pytest.fixture
def million(each_database):
    """A client of a superuser, one of an owner of a tenth of the shares, on PostgreSQL."""
    root, _ = log_in("root", is_superuser=True)
    owner, ann = log_in("ann", "share_object")
    with connection.cursor() as cursor:
        cursor.execute(SHARES, [ann.pk, ROWS])
        cursor.execute(EVENTS, [ROWS])
        cursor.execute("ANALYZE oss_share_share")
        cursor.execute("ANALYZE oss_share_auditevent")
    return root, owner


@pytest.mark.parametrize("each_database", ["postgresql"], indirect=True)
def test_first_pages(million):
    root, owner = million
    shares, events = reverse("admin:oss_share_share_changelist"), reverse("admin:oss_share_auditevent_changelist")
    pages = [
        (root, shares),
        (root, events),
        (owner, shares),
        (root, f"{shares}?state=active"),
        (root, f"{events}?action=issued"),
        (root, f"{events}?period=7"),
    ]
    for client, address in pages:
        with CaptureQueriesContext(connection) as queries:
            page = body(client.get(address))
        assert len(queries) <= 12, address
        assert "10000 or more" in page or "period" in address
        for query in queries:
            check_plan(query["sql"], address)
    check_api(root, owner)


def check_api(root, owner):
    """The first page, one in the middle, and filtered ones take as many queries, and are read off an index."""
    shares, events = "/api/v1/shares/", "/api/v1/audit/"
    pages = [
        (root, shares, 4),
        (root, f"{shares}?cursor=500000", 4),
        (owner, shares, 6),
        (root, f"{shares}?state=active&page_size=200", 4),
        (root, f"{shares}?key=reports/500000", 5),
        (root, f"{shares}?owner=ann", 5),
        (root, events, 3),
        (root, f"{events}?action=issued", 3),
        (root, f"{events}?share=500000", 3),
        (root, f"{shares}500000/events/", 5),
    ]
    for client, address, most in pages:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).json()["results"] or "key=" in address, address
        assert len(queries) <= most, f"{address}\n{[query['sql'] for query in queries]}"
        for query in queries:
            check_plan(query["sql"], address)


def check_plan(sql: str, address: str) -> None:
    if "oss_share_" not in sql or not sql.startswith("SELECT"):
        return
    with connection.cursor() as cursor:
        # One worker's share of the rows would not look like all of them.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("EXPLAIN (ANALYZE, COSTS OFF) " + sql.replace("%", "%%"))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    for table in ("oss_share_share", "oss_share_auditevent"):
        assert not re.search(rf"Seq Scan on {table}\b", plan), f"{address}\n{sql}\n{plan}"
    assert not re.search(r"Rows Removed by Filter: \d{5}", plan), f"{address}\n{sql}\n{plan}"
    assert "rows=1000000" not in plan, f"{address}\n{sql}\n{plan}"
