"""Where the Portuguese catalogues are: the common one, and one for each app that brings its own."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_PLACE = "locale/pt_BR/LC_MESSAGES/django.po"


def catalogue_paths() -> list[Path]:
    """The common catalogue first, then those of the apps."""
    return [path for pattern in ("", "*/", "engagement/*/") for path in sorted(ROOT.glob(pattern + _PLACE))]
