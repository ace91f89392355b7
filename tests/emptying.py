"""Lets tests that commit be cleaned up after, although some tables (the audit trail, ledgers) refuse to be emptied.

Django empties every table after such a test. Here, and only here, the guards of append-only tables are off for
that one transaction; afterwards the roles and departments that migrations made stand there again.
"""

import importlib

from django.apps import apps
from django.db import connection, transaction
from django.db.models.signals import post_migrate

_ROLES = "engagement.village.migrations.0003_make_roles_and_departments"


def provide() -> None:
    """Change how Django empties the tables. Call once, before any test runs."""
    operations = type(connection.ops)
    empty_all = operations.execute_sql_flush

    def empty_all_with_audit_trail(self, sql_list: list[str]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            _switch_guards(cursor, "DISABLE")
            empty_all(self, sql_list)
            _switch_guards(cursor, "ENABLE")

    operations.execute_sql_flush = empty_all_with_audit_trail
    post_migrate.connect(_make_roles, dispatch_uid="tests.make_roles")


def _switch_guards(cursor, how: str) -> None:
    cursor.execute(
        "SELECT DISTINCT guarded.relname FROM pg_trigger guard JOIN pg_class guarded ON guarded.oid = guard.tgrelid "
        "WHERE NOT guard.tgisinternal AND guard.tgtype & 32 <> 0 ORDER BY guarded.relname"  # 32: on TRUNCATE
    )
    for (table,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE "{table}" {how} TRIGGER USER')


def _make_roles(app_config, **_) -> None:
    """Runs before ours, which offers the roles their permissions."""
    if app_config.label == "auth" and "village_role" in connection.introspection.table_names():
        importlib.import_module(_ROLES).make(apps, None)
