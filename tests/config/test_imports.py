"""What Django and DRF import by name from the settings can be imported first, in whatever order they ask."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from django.conf import settings

PACKAGES = {"engagement", "conversations", "community", "collaboration", "campaigns", "content"}
DOTTED = re.compile(r"([a-z_]+(?:\.[a-z_]+)+)\.\w+(?:\.\w+)?")  # a module, then a function or a class and its member
PROGRAM = """
import os, sys, django
from importlib import import_module
django.setup()
failed = []
for name in sys.argv[1:]:
    if not (child := os.fork()):
        try:
            import_module(name)
        except Exception as error:
            print(name, repr(error), flush=True)
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
sys.exit(len(failed))
"""


def modules(value: Any) -> Iterator[str]:
    """The module of every dotted path into our own packages that stands in a setting."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from modules(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from modules(inner)
    elif (found := DOTTED.fullmatch(str(value))) and found[1].split(".")[0] in PACKAGES:
        yield found[1]


def test_each_module_that_the_settings_name_can_be_imported_first():
    names = {settings.ROOT_URLCONF}
    for key in dir(settings):
        if key.isupper() and key != "INSTALLED_APPS":
            names.update(modules(getattr(settings, key)))
    assert {"engagement.api.parsers", "engagement.ui.views.errors"} <= names
    done = subprocess.run([sys.executable, "-c", PROGRAM, *sorted(names)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
