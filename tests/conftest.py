"""What every test stands on."""

import os

import django
import pytest

from tests import embedded_services, emptying

embedded_services.provide()
os.environ["DJANGO_SETTINGS_MODULE"] = "engagement.config.settings.test"
django.setup()
emptying.provide()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    embedded_services.stop()
