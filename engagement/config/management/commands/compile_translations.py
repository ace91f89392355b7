"""``manage.py compile_translations``: make the catalogs that Django reads out of those that people write."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile every catalog of translations (needs no gettext)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for source in catalogs(Path(settings.ROOT)):
            polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))


def catalogs(root: Path) -> list[Path]:
    """Return our own catalogs, not those of installed packages."""
    patterns = ("locale/*/LC_MESSAGES/*.po", "*/locale/*/LC_MESSAGES/*.po", "*/*/locale/*/LC_MESSAGES/*.po")
    found = {path for pattern in patterns for path in root.glob(pattern)}
    return sorted(path for path in found if not {".venv", "node_modules"} & set(path.relative_to(root).parts))
