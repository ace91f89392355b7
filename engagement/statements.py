"""Statements of the hot paths: parameters travel in binary, and the server plans each statement once a connection.

Django's own cursor writes the values into the text, so that each call is planned anew; a large query takes longer to
plan than to run. Behind a pool that hands out connections by transaction (DATABASE_POOLED) nothing is prepared.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection


def run(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run one constant ``statement`` in Django's connection and transaction; return its rows, if it returns any.

    Raises django.db.DatabaseError.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=True)  # has no effect where the settings prepare none
        return cursor.fetchall() if cursor.description else []
