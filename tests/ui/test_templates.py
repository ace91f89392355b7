"""Rules that every template keeps."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.TEMPLATES[0]["DIRS"][0])
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
ICONS = set(
    re.findall(r"\.icon-([a-z0-9-]+) \{", (Path(settings.STATICFILES_DIRS[0]) / "css" / "icons.css").read_text())
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_inline_style_script_or_handler(name):
    source = (ROOT / name).read_text()
    assert (
        re.findall(
            r"\sstyle=|<style(?! nonce=)|\son[a-z]+=|hx-on|<script(?![^>]*\ssrc=)[^>]*>|hx-vals=['\"]js:", source
        )
        == []
    )


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_uses_only_icons_of_icons_css(name):
    used = set(re.findall(r'{% icon "([a-z0-9-]+)"', (ROOT / name).read_text()))
    assert used - ICONS == set()


@pytest.mark.parametrize("app", ["campaigns", "collaboration", "community", "content", "conversations", "engagement"])
def test_code_names_only_icons_of_icons_css(app):
    """Kinds, rooms and sections name theirs in code. The administration has icons of its own."""
    sources = (path for path in (ROOT.parent / app).rglob("*.py") if path.name != "admin_sidebar.py")
    used = {
        name
        for path in sources
        for name in re.findall(r'\bicon=?"?: ?"([a-z0-9-]+)"|\bicon="([a-z0-9-]+)"', path.read_text())
    }
    assert {name for pair in used for name in pair if name} - ICONS == set()
