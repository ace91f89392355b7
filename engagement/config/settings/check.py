"""The checks': what ``make run`` uses, and the linter of migrations, which only development installs."""

from engagement.config.settings.dev import *  # noqa: F403
from engagement.config.settings.dev import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
