"""Every environment variable that the code reads, found in its source."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("engagement", "collaboration", "content", "conversations", "community", "campaigns")
# The tests' own settings, and development's, whose defaults are the demo's.
NOT_INSTALLED = {ROOT / "engagement/config/settings" / name for name in ("test.py", "dev.py")}
# Given by the system or make(1), not set by an installation.
NOT_OURS = {"PATH", "MAKELEVEL", "XDG_RUNTIME_DIR"}
_OF_ENVIRON = {"get", "setdefault", "pop"}


def variables() -> dict[str, str]:
    """Return the default of each variable as it stands in the source; empty where there is none or it is worked out."""
    found: dict[str, str] = {}
    paths = [ROOT / "manage.py", *(path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))]
    for path in paths:
        if path in NOT_INSTALLED:
            continue
        for name, default in _read(ast.parse(path.read_text(encoding="utf-8"))):
            found[name] = found.get(name) or default
    return {name: default for name, default in found.items() if name not in NOT_OURS}


def _read(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute):
            name, owner = node.args[0], ast.unparse(node.func.value)
            is_env = owner == "env" or (owner in ("os.environ", "environment") and node.func.attr in _OF_ENVIRON)
            if is_env and isinstance(name, ast.Constant) and isinstance(name.value, str) and name.value.isupper():
                default = node.args[1] if len(node.args) > 1 else None
                yield name.value, _said(default)
        if (
            isinstance(node, ast.Subscript)
            and ast.unparse(node.value) == "os.environ"
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            yield node.slice.value, ""


def _said(default: ast.expr | None) -> str:
    if isinstance(default, ast.Constant) and default.value not in (None, ""):
        return str(default.value)
    try:
        value = ast.literal_eval(default) if default is not None else ""
    except ValueError:
        return ""
    return str(value) if isinstance(value, (int, float)) else ""
