"""A database of before 1.0 is refused before anything in it is changed."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db


def test_a_database_of_before_is_refused_with_what_to_do():
    MigrationRecorder(connection).record_applied("village", "0007_sort_names_without_accents")
    with pytest.raises(CommandError, match=r"made by a version before 1\.0.*Begin with an empty one"):
        call_command("migrate", verbosity=0)
