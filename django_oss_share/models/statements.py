"""The three statements of a redirect, compiled once: Django takes longer to put them together than to run them.

What they say is what the querysets and models would say; only the text is kept, by vendor too, since each quotes in
its own way and tests put one database in the place of another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connections, models, router

from .share import Share

_PLACE = "0" * 18


@dataclass(frozen=True, slots=True)
class _Select:
    """:ivar names: of the columns, as the model has them; what is no column of it comes last.
    :ivar converters: by column, from what the driver gives to what the model holds.
    """

    sql: str
    values: tuple[Any, ...]
    names: tuple[str, ...]
    converters: Mapping[int, tuple[Sequence[Callable[..., Any]], Any]]


def share_by_public_id(public_id: str, *, with_owner_state: bool, using: str | None = None) -> Share | None:
    """The share, with ``owner_is_active`` if that is asked for; None: there is none."""
    alias = using or router.db_for_read(Share)
    connection = connections[alias]
    select = _select(alias, connection.vendor, with_owner_state)
    with connection.cursor() as cursor:
        cursor.execute(select.sql, [public_id if value == _PLACE else value for value in select.values])
        found = cursor.fetchone()
    return None if found is None else _share(alias, select, list(found))


def _share(alias: str, select: _Select, row: list[Any]) -> Share:
    for column, (converters, expression) in select.converters.items():
        for convert in converters:
            row[column] = convert(row[column], expression, connections[alias])
    own = len(Share._meta.concrete_fields)
    share = Share.from_db(alias, select.names[:own], row[:own])
    for name, value in zip(select.names[own:], row[own:], strict=True):
        setattr(share, name, value)
    return share


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
def _select(alias: str, vendor: str, with_owner_state: bool) -> _Select:
    shares = Share.objects.using(alias)
    if with_owner_state:
        shares = shares.with_owner_state()
    compiler = shares.filter(public_id=_PLACE)[:1].query.get_compiler(alias)
    sql, values = compiler.as_sql()
    expressions = [expression for expression, *_ in compiler.select]
    names = [field.attname for field in Share._meta.concrete_fields]
    names += list(compiler.query.annotation_select)
    return _Select(sql, tuple(values), tuple(names), compiler.get_converters(expressions))


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
