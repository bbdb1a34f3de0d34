"""The audit log in the admin."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from shares.factories import make_share, make_user

from admin.pages import body, last_event
from django_oss_share.admin.audit_csv import HEADINGS
from django_oss_share.models import Action, AuditEvent
from django_oss_share.services import audit
from django_oss_share.services.transactions import atomic

pytestmark = pytest.mark.django_db

LIST = "admin:oss_share_auditevent_changelist"
EXPORT = "admin:oss_share_auditevent_export"


def record(action=Action.ISSUED, **facts):
    with atomic():
        return audit.record(action, **facts)


def rows_of(response):
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(text.removeprefix("\ufeff").splitlines(keepends=True)))


def test_only_with_the_permission(login):
    client, _ = login("ann", "view_all_shares", "export_audit")
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(reverse(EXPORT)).status_code == 403
    client, _ = login("bob", "view_auditevent")
    assert "Export" not in body(client.get(reverse(LIST)))
    assert client.get(reverse(EXPORT)).status_code == 403


def test_nobody_adds_changes_or_deletes(login):
    client, _ = login("root", is_superuser=True)
    event = record()
    page = reverse("admin:oss_share_auditevent_change", args=[event.pk])
    assert client.get(reverse("admin:oss_share_auditevent_add")).status_code == 403
    assert client.post(page, {"reason": "x"}).status_code == 403
    assert (
        client.post(reverse("admin:oss_share_auditevent_delete", args=[event.pk]), {"post": "yes"}).status_code == 403
    )
    assert 'name="_save"' not in body(client.get(page))
    assert AuditEvent.objects.get() == event


def test_a_row_outlives_its_share_and_its_user(login):
    client, _ = login("ann", "view_auditevent")
    event = record(share=make_share(name="Figures"), actor=make_user("gone"), reason="because", key="a/b.txt")
    get_user_model().objects.filter(username="gone").delete()
    for page in (reverse(LIST), reverse("admin:oss_share_auditevent_change", args=[event.pk])):
        text = body(client.get(page))
        for told in ("Figures", "gone", "because", "a/b.txt", "link handed out"):
            assert told in text


def test_filters(login):
    client, _ = login("ann", "view_auditevent")
    share, other = make_share(), make_share()
    now = timezone.now()
    record(share=share, reason="one-issued", at=now)
    record(Action.DENIED, share=other, reason="two-denied", at=now)
    record(share=other, reason="three-old", storage="archive", key="k", at=datetime(2024, 5, 31, 12, tzinfo=UTC))

    def found(**which):
        page = body(client.get(reverse(LIST), which))
        return {name for name in ("one", "two", "three") if f"{name}-" in page}

    assert found() == {"one", "two", "three"}
    assert found(action="denied") == {"two"}
    assert found(share=str(share.pk)) == {"one"}
    assert found(storage="archive") == {"three"}
    assert found(period="7") == {"one", "two"}
    assert found(since="2024-05-31", until="2024-05-31") == {"three"}
    assert found(until="2024-05-30") == set()
    assert found(since="2024-06-01") == {"one", "two"}
    assert found(since="2024-06-01", action="issued") == {"one"}
    assert found(q=share.public_id[:8]) == {"one"}


@pytest.mark.parametrize(
    "odd",
    [
        {"since": "x"},
        {"since": "0001-01-01", "until": "9999-12-31"},
        {"share": "9" * 30},
        {"share": "²"},
        {"action": "x"},
    ],
)
def test_senseless_filters_break_nothing(login, odd):
    client, _ = login("ann", "view_auditevent")
    record()
    assert client.get(reverse(LIST), odd, follow=True).status_code == 200


def test_the_dates_keep_the_other_filters(login):
    client, _ = login("ann", "view_auditevent")
    page = body(client.get(reverse(LIST), {"action": "denied", "q": "term"}))
    assert '<input type="hidden" name="action" value="denied">' in page
    assert '<input type="hidden" name="q" value="term">' in page


def test_export_holds_what_the_list_shows_and_is_written_down(login, monkeypatch):
    monkeypatch.setattr("django_oss_share.admin.csv_lines._BATCH", 3)
    client, ann = login("ann", "view_auditevent", "export_audit")
    share = make_share(name="季度")
    for number in range(7):
        record(share=share, key=f"{number}.txt", at=timezone.now() - timedelta(minutes=number))
    record(Action.DENIED)
    assert "Export as CSV" in body(client.get(reverse(LIST)))
    rows = rows_of(client.get(reverse(EXPORT), {"action": "issued"}))
    assert list(rows[0]) == list(HEADINGS)
    assert [row["key"] for row in rows] == [f"{number}.txt" for number in range(7)]
    assert rows[0]["share_label"].startswith("季度")
    event = last_event(action=Action.EXPORTED)
    assert (event.actor, event.address) == (ann, "203.0.113.7")
    assert event.data == {"what": "audit", "filters": "action=issued"}


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\ufeff=1",
        "  =1",
        " \ufeff =1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "\ttext",
    ],
)
def test_no_cell_is_a_formula(login, cell):
    client, _ = login("ann", "view_auditevent", "export_audit")
    record(reason=cell)
    text = b"".join(client.get(reverse(EXPORT)).streaming_content).decode()
    assert f"'{cell}" in text
