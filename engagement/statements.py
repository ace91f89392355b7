"""Statements of the hot paths: parameters travel in binary, and the server plans each statement once a connection.

Django's own cursor writes the values into the text, so that each call is planned anew; a large query takes longer to
plan than to run. Behind a pool that hands out connections by transaction (DATABASE_POOLED) nothing is prepared.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import psycopg
from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)


def run(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one constant ``statement`` in Django's connection and transaction; return its rows, if it returns any.

    Raises django.db.DatabaseError.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=True)  # has no effect where the settings prepare none
        return cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []


def rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Read by one constant ``statement``, as ``run`` does; what counts queries sees it. Raises DatabaseError."""
    return _counted(statement, values) if connection.queries_logged else run(statement, values)


def select(model: type[M], rest: str, values: Mapping[str, Any], *, without: tuple[str, ...] = ()) -> list[M]:
    """Return the rows of one model for which the constant ``rest`` (WHERE, ORDER BY, LIMIT) holds.

    Like a queryset's, and seen by what counts queries, but Django need not put the statement together first: that
    takes longer than running it. Fields ``without`` are left for later. Raises django.db.DatabaseError.
    """
    columns, names, fields = _columns_of(model, without)
    found = rows(f'SELECT {columns} FROM "{model._meta.db_table}" {rest}', values)  # noqa: S608 - names only
    if not fields:
        return [model.from_db(connection.alias, names, row) for row in found]
    return [model.from_db(connection.alias, names, _read(row, fields)) for row in found]


def joined(models: tuple[type[Model], ...], rest: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return rows of several tables side by side, an instance of each of ``models``.

    The constant ``rest`` begins with FROM and calls the tables by their own names. None stands where a LEFT JOIN found
    nothing. Planning a large join takes longer than running it, so this pays where it is prepared.
    """
    parts = [(model, *_columns_of(model, ())) for model in models]
    columns = ", ".join([columns for _model, columns, _names, _fields in parts])
    return [_side_by_side(row, parts) for row in rows(f"SELECT {columns} {rest}", values)]


def _side_by_side(row: tuple[Any, ...], parts: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    found, begin = [], 0
    for model, _columns, names, fields in parts:
        values = row[begin : begin + len(names)]
        is_there = values[names.index(model._meta.pk.attname)] is not None
        found.append(model.from_db(connection.alias, names, _read(values, fields)) if is_there else None)
        begin += len(names)
    return tuple(found)


def _counted(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The same through Django's cursor, for whoever counts or explains what is sent."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _read(row: tuple[Any, ...], fields: list[tuple[int, Any]]) -> list[Any]:
    """Values as the fields give them, JSON parsed for one."""
    values = list(row)
    for place, field in fields:
        values[place] = field.from_db_value(values[place], None, connection)
    return values


@functools.cache
def _columns_of(model: type[Model], without: tuple[str, ...]) -> tuple[str, list[str], list[tuple[int, Any]]]:
    """The columns of a model, the names of its values, and the fields that read their values themselves."""
    fields = [field for field in model._meta.concrete_fields if field.attname not in without]
    table = f'"{model._meta.db_table}"'
    columns = ", ".join(f'{table}."{field.column}"' for field in fields)
    reading = [(place, field) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return columns, [field.attname for field in fields], reading


def insert(made: Sequence[Model]) -> None:
    """Insert rows of one model, in their order, as ``bulk_create`` would; every field is written as it stands.

    For the few inserts that each received message needs. The model must have no field that the database fills.
    """
    for row in made:
        statement, fields = _insert_of(type(row))
        values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
        run(statement, dict(zip([field.attname for field in fields], values, strict=True)))
        row._state.adding, row._state.db = False, connection.alias


def update(row: Model) -> None:
    """Write every field of a row as it stands, as ``save`` would, without asking the model's signals."""
    statement, fields = _update_of(type(row))
    run(statement, {field.attname: field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields})


@functools.cache
def _insert_of(model: type[Model]) -> tuple[str, list[Any]]:
    fields = list(model._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(f"%({field.attname})s" for field in fields)
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places})', fields  # noqa: S608 - names only


@functools.cache
def _update_of(model: type[Model]) -> tuple[str, list[Any]]:
    fields = list(model._meta.concrete_fields)
    written = ", ".join(f'"{field.column}" = %({field.attname})s' for field in fields if not field.primary_key)
    key = model._meta.pk
    return f'UPDATE "{model._meta.db_table}" SET {written} WHERE "{key.column}" = %({key.attname})s', fields  # noqa: S608
