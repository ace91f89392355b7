"""``manage.py start NAME``: become one of the installation's processes; without a name, list their commands."""

import os
import shlex
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from engagement.config.process import PROCESS_KIND
from engagement.config.processes import processes


class Command(BaseCommand):
    help = "Start one process of this installation (web, live, mail, work, beat, smtp, imap), or list their commands."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="the process to start; without it the commands are listed")

    def handle(self, *args: Any, **options: Any) -> None:
        known = processes()
        if options["name"] is None:
            for process in known.values():
                self.stdout.write(f"# {process.name}: {process.does} ({process.how_many})")
                self.stdout.write(shlex.join(process.command))
            return
        if options["name"] not in known:
            raise CommandError(f"No process is called {options['name']}. There are: {', '.join(known)}.")
        command = known[options["name"]].command
        connections.close_all()
        os.chdir(settings.ROOT)
        environment = {name: value for name, value in os.environ.items() if name != PROCESS_KIND}
        os.execve(command[0], command, environment)  # noqa: S606 - so that signals reach it
