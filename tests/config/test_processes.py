"""The commands of the processes carry this installation's own names."""

import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from engagement.config.management.commands import start
from engagement.config.process import process_kind
from engagement.config.processes import processes


def test_workers_read_the_queues_of_this_installation(settings):
    settings.NAMESPACE = "pedralva"
    known = processes()
    assert "pedralva.inbound,pedralva.delivery" in known["mail"].command
    assert "pedralva.default,pedralva.campaigns" in known["work"].command
    read = {queue for name in ("mail", "work") for word in known[name].command for queue in word.split(",")}
    assert {f"pedralva.{queue}" for queue in ("inbound", "delivery", "default", "campaigns")} <= read


def test_every_queue_that_a_task_is_sent_to_is_read(settings):
    routes = [route["queue"] for route in settings.CELERY_TASK_ROUTES.values()]
    routed = {queue.rpartition(".")[2] for queue in (*routes, settings.CELERY_TASK_DEFAULT_QUEUE)}
    words = {word for process in processes().values() for part in process.command for word in part.split(",")}
    assert {f"{settings.NAMESPACE}.{queue}" for queue in routed} <= words


def test_the_number_of_threads_is_bounded(settings):
    settings.WEB_THREADS = 3
    command = processes()["web"].command
    assert command[command.index("--blocking-threads") + 1] == "3"


def test_a_message_to_the_live_server_is_bounded():
    command = processes()["live"].command
    assert command[command.index("--ws-max-size") + 1] == "65536"


def test_each_command_tells_its_kind():
    kinds = {name: process_kind(process.command[1:], {}) for name, process in processes().items()}
    assert kinds["smtp"] == "mail_listener"
    assert kinds["imap"] == "imap_poller"


def test_all_commands_are_listed_and_an_unknown_name_is_refused():
    out = StringIO()
    call_command("start", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 2 * len(processes())
    with pytest.raises(CommandError, match="There are: web, live, mail, work, beat, smtp, imap"):
        call_command("start", "cook")


def test_the_command_becomes_the_process(monkeypatch):
    become = []
    monkeypatch.setattr(os, "chdir", lambda path: None)
    monkeypatch.setattr(start.connections, "close_all", lambda: None)
    monkeypatch.setattr(os, "execve", lambda *what: become.append(what))
    call_command("start", "beat")
    ((program, command, environment),) = become
    assert (program, command) == (processes()["beat"].command[0], processes()["beat"].command)
    assert "PROCESS_KIND" not in environment
