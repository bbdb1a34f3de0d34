from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from shares.factories import make_share, visit

from django_oss_share.models import Action, AuditEvent, AuditSeal
from django_oss_share.services import access, audit, shares
from django_oss_share.services.audit import paging
from django_oss_share.services.transactions import atomic

LONG_AGO = timedelta(days=400)


def history(count: int, *, ago: timedelta = timedelta(hours=1)) -> list[AuditEvent]:
    share, start = make_share(), timezone.now() - ago
    with atomic():
        return [audit.record(Action.VIEWED, share=share, at=start + timedelta(seconds=each)) for each in range(count)]


def verify(capfd, *arguments: str) -> tuple[int, str]:
    """Exit code, and what was printed."""
    code = 0
    try:
        call_command("oss_audit", "verify", *arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, capfd.readouterr().out


def sql(text: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def id_of(event: AuditEvent) -> str:
    return event.pk if connection.features.has_native_uuid_field else event.pk.hex


def tamper_by_editing(rows: list[AuditEvent]) -> None:
    sql("UPDATE oss_share_auditevent SET address = '198.51.100.1' WHERE id = %s", id_of(rows[1]))


def tamper_by_removing(rows: list[AuditEvent]) -> None:
    sql("DELETE FROM oss_share_auditevent WHERE id = %s", id_of(rows[1]))


def tamper_by_inserting(rows: list[AuditEvent]) -> None:
    forged = AuditEvent.objects.get(pk=rows[1].pk)
    columns = [connection.ops.quote_name(field.column) for field in AuditEvent._meta.concrete_fields]
    made_up = rows[1].pk.int + 1
    new = f"{made_up:032x}" if not connection.features.has_native_uuid_field else type(forged.pk)(int=made_up)
    listed = ", ".join(columns)
    rest = ", ".join(columns[1:])
    sql(
        f"INSERT INTO oss_share_auditevent ({listed}) SELECT %s, {rest} FROM oss_share_auditevent WHERE id = %s",
        new,
        id_of(rows[1]),
    )


@pytest.mark.parametrize(
    ("tamper", "finding"),
    [(tamper_by_editing, "edited"), (tamper_by_removing, "removed"), (tamper_by_inserting, "inserted")],
)
def test_what_sql_did_to_the_table_is_found(each_database, capfd, tamper, finding):
    rows = history(3)
    call_command("oss_audit", "seal")
    code, printed = verify(capfd)
    assert code == 0 and "3 rows, 1 seals, 0 rows not sealed yet" in printed
    tamper(rows)
    code, printed = verify(capfd)
    assert code == 1
    assert f"{finding}: Row " in printed


def test_an_edited_row_that_no_seal_covers_yet_is_found_too(db, capfd):
    rows = history(3, ago=timedelta(seconds=1))
    tamper_by_editing(rows)
    code, printed = verify(capfd)
    assert code == 1 and str(rows[1].pk) in printed


def test_a_chain_cut_off_at_its_end_is_found_by_a_head_kept_elsewhere(db, capfd):
    history(2)
    call_command("oss_audit", "seal")
    head = audit.verify().head
    assert verify(capfd, "--expect-head", head)[0] == 0
    sql("DELETE FROM oss_share_auditevent")
    sql("DELETE FROM oss_share_auditseal")
    assert verify(capfd)[0] == 0
    code, printed = verify(capfd, "--expect-head", head)
    assert code == 1 and "cut off" in printed


def test_purge_needs_to_know_how_old_is_old(db, run):
    with pytest.raises(CommandError, match="--older-than 365d"):
        run("oss_audit", "purge")


@pytest.mark.parametrize("older_than", ["365", "0", "1h", "99999d"])
def test_purge_takes_no_age_that_is_none(db, run, older_than):
    history(2, ago=LONG_AGO)
    with pytest.raises(CommandError, match="365d"):
        run("oss_audit", "purge", "--older-than", older_than)
    assert AuditEvent.objects.count() == 2


def test_purge_goes_further_back_than_there_were_computers(db, run):
    history(2, ago=LONG_AGO)
    assert run("oss_audit", "purge", "--older-than", "36525d").startswith("0 audit rows, 0 shares and 0 ")


def test_an_empty_head_of_a_script_is_no_proof(db):
    with pytest.raises(CommandError, match="no head"):
        call_command("oss_audit", "verify", "--expect-head", "")


def test_purge_takes_old_rows_and_shares_and_the_rest_still_verifies(db, run, capfd, settings):
    history(5, ago=LONG_AGO)
    old = make_share(expires_at=timezone.now() - LONG_AGO)
    shares.create("new.txt", check=False)
    settings.OSS_SHARE = {"RETENTION": timedelta(days=365)}
    assert run("oss_audit", "purge") == "5 audit rows, 1 shares and 0 file requests older than 365 days removed.\n"
    assert not AuditEvent.objects.filter(share_id=old.pk, action=Action.VIEWED).exists()
    assert AuditEvent.objects.filter(action=Action.CREATED).count() == 1
    assert AuditSeal.objects.exists()
    assert verify(capfd)[0] == 0


def test_export_writes_a_row_a_line(db, run):
    rows = history(3)
    exported = [json.loads(line) for line in run("oss_audit", "export").splitlines()]
    assert [row["id"] for row in exported] == [str(row.pk) for row in rows]
    assert exported[0]["action"] == "viewed" and exported[0]["share"] == rows[0].share_id
    assert run("oss_audit", "export", "--since", "2999-01-01") == ""
    assert len(run("oss_audit", "export", "--since", "1960-01-01").splitlines()) == 3


def test_export_reads_page_by_page_and_says_what_was_handed_out(db, run, monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 2)
    rows = history(5)
    share = make_share()
    link = access.issue(visit(share))
    exported = [json.loads(line) for line in run("oss_audit", "export").splitlines()]
    assert [row["id"] for row in exported[:5]] == [str(row.pk) for row in rows]
    assert exported[5]["link_digest"] == audit.signature_digest(link.url)
    assert exported[5]["link_expires_at"] == f"{link.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    assert link.url not in json.dumps(exported)
