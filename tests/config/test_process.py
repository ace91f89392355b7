"""Each kind of process names its connections, and has limits of its own."""

import psycopg
import pytest
from django.db import connection

from engagement.config.process import application_name, database_options, process_kind


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["/srv/.venv/bin/celery", "-A", "engagement.config", "worker", "-Q", "v.inbound"], "worker"),
        (["/srv/.venv/lib/celery/__main__.py", "--quiet", "-A", "engagement.config", "beat"], "beat"),
        (["manage.py", "mail_listener", "--port", "25"], "mail_listener"),
        (["/srv/manage.py", "imap_poller"], "imap_poller"),
        (["manage.py"], "manage"),
        (["/usr/bin/pytest", "tests"], "pytest"),
        ([""], "python"),
        ([], "python"),
    ],
)
def test_the_kind_is_read_from_the_command(arguments, kind):
    assert process_kind(arguments, {}) == kind
    assert process_kind(arguments, {"PROCESS_KIND": "web"}) == "web"


def settings_of(options):
    with psycopg.connect(**connection.get_connection_params() | options) as other:
        rows = other.execute("SELECT name, setting FROM pg_settings").fetchall()
    return dict(rows)


@pytest.mark.django_db
def test_the_server_knows_name_and_limits():
    found = settings_of(database_options(kind="web", pooled=False))
    assert found["application_name"] == application_name("web")
    assert (found["statement_timeout"], found["idle_in_transaction_session_timeout"]) == ("30000", "60000")
    assert found["client_connection_check_interval"] == "10000"


@pytest.mark.django_db
def test_limits_that_are_given_hold_and_commands_have_none():
    given = database_options(kind="worker", pooled=False, statement_seconds=1.5, idle_seconds=0)
    found = settings_of(given)
    assert (found["statement_timeout"], found["idle_in_transaction_session_timeout"]) == ("1500", "0")
    assert settings_of(database_options(kind="migrate", pooled=False))["statement_timeout"] == "0"


def test_behind_a_pool_nothing_is_sent_that_it_would_refuse():
    options = database_options(kind="web", pooled=True)
    assert "options" not in options
    assert options["application_name"] == application_name("web")
    assert options["connect_timeout"] == 5
