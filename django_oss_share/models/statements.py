"""The three statements of a redirect, compiled once: Django takes longer to put them together than to run them.

What they say is what the querysets and models would say; only the text is kept, by vendor too, since each quotes in
its own way and tests put one database in the place of another.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db import connections, models, router

from .share import Share

_Compiled = tuple[str, tuple[Any, ...]]
_PLACE = "0" * 18


def share_by_public_id(public_id: str, *, with_owner_state: bool, using: str | None = None) -> Share | None:
    """The share, with ``owner_is_active`` if that is asked for; None: there is none."""
    alias = using or router.db_for_read(Share)
    sql, values = _select(alias, connections[alias].vendor, with_owner_state)
    found = Share.objects.using(alias).raw(sql, [public_id if value == _PLACE else value for value in values])
    return next(iter(found), None)


def add_downloads(share: Share, count: int) -> bool:
    """Whether the row was still as ``share`` was read, and had as many downloads left.

    ``revision`` stands for all that was read; the two others would hold even if somebody changed rows by SQL.
    """
    alias = router.db_for_write(Share)
    with connections[alias].cursor() as cursor:
        cursor.execute(_update(alias, connections[alias].vendor), [count, share.pk, share.revision, count])
        return bool(cursor.rowcount)


def insert(row: models.Model) -> None:
    """Store a new row whose key is set, without the signals of ``save()``."""
    alias = router.db_for_write(type(row))
    connection = connections[alias]
    sql, fields = _insert(type(row), alias, connection.vendor)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    row._state.adding, row._state.db = False, alias


@lru_cache(maxsize=16)
def _select(alias: str, vendor: str, with_owner_state: bool) -> _Compiled:
    shares = Share.objects.using(alias)
    if with_owner_state:
        shares = shares.with_owner_state()
    compiled: _Compiled = shares.filter(public_id=_PLACE)[:1].query.get_compiler(alias).as_sql()
    return compiled


@lru_cache(maxsize=16)
def _update(alias: str, vendor: str) -> str:
    return (
        "UPDATE {table} SET {downloads} = {downloads} + %s "
        "WHERE {id} = %s AND {revision} = %s AND {revoked_at} IS NULL "
        "AND ({max_downloads} IS NULL OR {downloads} + %s <= {max_downloads})"
    ).format_map(_quoted(Share, alias))


@lru_cache(maxsize=16)
def _insert(model: type[models.Model], alias: str, vendor: str) -> tuple[str, tuple[models.Field[Any, Any], ...]]:
    fields = tuple(model._meta.local_concrete_fields)
    quoted = _quoted(model, alias)
    columns = ", ".join(quoted[field.attname] for field in fields)
    places = ", ".join(["%s"] * len(fields))
    # Names of our own table and columns, quoted.
    return f"INSERT INTO {quoted['table']} ({columns}) VALUES ({places})", fields  # noqa: S608


def _quoted(model: type[models.Model], alias: str) -> dict[str, str]:
    quote = connections[alias].ops.quote_name
    columns = {field.attname: quote(str(field.column)) for field in model._meta.local_concrete_fields}
    return {"table": quote(model._meta.db_table), **columns}
