"""The ES modules that pages may import, by name. An app adds its own in ``apps.py``."""

OWN = (
    "announce",
    "app",
    "composer",
    "dialog",
    "draft-store",
    "inbox-selection",
    "kept-forms",
    "live-topics",
    "menu",
    "palette",
    "relative-time",
    "select-filter",
    "session",
    "shortcuts",
    "splitter",
    "theme",
    "toast",
    "undo-strip",
)
_modules: dict[str, str] = {
    "htmx": "vendor/htmx.org/dist/htmx.esm.min.js",
    "dagre": "vendor/@dagrejs/dagre/dist/dagre.esm.js",
    **{f"vilarejo/{name}": f"js/{name}.js" for name in OWN},
}


def register(name: str, path: str) -> None:
    """Let pages ``import "<name>"``; ``path`` is below the static root."""
    _modules[name] = path


def import_map() -> dict[str, str]:
    """Module name to static path, before hashing."""
    return dict(_modules)
