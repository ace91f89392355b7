"""What every test stands on."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import django
import pytest
from django.db import DatabaseError
from django.utils import timezone, translation

from tests import embedded_services, emptying

embedded_services.provide()
os.environ["DJANGO_SETTINGS_MODULE"] = "engagement.config.settings.test"
django.setup()
emptying.provide()

from engagement.channels.jurisdictions.in_force import sheets_in_force  # noqa: E402
from engagement.organization.current import forget_organization  # noqa: E402


@pytest.fixture(autouse=True)
def language_of_the_house() -> Iterator[None]:
    """What one test chose to read in is not what the next one reads in."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def organization_of_the_settings() -> None:
    """No test reads the organization that another one saved."""
    forget_organization()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The rule sheets that migrations wrote are read once, so that no test counts that query.

    A kept database of earlier migrations has none: the tests that need them say so.
    """
    with django_db_blocker.unblock(), suppress(DatabaseError):
        sheets_in_force(timezone.now())


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    embedded_services.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say whether the browser tests had a browser."""
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next(filter(None, map(shutil.which, names)), None)
    without = "without a browser, so they are skipped: Chromium is not installed (Debian: apt install chromium)"
    terminalreporter.write_line(f"Browser tests: {f'with {browser}' if browser else without}.")
