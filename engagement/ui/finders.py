"""Browser code of the npm lock file, served from node_modules under ``vendor/``; only what is named here."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage

PREFIX = "vendor"
FILES = (
    "htmx.org/dist/htmx.esm.min.js",
    "@dagrejs/dagre/dist/dagre.esm.js",
    "@dagrejs/dagre/dist/dagre.esm.js.map",
    "@fontsource-variable/inter/files/inter-latin-opsz-normal.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-opsz-normal.woff2",
)
ICON = re.compile(r"vendor/(lucide-static/icons/[a-z0-9-]+\.svg)")


def allowed_files(*, icons_css: Path) -> tuple[str, ...]:
    """Return every package file that may be served: the fixed ones, then each icon named in ``icons_css``."""
    return (*FILES, *sorted(set(ICON.findall(icons_css.read_text(encoding="utf-8")))))


class PackageFinder(BaseFinder):
    """Finds ``vendor/<package>/<path>`` in node_modules for the files of the allow-list, and nothing else."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        root = Path(settings.STATICFILES_DIRS[0])
        self.packages = root.parent / "node_modules"
        self.files = allowed_files(icons_css=root / "css" / "icons.css")
        self.storage = FileSystemStorage(location=self.packages)
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]  # collectstatic puts the files below it

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Report packages that are not installed or that lack a file of the allow-list."""
        missing = [name for name in self.files if not (self.packages / name).is_file()]
        if not missing:
            return []
        return [
            Error(
                f"{len(missing)} browser files are missing, first: {missing[0]}.",
                hint="Run npm ci.",
                id="ui.E001",
            )
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str]:  # type: ignore[override]
        """Return the file's place on the disk, or an empty list when it is not on the allow-list."""
        name = path.removeprefix(f"{PREFIX}/")
        place = self.packages / name
        if name == path or name not in self.files or not place.is_file():
            return []
        return [str(place)] if find_all else str(place)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield each allowed file for collectstatic; a missing one fails there with its name."""
        for name in self.files:
            yield name, self.storage
