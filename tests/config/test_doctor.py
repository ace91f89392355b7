"""The doctor tries each part, and names what to do where one fails."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from engagement.config.operation import doctor
from tests.channels.submission import submission
from tests.factories import make_channel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.VAR = tmp_path
    settings.LIVE_URL = ""
    settings.SMTP_URL = ""
    settings.CATCHER_PORT = 0


def found() -> dict[str, doctor.Finding]:
    return {finding.part: finding for finding in doctor.examine()}


def test_parts_that_work_are_ok_and_the_others_say_what_to_do(settings):
    settings.INBOUND_SMTP_PORT = 9
    with submission(None, tls="never") as server:
        settings.SMTP_URL = f"smtp://care:open-sesame@127.0.0.1:{server.port}?tls=never"
        parts = found()
    for part in (
        "database",
        "schema",
        "clock",
        "sealed values",
        "mailboxes",
        "files",
        "permissions",
        "email out",
        "redis",
    ):
        assert parts[part].is_ok, parts[part]
    assert (parts["email in"].is_ok, "mail_listener" in parts["email in"].advice) == (False, True)
    assert (parts["queue delivery"].is_ok, "-Q" in parts["queue delivery"].advice) == (False, True)
    assert (parts["workers"].is_ok, parts["beat"].is_ok) == (False, False)


def test_what_is_wrong_is_found(settings, tmp_path, monkeypatch):
    (tmp_path / "secrets.json").write_text("{}")
    (tmp_path / "secrets.json").chmod(0o644)
    make_channel("care@pedralva.example", fetch_problem={"code": "sign_in", "values": {"host": "imap.x.example"}})
    settings.BASE_URL = "https://no-such-host.invalid"
    settings.LIVE_URL = "ws://127.0.0.1:9/live/"
    monkeypatch.setattr(doctor, "MIN_FREE_BYTES", 10**18)
    monkeypatch.setattr(doctor.MigrationExecutor, "migration_plan", lambda *_: ["one", "two"])
    parts = found()
    assert "chmod" in parts["permissions"].advice
    assert (parts["schema"].detail, parts["schema"].advice) == ("2 migrations are missing", "Run manage.py migrate.")
    assert "imap.x.example refuses" in parts["mailboxes"].detail
    for part in ("DNS", "sockets", "disk", "email out"):
        assert (parts[part].is_ok, bool(parts[part].advice)) == (False, True), part


def test_the_command_ends_with_an_error_when_a_part_fails():
    output = StringIO()
    with pytest.raises(CommandError, match="parts failed"):
        call_command("doctor", stdout=output, no_color=True)
    assert "ok      database: PostgreSQL" in output.getvalue()
