"""The static pipeline: what is served from packages, what the pages weigh, contrast of the tokens."""

import gzip
import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command

from engagement.ui.finders import PackageFinder
from engagement.ui.modules import import_map

STATIC = Path(settings.STATICFILES_DIRS[0])
needs_packages = pytest.mark.skipif(not (STATIC.parent / "node_modules").is_dir(), reason="npm ci was not run")


@needs_packages
def test_only_files_on_the_allow_list_are_found():
    finder = PackageFinder()
    assert finder.find("vendor/htmx.org/dist/htmx.esm.min.js").endswith("node_modules/htmx.org/dist/htmx.esm.min.js")
    assert finder.find("vendor/lucide-static/icons/mail.svg")
    assert finder.find("vendor/lucide-static/icons/zodiac-aries.svg") == []
    assert finder.find("vendor/eslint/package.json") == []
    assert finder.find("vendor/../package.json") == []
    assert finder.find("htmx.org/dist/htmx.esm.min.js") == []


@needs_packages
def test_every_file_of_the_allow_list_is_installed():
    assert PackageFinder().check() == []


def test_every_module_of_the_import_map_is_there():
    own = [path for path in import_map().values() if not path.startswith("vendor/")]
    assert [path for path in own if not finders.find(path)] == []


def test_modules_import_only_names_of_the_import_map():
    names = set(import_map())
    for module in STATIC.glob("js/*.js"):
        imported = re.findall(r'^import (?:[^"]+ from )?"([^"]+)"', module.read_text(), re.MULTILINE)
        assert set(imported) <= names, module.name


@needs_packages
def test_static_files_can_be_collected_under_hashed_names(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0, stdout=StringIO())
    paths = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert set(import_map().values()) <= set(paths)
    icons = (tmp_path / paths["css/icons.css"]).read_text()
    assert re.search(r'url\("\.\./vendor/lucide-static/icons/mail\.[0-9a-f]{12}\.svg"\)', icons)


def test_own_script_and_style_of_a_page_stay_under_150_kilobytes_compressed():
    own = [*STATIC.glob("js/*.js"), *STATIC.glob("css/*.css")]
    assert sum(len(gzip.compress(path.read_bytes(), 6)) for path in own) < 150 * 1024


def linear(lightness: float, chroma: float, hue: float) -> list[float]:
    """Linear sRGB of an OKLCH colour (CSS Color 4, sample code for OKLab)."""
    from math import cos, pi, sin

    a, b = chroma * cos(hue * pi / 180), chroma * sin(hue * pi / 180)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rgb = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return [min(1.0, max(0.0, part)) for part in rgb]


def luminance(colour: str) -> float:
    lightness, chroma, hue = (float(part) for part in re.match(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)", colour).groups())
    red, green, blue = linear(lightness, chroma, hue)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def tokens(theme: int) -> dict[str, float]:
    source = (STATIC / "css" / "tokens.css").read_text()
    pairs = re.findall(r"--([a-z0-9-]+): light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\);", source)
    return {name: luminance(values[theme]) for name, *values in pairs}


def contrast(one: float, other: float) -> float:
    """WCAG 2.2, "contrast ratio"."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


PIGMENTS = ("anil", "ochre", "tile", "moss", "river")
GROUNDS = ("wall", "paper", "raised", "well")


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_a_contrast_of_4_5_on_every_ground(theme):
    colours = tokens(theme)
    pairs = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", *PIGMENTS) for ground in GROUNDS]
    pairs += [(pigment, f"{pigment}-wash") for pigment in PIGMENTS]
    pairs += [(ink, f"{pigment}-wash") for ink in ("ink", "ink-2") for pigment in PIGMENTS]
    pairs += [("band-ink-2", ground) for ground in ("band", "band-hover", "band-on")]
    low = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_edge_of_an_input_has_a_contrast_of_3(theme):
    colours = tokens(theme)
    assert min(contrast(colours["control-line"], colours[ground]) for ground in ("paper", "raised")) >= 3
