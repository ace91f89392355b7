"""Cleans up after tests that commit: what stood in the database before the first of them stands there again.

Django empties every table after such a test and makes permissions and roles anew, which takes a second and more.
Here only tables that hold rows are touched, and nothing has to be made: what migrations wrote is kept aside. Triggers
are off meanwhile (``session_replication_role``), so the guards of append-only tables need not be asked.
"""

from django.db import connection, transaction
from django.test import TransactionTestCase

_KEPT = "before_tests"  # the schema in which lies what migrations wrote
_TABLES = """
SELECT quote_ident(relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
ORDER BY relname
"""


def provide() -> None:
    """Change how Django empties the tables. Call once, before any test runs."""
    set_up = TransactionTestCase._fixture_setup.__func__

    def keep_and_set_up(case_class) -> None:
        keep()
        set_up(case_class)

    TransactionTestCase._fixture_setup = classmethod(keep_and_set_up)
    TransactionTestCase._fixture_teardown = lambda case: put_back()


def keep() -> None:
    """Copy what there is aside, unless that was done before any other test that commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [_KEPT])
        if cursor.fetchone():
            return
        with transaction.atomic():
            cursor.execute(f"CREATE SCHEMA {_KEPT}")
            for table in _filled(cursor):
                cursor.execute(f"CREATE TABLE {_KEPT}.{table} AS TABLE public.{table}")


def put_back() -> None:
    """Take away what a test left, and bring back what it took."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in _filled(cursor):
            cursor.execute(f"DELETE FROM public.{table}")
        cursor.execute("SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = %s::regnamespace", [_KEPT])
        for (table,) in cursor.fetchall():
            cursor.execute(f"INSERT INTO public.{table} TABLE {_KEPT}.{table}")


def _filled(cursor) -> list[str]:
    """The tables that hold a row."""
    cursor.execute(_TABLES)
    asked = " UNION ALL ".join(f"(SELECT '{table}' FROM public.{table} LIMIT 1)" for (table,) in cursor.fetchall())
    cursor.execute(asked)
    return [table for (table,) in cursor.fetchall()]
