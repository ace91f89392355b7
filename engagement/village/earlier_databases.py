"""Refuses to migrate a database that the steps of before 1.0 made: the first migrations here are not for it."""

from typing import Any

from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.recorder import MigrationRecorder

# The last step of the app on which all others stand.
_EARLIER = ("village", "0007_sort_names_without_accents")


def refuse_earlier_database(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Receiver of ``pre_migrate``: raise before anything is changed."""
    if _EARLIER in MigrationRecorder(connections[using]).applied_migrations():
        raise CommandError(
            "This database was made by a version before 1.0, whose tables this version does not bring along. "
            "Begin with an empty one: another DATABASE_URL, or, with `make run`, move the folder var away."
        )
